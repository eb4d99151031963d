import { inferredText } from '../model/inferred.ts';
import { newsText } from './compare-words.ts';
import { code, codeCell, md } from './escape.ts';
import { savedFindingsLines } from './markdown-finding.ts';
import { table } from './markdown-table.ts';
import { profileName } from './names.ts';
import { type SavedExpected, type SavedReport, type SavedTarget, savedExpected } from './saved-report.ts';
import { statusText } from './status-text.ts';

/** How much a job summary may hold. */
export interface SummaryLimits {
  /** Rows of the matrix. Default 25. */
  readonly maxTargets?: number;
  /** Targets with details. Default 10. */
  readonly maxFailures?: number;
}

/** Lines of other lists, which a report from anywhere must not be able to make endless. */
const MAX_FINDINGS = 20;
const MAX_STEPS = 10;
const MAX_NOTES = 50;

/** Class of a target that did not pass, with the pseudo codes that only summaries know. */
function failureClass({ classification_code: name, status, infra_error: infra }: SavedTarget): string {
  if (name !== '') return name;
  return infra !== '' || status === 'infra_error' ? 'INFRA_ERROR' : 'UNCLASSIFIED_FAILURE';
}

/** How many of each class, the most frequent first. */
function classCounts(targets: readonly SavedTarget[]): string[][] {
  const counts = new Map<string, number>();
  for (const target of targets) counts.set(failureClass(target), (counts.get(failureClass(target)) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, MAX_FINDINGS)
    .map(([name, count]) => [md(name, 80), String(count)]);
}

function tally(targets: readonly SavedTarget[]): string {
  const passed = targets.filter(({ status }) => status === 'pass').length;
  return `${passed} / ${targets.length - passed}`;
}

function nameOf({ profile, host, profile_id: id }: SavedTarget, show: (text: string) => string): string {
  const { distro = '', version = '', kernel_family: kernelFamily = '' } = profile ?? host ?? {};
  const name = distro === '' ? '' : `${md(profileName({ distro, version, kernelFamily }), 100)} `;
  return `${name}${show(id)}`;
}

function inconclusiveReason({ status, infra_error: infra, skipped_reason: skipped, inference }: SavedTarget): string {
  if (inference !== undefined) return inferredText(inference);
  return status === 'infra_error' ? infra : status === 'skipped' ? skipped : '';
}

/** `fail (expected)`, `pass (with 1 automatic fixup)`. */
function declaredStatus(
  { status, findings, automatic_fixups: fixups }: SavedTarget,
  expected: SavedExpected | undefined,
): string {
  return expected?.met === 'failed' ? `${status} (expected)` : statusText(status, findings, fixups);
}

function details(target: SavedTarget, expected: SavedExpected | undefined): string[] {
  const head = `### ${nameOf(target, code)}: ${declaredStatus(target, expected)}`;
  const why = inconclusiveReason(target) || (target.findings.length === 0 ? target.classification_reason : '');
  const sorted = [...target.findings].sort((a, b) => Number(b.decisive) - Number(a.decisive));
  const rest = sorted.length - MAX_FINDINGS;
  const reported = savedFindingsLines(sorted.slice(0, MAX_FINDINGS), expected?.causes ?? []);
  const body = why === '' ? reported : [`- ${md(why, 1000)}`];
  return [head, '', ...body, ...(rest > 0 ? [`- and ${rest} more`] : []), ''];
}

function nextSteps(failing: readonly SavedTarget[]): string[] {
  const steps = failing.flatMap(({ findings }) =>
    findings.filter((one) => one.decisive).map(({ remediation }) => remediation),
  );
  if (failing.some(({ status }) => status === 'infra_error')) {
    steps.push('Inconclusive targets are neither pass nor fail: run again, and look at their serial.log.');
  }
  return [...new Set(steps)].filter((step) => step !== '').slice(0, MAX_STEPS);
}

const MATRIX_COLUMNS = ['Profile', 'Required', 'Status', 'Kernel', 'BTF', 'Functional', 'Class'];

function matrixRow(target: SavedTarget, expected: SavedExpected | undefined): string[] {
  const btf = target.btf?.kernel_btf_available;
  return [
    nameOf(target, codeCell),
    target.required ? 'yes' : 'no',
    declaredStatus(target, expected),
    codeCell(target.host?.kernel ?? ''),
    btf === undefined ? '' : btf ? 'yes' : 'no',
    md(target.functional?.status ?? '', 40),
    target.status === 'pass' ? '' : md(failureClass(target), 80),
  ];
}

/** Rows of the matrix in its order; when it is cut, those that did not pass stay. */
function shownTargets(targets: readonly SavedTarget[], max: number): SavedTarget[] {
  const rank = ({ status, required }: SavedTarget): number => (status === 'pass' ? 2 : required ? 0 : 1);
  const kept = new Set([...targets].sort((a, b) => rank(a) - rank(b)).slice(0, max));
  return targets.filter((target) => kept.has(target));
}

/** What is new against the older report, in a few lines. */
function baselineLines({ baseline }: SavedReport, max: number): string[] {
  if (!baseline) return [];
  const { summary, profiles } = baseline;
  const news = newsText({
    newFailures: summary.new_failures ?? 0,
    knownFailures: summary.known_failures ?? 0,
    changedCauses: summary.changed_causes ?? 0,
    fixed: summary.fixed_failures ?? 0,
    inconclusive: summary.inconclusive_profiles ?? 0,
    grownPrograms: summary.grown_programs ?? 0,
  });
  const groups = (['new', 'known', 'fixed'] as const).map((word) => {
    const ids = profiles.filter(({ failure }) => failure === word).map(({ profile_id: id }) => code(id));
    const rest = ids.length > max ? ` and ${ids.length - max} more` : '';
    return ids.length === 0 ? '' : `- ${word}: ${ids.slice(0, max).join(', ')}${rest}`;
  });
  return ['## Against the Baseline', '', `- ${news}`, ...groups.filter((line) => line !== ''), ''];
}

function fieldRows({ run, artifact, matrix, targets }: SavedReport): string[][] {
  const required = targets.filter((target) => target.required);
  return [
    ['Run ID', codeCell(run.id)],
    ['Artifact', codeCell(artifact.basename)],
    ['SHA-256', artifact.sha256 === '' ? 'none, it was not read' : codeCell(artifact.sha256.slice(0, 12))],
    ['Matrix', md(matrix?.name || matrix?.path || '')],
    ['Profiles total / required', `${targets.length} / ${required.length}`],
    ['Required pass / fail', tally(required)],
    ['Optional pass / fail', tally(targets.filter((target) => !target.required))],
  ];
}

/**
 * A report as Markdown for the summary page of a workflow job (docs/formats.md): bounded, and whatever the report holds is
 * shown as text.
 */
export function jobSummary(report: SavedReport, { maxTargets = 25, maxFailures = 10 }: SummaryLimits = {}): string {
  const { targets } = report;
  const expectedOf = ({ profile_id: id }: SavedTarget) => savedExpected(report.gate, id);
  const failing = targets.filter(({ status }) => status !== 'pass');
  const { status = '', notes = [] } = report.summary ?? {};
  const lines = [
    '# bpfcompat Compatibility Gate',
    '',
    `**Status: ${md(status, 40)}**`,
    '',
    ...table(['Field', 'Value'], fieldRows(report)),
    '',
  ];
  lines.push(...baselineLines(report, maxTargets));
  if (failing.length > 0)
    lines.push('## Failure Classes', '', ...table(['Class', 'Targets'], classCounts(failing)), '');
  lines.push('## Compatibility Matrix', '');
  lines.push(
    ...table(
      MATRIX_COLUMNS,
      shownTargets(targets, maxTargets).map((one) => matrixRow(one, expectedOf(one))),
    ),
    '',
  );
  if (targets.length > maxTargets) lines.push(`${targets.length - maxTargets} more targets stand in the report.`, '');
  if (failing.length > 0 && maxFailures > 0) {
    const reported = shownTargets(failing, maxFailures);
    lines.push('## Failure Details', '', ...reported.flatMap((one) => details(one, expectedOf(one))));
    if (failing.length > reported.length)
      lines.push(`${failing.length - reported.length} more stand in the report.`, '');
  }
  const steps = nextSteps(failing);
  if (steps.length > 0) lines.push('## Suggested Next Steps', '', ...steps.map((step) => `- ${md(step, 1000)}`), '');
  if (notes.length > 0) {
    lines.push('## Report Notes', '', ...notes.slice(0, MAX_NOTES).map((note) => `- ${md(note, 1000)}`));
    if (notes.length > MAX_NOTES) lines.push(`- and ${notes.length - MAX_NOTES} more`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
