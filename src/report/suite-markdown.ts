import type { Profile } from '../model/kernel.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { code, codeCell, md } from './escape.ts';
import { findingFacts } from './finding-facts.ts';
import { table } from './markdown-table.ts';
import { comparisonOf, suiteBaselineLines } from './suite-baseline.ts';
import { behaviorCounts, caseViews, codeOf, requiredCounts } from './suite-json.ts';
import { supportRange } from './support-range.ts';
import type { TargetView } from './view.ts';

type Column = readonly [SuiteCaseReport, readonly TargetView[]];

/** Kernels of all cases, oldest first. */
function kernelsOf(columns: readonly Column[]): Profile[] {
  const kernels = new Map(
    columns.flatMap(([, views]) => views.map(({ target }) => [target.profile.id, target.profile])),
  );
  const number = ({ kernelFamily }: Profile): number => {
    const [major = 0, minor = 0] = kernelFamily.split('.').map(Number);
    return major * 10_000 + minor;
  };
  return [...kernels.values()].sort((a, b) => number(a) - number(b));
}

function cellText(view: TargetView | undefined, isNew: boolean): string {
  if (!view) return '-';
  const { outcome, target } = view;
  const words = [outcome.status, target.required ? '`required`' : '', codeOf(view) ?? '', isNew ? '**new**' : ''];
  return words.filter((word) => word !== '').join(' ');
}

/** Kernels on which a case fails and did not fail in the older run. */
function newFailures(one: SuiteCaseReport): Set<string> {
  const profiles = comparisonOf(one)?.profiles ?? [];
  return new Set(profiles.filter(({ failure }) => failure === 'new').map(({ profile }) => profile));
}

function matrixLines(columns: readonly Column[]): string[] {
  const started = columns.filter(([, views]) => views.length > 0);
  if (started.length === 0) return ['No case could start.'];
  const head = ['Profile', ...started.map(([one]) => md(one.name))];
  const fresh = started.map(([one]) => newFailures(one));
  const rows = kernelsOf(started).map(({ id }) => [
    codeCell(id),
    ...started.map(([, views], index) =>
      cellText(
        views.find(({ target }) => target.profile.id === id),
        fresh[index]?.has(id) ?? false,
      ),
    ),
  ]);
  return table(head, rows);
}

function caseRow([one, views]: Column): string[] {
  const { passed, failed } = requiredCounts(views);
  const behavior = behaviorCounts(views);
  return [
    md(one.name),
    md(one.answer?.run.validationMode || 'default'),
    `${one.status}${one.required ? '' : ' (optional)'}`,
    `${passed}/${failed}`,
    behavior ? `${behavior.status} ${behavior.passed}/${behavior.failed}` : '-',
    `${views.length}`,
    codeCell(one.json, 400),
  ];
}

/** What there is to say about a kernel: warnings where it passes, causes where it fails, why it gave no answer. */
function remarksOf({ outcome, findings }: TargetView): string[] {
  if (outcome.status === 'infra_error') return [`no answer: ${md(outcome.message, 1000)}`];
  if (outcome.status === 'skipped') return [`not asked: ${md(outcome.reason, 1000)}`];
  const told = outcome.status === 'fail' ? findings.slice(0, 1) : findings;
  return told.map((finding) => {
    const { title, remediation } = findingFacts(finding);
    const kind = outcome.status === 'fail' ? '' : 'warning: ';
    return `${kind}**${md(title)}** ${md(remediation, 1000)}`.trim();
  });
}

/** Each remark of a case once, with the kernels it stands for. */
function causeLines(views: readonly TargetView[]): string[] {
  const causes = new Map<string, string[]>();
  for (const view of views) {
    for (const said of remarksOf(view)) causes.set(said, [...(causes.get(said) ?? []), view.target.profile.id]);
  }
  return [...causes].map(([said, ids]) => `- ${said} (${ids.map((id) => code(id)).join(', ')})`);
}

function detailLines([one, views]: Column): string[] {
  const { answer } = one;
  const lines = [`### ${md(one.name)}: ${one.status}`, '', `- Artifact: ${code(one.artifact, 400)}`];
  if (one.manifest !== '') lines.push(`- Manifest: ${code(one.manifest, 400)}`);
  if (one.error !== '') lines.push(`- Could not start: ${md(one.error, 1000)}`);
  if (answer)
    lines.push(`- Run: ${code(answer.run.runId)}`, `- Support: ${md(supportRange(views, answer.run.known).text, 600)}`);
  return [...lines, ...causeLines(views), ''];
}

/** A suite for a person (contract section 5.4): the matrix of cases and kernels comes first. */
export function suiteMarkdown(suite: SuiteReport): string {
  const columns = suite.cases.map((one): Column => [one, caseViews(one)]);
  const lines = [
    '# bpfcompat Compatibility Suite',
    '',
    `- Suite: ${md(suite.name)}`,
    `- Status: ${suite.status}`,
    `- Exit Code: ${suite.exitCode}`,
    `- Started: ${suite.startedAt}`,
    `- Finished: ${suite.finishedAt}`,
    ...(suite.notRun.length === 0 ? [] : [`- Not run: ${suite.notRun.map((name) => md(name)).join(', ')}`]),
    '',
    '## Collection Matrix',
    '',
    ...matrixLines(columns),
    '',
    ...suiteBaselineLines(suite),
    '## Cases',
    '',
    ...table(['Case', 'Mode', 'Status', 'Required pass/fail', 'Behavior', 'Profiles', 'Report'], columns.map(caseRow)),
    '',
    '## Case Details',
    '',
    ...columns.flatMap(detailLines),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
