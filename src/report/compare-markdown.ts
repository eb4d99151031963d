import type { Comparison, ComparisonSummary, ProfileDiff, ReportIdentity } from '../model/comparison.ts';
import type { CollectionComparison, ComparedCase } from './compare-json.ts';
import { byImportance, detailTexts, grownRows, isNews, NOTHING_NEW, newsText, sideText } from './compare-words.ts';
import { code, codeCell, md } from './escape.ts';
import { table } from './markdown-table.ts';

/** Rows of grown programs and kernels with details; the JSON has all of them. */
const MAX_GROWN = 20;
const MAX_DETAILS = 50;

const COLUMNS = ['Profile', 'Required', 'Change', 'Base', 'Head', 'Class Delta'];

/** `- Base: report.json, run 2026…, status pass`. */
export function identityLine(side: string, { path, runId, summaryStatus }: ReportIdentity): string {
  const facts = [runId === '' ? '' : `run ${code(runId)}`, summaryStatus === '' ? '' : `status ${md(summaryStatus)}`];
  return `- ${side}: ${[code(path, 400), ...facts].filter((part) => part !== '').join(', ')}`;
}

function summaryLines(summary: ComparisonSummary): string[] {
  return [
    `- Profiles: ${summary.total}, changed ${summary.changed}, improved ${summary.improved}, regressed ${summary.regressed}`,
    `- Required regressions: ${summary.requiredRegressions}`,
    `- Required not passing: base ${summary.baseRequiredFailed}, head ${summary.headRequiredFailed}`,
    `- Failures: ${newsText(summary)}`,
  ];
}

function profileRow(diff: ProfileDiff): string[] {
  return [
    codeCell(diff.profile),
    diff.required ? 'yes' : 'no',
    `${diff.change}${diff.failure === undefined ? '' : ` (${diff.failure})`}`,
    md(sideText(diff.base)),
    md(sideText(diff.head)),
    diff.inconclusive ? 'inconclusive' : md(diff.classificationDelta ?? ''),
  ];
}

/** Tables and details of one comparison below a heading of the caller. `level` of its own headings, 2 to 4. */
function comparisonLines(comparison: Comparison, level: number): string[] {
  const head = '#'.repeat(level);
  const profiles = byImportance(comparison);
  const detailed = profiles.map((diff) => ({ diff, texts: detailTexts(diff) })).filter(({ texts }) => texts.length > 0);
  const grown = grownRows(profiles);
  const lines = [...table(COLUMNS, profiles.map(profileRow)), ''];
  if (detailed.length > 0) {
    lines.push(`${head} Causes`, '');
    for (const { diff, texts } of detailed.slice(0, MAX_DETAILS)) {
      lines.push(`- ${code(diff.profile)}`, ...texts.slice(0, MAX_GROWN).map((text) => `  - ${md(text, 1000)}`));
    }
    if (detailed.length > MAX_DETAILS) lines.push(`- ${detailed.length - MAX_DETAILS} more kernels stand in the JSON`);
    lines.push('');
  }
  if (grown.length > 0) {
    const rows = grown
      .slice(0, MAX_GROWN)
      .map(([profile = '', program = '', ...numbers]) => [codeCell(profile), codeCell(program), ...numbers]);
    lines.push(`${head} Grown programs`, '', 'Instructions that the verifier processed.', '');
    lines.push(...table(['Profile', 'Program', 'Base', 'Head', 'Growth'], rows));
    if (grown.length > MAX_GROWN) lines.push('', `${grown.length - MAX_GROWN} more stand in the JSON.`);
    lines.push('');
  }
  return lines;
}

function documentOf(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Two reports compared, for a person. */
export function compareMarkdown(comparison: Comparison): string {
  return documentOf([
    '# bpfcompat Compatibility Diff',
    '',
    identityLine('Base', comparison.base),
    identityLine('Head', comparison.head),
    ...summaryLines(comparison.summary),
    '',
    '## Profiles',
    '',
    ...comparisonLines(comparison, 2),
  ]);
}

function caseLines({ name, change, comparison }: ComparedCase): string[] {
  if (!comparison) return [`## ${md(name)}: ${change}`, ''];
  return [`## ${md(name)}: ${newsText(comparison.summary)}`, '', ...comparisonLines(comparison, 3)];
}

/** Two runs with several objects compared: objects with news first get their table, the rest one line each. */
export function compareCollectionMarkdown(collection: CollectionComparison): string {
  const same = collection.cases.filter(({ comparison }) => comparison && newsText(comparison.summary) === NOTHING_NEW);
  const different = collection.cases.filter((one) => !same.includes(one));
  return documentOf([
    '# bpfcompat Compatibility Diff',
    '',
    identityLine('Base', collection.base),
    identityLine('Head', collection.head),
    `- Objects: ${collection.cases.length}`,
    ...summaryLines(collection.summary),
    '',
    ...different.flatMap(caseLines),
    ...(same.length > 0 ? ['## As before', '', ...same.map(({ name }) => `- ${md(name)}`), ''] : []),
  ]);
}

/** Tables and details of the kernels that `wanted` chooses, below a heading of the caller. `level` of its own headings. */
export function newsLines(
  comparison: Comparison,
  level: number,
  requested: (diff: ProfileDiff) => boolean = isNews,
): string[] {
  return comparisonLines({ ...comparison, profiles: comparison.profiles.filter(requested) }, level);
}

/** The part of a report that says what is new against its baseline. */
export function baselineLines(baseline: Comparison): string[] {
  return [
    '## Against the baseline',
    '',
    identityLine('Baseline', baseline.base),
    `- ${newsText(baseline.summary)}`,
    '',
    ...newsLines(baseline, 3),
  ];
}
