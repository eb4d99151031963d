import { words } from '../findings/words.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import type { TargetView } from './view.ts';

/** One cause across all kernels of a run. */
export interface FindingGroup {
  /** The finding as the first kernel has it. */
  readonly finding: Finding;
  /** Positions in the matrix of the kernels that have it. */
  readonly targets: readonly number[];
  /** Positions of the kernels that have a result without it. */
  readonly absent: readonly number[];
  /** false: a warning, or what an optional test said: no cause of a failure. */
  readonly decisive: boolean;
}

function hasResult({ outcome }: TargetView): boolean {
  return outcome.status === 'pass' || outcome.status === 'fail';
}

function keyOf({ code, subject }: Finding): string {
  return `${code} ${subject ?? ''}`;
}

const findingsBy = oncePer((view: TargetView) => grouped(view.findings, keyOf));
const programsBy = oncePer((view: TargetView) => grouped(view.programs, ({ name }) => name));

/** Kernels whose result shows that the program of a finding is fine there: it loads, and was attached if that failed. */
function fine(view: TargetView, finding: Finding): boolean {
  if (!hasResult(view)) return false;
  if (view.outcome.status === 'pass' && view.findings.length === 0) return true;
  // The same thing went wrong there, only otherwise; and of a functional test only what failed first is reported.
  if (findingsBy(view).has(keyOf(finding))) return false;
  if (finding.phase === 'functional') return view.outcome.status === 'pass';
  const program = programsBy(view).get(programsOf(finding.args)[0] || (finding.subject ?? ''))?.[0];
  if (!program) return view.load === 'pass' && finding.phase !== 'attach';
  return program.load === 'pass' && (finding.phase !== 'attach' || program.attach?.status === 'pass');
}

/** The causes of one artifact, in the order they were first seen, failures before warnings. */
export function groupFindings(views: readonly TargetView[]): FindingGroup[] {
  const groups = new Map<string, { finding: Finding; targets: number[] }>();
  for (const [index, view] of views.entries()) {
    for (const finding of view.findings) {
      // The reason decides what is explained, and one title may have several.
      const reason = finding.args['reason'] ?? '';
      // What fails one kernel may be a warning on another.
      const { because = '', because_subject: subject = '' } = finding.args;
      const key = `${because} ${subject} ${finding.decisive} ${finding.code} ${reason} ${finding.phase} ${finding.subject ?? ''} ${words(finding).title}`;
      const group = groups.get(key) ?? { finding, targets: [] };
      if (!group.targets.includes(index)) group.targets.push(index);
      groups.set(key, group);
    }
  }
  return [...groups.values()]
    .map((group) => ({
      ...group,
      decisive: group.finding.decisive,
      absent: [...views.keys()].filter((index) => {
        const view = views[index];
        return !group.targets.includes(index) && view !== undefined && fine(view, group.finding);
      }),
    }))
    .sort((a, b) => Number(b.decisive) - Number(a.decisive));
}

/** Kernels without a result, by what was said about it. */
export function groupSilence(
  views: readonly TargetView[],
): { readonly message: string; readonly targets: readonly number[] }[] {
  const groups = new Map<string, number[]>();
  for (const [index, { outcome }] of views.entries()) {
    const message =
      outcome.status === 'skipped'
        ? `skipped: ${outcome.reason}`
        : outcome.status === 'inferred'
          ? inferredText(outcome.inference)
          : outcome.status === 'infra_error'
            ? `inconclusive: ${outcome.message}`
            : '';
    if (message === '') continue;
    groups.set(message, [...(groups.get(message) ?? []), index]);
  }
  return [...groups].map(([message, targets]) => ({ message, targets }));
}
