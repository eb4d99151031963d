import type { Finding } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import type { Profile } from '../model/kernel.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import { code, codeCell, md } from './escape.ts';
import { metWords, type ReportedCause } from './expected-words.ts';
import { findingFacts, placeText } from './finding-facts.ts';
import { fixupWords } from './fixups.ts';
import { MARKS } from './legend.ts';
import { table } from './markdown-table.ts';
import { statusText } from './status-text.ts';
import { comparisonOf } from './suite-baseline.ts';
import { suiteBaselineLines } from './suite-baseline-markdown.ts';
import { behaviorCounts, caseViews, codeOf, lackOf, requiredCounts } from './suite-json.ts';
import { supportRange } from './support-range.ts';
import type { TargetView } from './view.ts';

type Column = readonly [CheckCase, readonly TargetView[]];

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

function cellText(view: TargetView | undefined, standing: string): string {
  if (!view) return '-';
  const { outcome, target, findings, fixups } = view;
  const what = outcome.status === 'pass' && findings.length > 0 ? 'warning' : (codeOf(view) ?? '');
  const words = [
    statusText(outcome.status, findings),
    target.required ? '`required`' : '',
    what,
    fixupWords(fixups),
    standing,
  ];
  return words.filter((word) => word !== '').join(' ');
}

const DECLARED = {
  failed: 'expected',
  other_cause: '**other cause**',
  passed: '**unexpected**',
  no_answer: '',
} as const;

/** How a cell stands to what was declared and to the older run; empty where there is nothing to say. */
function standingOf(one: CheckCase, id: string): string {
  const { completed } = one;
  const target = completed?.run.targets.findIndex(({ profile }) => profile.id === id);
  const declared = completed?.verdict.expected?.find(
    (it) => it.target === target && it.artifact === completed.artifact,
  );
  const failure = comparisonOf(one)?.profiles.find(({ profile }) => profile === id)?.failure;
  const news = failure === 'new' ? '**new**' : (failure ?? '');
  return [declared ? DECLARED[declared.met] : '', news].filter((word) => word !== '').join(' ');
}

/** What was declared about a case, once per declaration, with what became of it. */
function declaredLines({ completed }: CheckCase): string[] {
  const lines = new Map<string, string[]>();
  for (const { artifact, target, code: name, reason, met } of completed?.verdict.expected ?? []) {
    if (artifact !== completed?.artifact) continue;
    const became = { failed: 'as declared', other_cause: 'fails with another cause', passed: 'passes; remove it' };
    const said = `- Declared to fail with ${code(name)} (${md(reason, 500)}): ${met === 'no_answer' ? 'inconclusive' : became[met]}`;
    const id = completed.run.targets[target]?.profile.id ?? '';
    lines.set(said, [...(lines.get(said) ?? []), code(id)]);
  }
  return [...lines].map(([said, ids]) => `${said} (${ids.join(', ')})`);
}

function matrixLines(columns: readonly Column[]): string[] {
  const started = columns.filter(([, views]) => views.length > 0);
  if (started.length === 0) return ['No case could start.'];
  const head = ['Profile', ...started.map(([one]) => md(one.name))];
  const rows = kernelsOf(started).map(({ id }) => [
    codeCell(id),
    ...started.map(([one, views]) =>
      cellText(
        views.find(({ target }) => target.profile.id === id),
        standingOf(one, id),
      ),
    ),
  ]);
  return [...table(head, rows), ...legendLines(started)];
}

/** What the words in the cells mean, of those that occur. */
function legendLines(columns: readonly Column[]): string[] {
  const cells = columns.flatMap(([one, views]) =>
    views.map(({ target }) => ({ required: target.required, standing: standingOf(one, target.profile.id) })),
  );
  const has = (mark: string): boolean => cells.some(({ standing }) => standing.startsWith(mark));
  const reported = [
    ...(cells.some(({ required }) => !required) ? [`without \`required\`: ${MARKS.optional}`] : []),
    ...(has(DECLARED.failed) ? [`${DECLARED.failed}: ${MARKS.failed}`] : []),
    ...(has(DECLARED.passed) ? [`${DECLARED.passed}: ${MARKS.passed}`] : []),
  ];
  return reported.length === 0 ? [] : ['', ...reported.map((text) => `- ${text}`)];
}

function caseRow([one, views]: Column): string[] {
  const { passed, failed } = requiredCounts(views);
  const behavior = behaviorCounts(views);
  const lack = lackOf(views);
  return [
    md(one.name),
    md(one.completed?.run.validationMode || 'default'),
    `${one.status}${lack === '' ? '' : ` (${lack})`}${one.required ? '' : ' (optional)'}`,
    `${passed}/${failed}`,
    behavior ? `${behavior.status} ${behavior.passed}/${behavior.failed}` : '-',
    `${views.length}`,
    codeCell(one.json, 400),
  ];
}

/** Something to say about a kernel: the first line, and what stands below it. */
interface Note {
  readonly text: string;
  readonly below: readonly string[];
}

/** What there is to say about a kernel: the cause where it fails, or why it has no result. */
function causesOf({ outcome, primary }: TargetView, met: readonly ReportedCause[]): Note[] {
  if (outcome.status === 'infra_error') return [{ text: `inconclusive: ${md(outcome.message, 1000)}`, below: [] }];
  if (outcome.status === 'inferred') return [{ text: inferredText(outcome.inference), below: [] }];
  if (outcome.status === 'skipped') return [{ text: `not tested: ${md(outcome.reason, 1000)}`, below: [] }];
  return primary ? [note(primary, met)] : [];
}

function warningsOf({ findings }: TargetView): Note[] {
  return findings.filter(({ decisive }) => !decisive).map((finding) => note(finding, []));
}

function note(finding: Finding, met: readonly ReportedCause[]): Note {
  const { title, remediation, location, more } = findingFacts(finding);
  const source = location && [code(placeText(location), 320), code(location.text, 300)].filter((part) => part !== '');
  const below = [
    ...(source ? [`Source: ${source.join(': ')}`] : []),
    ...[...more, ...metWords(finding, met)].map((text) => md(text, 1000)),
    ...(remediation === '' ? [] : [`What to do: ${md(remediation, 1000)}`]),
  ];
  return { text: `**${md(title)}**`, below };
}

/** Each note of a case once, with the kernels it stands for. */
function noteLines(views: readonly TargetView[], notesOf: (view: TargetView, index: number) => Note[]): string[] {
  const causes = new Map<string, Note & { readonly ids: string[] }>();
  for (const [index, view] of views.entries()) {
    for (const reported of notesOf(view, index)) {
      const known = causes.get(reported.text);
      if (known) known.ids.push(view.target.profile.id);
      else causes.set(reported.text, { ...reported, ids: [view.target.profile.id] });
    }
  }
  return [...causes.values()].flatMap(({ text, ids, below }) => [
    `- ${text} (${ids.map((id) => code(id)).join(', ')})`,
    ...below.map((line) => `  - ${line}`),
  ]);
}

function isRemarkable({ outcome, findings }: TargetView): boolean {
  return outcome.status !== 'pass' || findings.length > 0;
}

/** What needs reading first: cases that could not start or failed, then those with something to say. */
function byUrgency(columns: readonly Column[]): Column[] {
  const rank = ([{ status }, views]: Column): number =>
    status === 'error' ? 0 : status === 'fail' ? 1 : views.some(isRemarkable) ? 2 : 3;
  return [...columns].sort((a, b) => rank(a) - rank(b));
}

function detailLines([one, views]: Column): string[] {
  const { completed } = one;
  const lines = [`### ${md(one.name)}: ${one.status}`, '', `- Artifact: ${code(one.artifact, 400)}`];
  if (one.manifest !== '') lines.push(`- Manifest: ${code(one.manifest, 400)}`);
  if (one.error !== '') lines.push(`- Could not start: ${md(one.error, 1000)}`);
  if (completed)
    lines.push(
      `- Run: ${code(completed.run.runId)}`,
      `- Support: ${md(supportRange(views, completed.run.known).text, 600)}`,
    );
  if (completed?.verdict.failOn) lines.push(`- Fails on: ${completed.verdict.failOn}`);
  lines.push(...declaredLines(one));
  const metBy = (target: number): readonly ReportedCause[] =>
    completed?.verdict.expected?.find((it) => it.target === target && it.artifact === completed.artifact)?.causes ?? [];
  lines.push(...noteLines(views, (view, index) => causesOf(view, metBy(index))));
  const warnings = noteLines(views, warningsOf);
  if (warnings.length > 0) lines.push('', '#### Warnings', '', ...warnings);
  return [...lines, ''];
}

/** A suite for a person: the matrix of cases and kernels comes first. */
export function suiteMarkdown(suite: CheckDocument): string {
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
    ...byUrgency(columns).flatMap(detailLines),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
