import type { RunReport, Verdict } from '../model/report.ts';
import { code, codeCell, md } from './escape.ts';
import { btfWord, className, noAnswer } from './markdown.ts';
import { findingLines } from './markdown-finding.ts';
import { table } from './markdown-table.ts';
import { profileName } from './names.ts';
import { type TargetView, targetViews } from './view.ts';
import { words } from './words.ts';

export interface SummaryLimits {
  /** Rows of the matrix. */
  readonly maxTargets?: number;
  /** Targets with details. */
  readonly maxFailures?: number;
}

/** Class of a target that did not pass, with the pseudo codes that only summaries know. */
function failureClass(view: TargetView): string {
  const name = className(view);
  if (name !== '') return name;
  return view.outcome.status === 'infra_error' ? 'INFRA_ERROR' : 'UNCLASSIFIED_FAILURE';
}

/** How many of each class, the most frequent first. */
function classCounts(views: readonly TargetView[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const view of views) counts.set(failureClass(view), (counts.get(failureClass(view)) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

function tally(views: readonly TargetView[]): string {
  const passed = views.filter(({ outcome }) => outcome.status === 'pass').length;
  return `${passed} / ${views.length - passed}`;
}

function details(view: TargetView): string[] {
  const { profile } = view.target;
  const head = `### ${md(profileName(profile))} ${code(profile.id)}: ${view.outcome.status}`;
  const body = noAnswer(view) === '' ? view.findings.flatMap(findingLines) : [`- ${md(noAnswer(view), 1000)}`];
  return [head, '', ...body, ''];
}

function nextSteps(failing: readonly TargetView[]): string[] {
  const steps = failing.flatMap(({ findings }) => findings.map((finding) => words(finding).remediation));
  if (failing.some(({ outcome }) => outcome.status === 'infra_error')) {
    steps.push('Targets without an answer are neither pass nor fail: run again, and look at their serial.log.');
  }
  return [...new Set(steps)].filter((step) => step !== '').slice(0, 10);
}

/** The job summary of one artifact (contract section 5.4). */
export function summaryMarkdown(
  run: RunReport,
  artifact: number,
  verdict: Verdict,
  limits: SummaryLimits = {},
): string {
  const { maxTargets = 25, maxFailures = 10 } = limits;
  const subject = run.artifacts[artifact];
  if (!subject) throw new RangeError(`the run has no artifact number ${artifact}`);
  const views = targetViews(run, artifact);
  const required = views.filter(({ target }) => target.required);
  const failing = views.filter(({ outcome }) => outcome.status !== 'pass');
  const notes = [...verdict.reasons, ...run.notes];
  const lines = [
    '# bpfcompat Compatibility Gate',
    '',
    `**Status: ${verdict.status}**`,
    '',
    ...table(
      ['Field', 'Value'],
      [
        ['Run ID', codeCell(run.runId)],
        ['Artifact', codeCell(subject.basename)],
        ['SHA-256', codeCell(subject.sha256.slice(0, 12))],
        ['Matrix', md(run.matrix.name || run.matrix.path)],
        ['Profiles total / required', `${views.length} / ${required.length}`],
        ['Required pass / fail', tally(required)],
        ['Optional pass / fail', tally(views.filter(({ target }) => !target.required))],
      ],
    ),
    '',
  ];
  if (failing.length > 0) {
    const counts = classCounts(failing).map(([name, count]) => [name, String(count)]);
    lines.push('## Failure Classes', '', ...table(['Class', 'Targets'], counts), '');
  }
  lines.push('## Compatibility Matrix', '', ...table(MATRIX_COLUMNS, views.slice(0, maxTargets).map(matrixRow)), '');
  if (views.length > maxTargets) lines.push(`${views.length - maxTargets} more targets stand in the report.`, '');
  if (failing.length > 0) {
    lines.push('## Failure Details', '', ...failing.slice(0, maxFailures).flatMap(details));
    if (failing.length > maxFailures) lines.push(`${failing.length - maxFailures} more stand in the report.`, '');
    const steps = nextSteps(failing);
    if (steps.length > 0) lines.push('## Suggested Next Steps', '', ...steps.map((step) => `- ${md(step, 1000)}`), '');
  }
  if (notes.length > 0) lines.push('## Report Notes', '', ...notes.map((note) => `- ${md(note, 1000)}`), '');
  return `${lines.join('\n').trimEnd()}\n`;
}

const MATRIX_COLUMNS = ['Profile', 'Required', 'Status', 'Kernel', 'BTF', 'Functional', 'Class'];

function matrixRow(view: TargetView): string[] {
  const { profile, required } = view.target;
  return [
    `${md(profileName(profile))} ${codeCell(profile.id)}`,
    required ? 'yes' : 'no',
    view.outcome.status,
    codeCell(view.evidence?.hello.kernel.release ?? ''),
    btfWord(view),
    view.functional?.status ?? '',
    view.outcome.status === 'pass' ? '' : failureClass(view),
  ];
}
