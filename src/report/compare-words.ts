import type { Comparison, ComparisonSummary, ProfileDiff, RecordedCause, RecordedTarget } from '../model/comparison.ts';
import { thousands } from './cost-text.ts';
import { oneLine } from './escape.ts';
import { withFixups } from './fixups.ts';
import { plural } from './style.ts';

/** `fail (VERIFIER_REJECTION)`, `pass (with 1 automatic fixup)`; empty where the kernel was not tested. */
export function sideText(side: RecordedTarget | undefined): string {
  if (side === undefined) return '';
  if (side.classification === '') return withFixups(side.status, side.fixups);
  return `${side.status} (${oneLine(side.classification, 80)})`;
}

/** `UNSUPPORTED_HELPER on_exec at conn.bpf.c:12: the kernel has no bpf_loop`. */
function causeText({ code, reason, subject, program = '', file, line, title }: RecordedCause): string {
  const what = [oneLine(code, 80), reason === '' ? '' : `(${oneLine(reason, 80)})`, oneLine(subject, 128)];
  const who = program === '' || program === subject ? '' : ` in ${oneLine(program, 200)}`;
  const where = file === '' ? '' : ` at ${oneLine(file, 200)}:${line}`;
  const why = title === '' ? '' : `: ${oneLine(title, 300)}`;
  return `${what.filter((word) => word !== '').join(' ')}${who}${where}${why}`;
}

export const NOTHING_NEW = 'no differences';

/** `1 new failure, 2 known failures, 1 fixed`; a line for a person about everything that is not as before. */
export function newsText(
  summary: Pick<
    ComparisonSummary,
    'newFailures' | 'knownFailures' | 'changedCauses' | 'fixed' | 'fixedWithWarning' | 'inconclusive' | 'grownPrograms'
  >,
): string {
  const warned = summary.fixedWithWarning ?? 0;
  const parts = [
    [plural(summary.newFailures, 'new failure'), summary.newFailures],
    [plural(summary.knownFailures, 'known failure'), summary.knownFailures],
    [`${summary.changedCauses} of them with another cause`, summary.changedCauses],
    [`${summary.fixed} fixed${warned > 0 ? ` (${warned} with a new warning in its place)` : ''}`, summary.fixed],
    [`${plural(summary.inconclusive, 'kernel')} inconclusive`, summary.inconclusive],
    [`${plural(summary.grownPrograms, 'program')} grown`, summary.grownPrograms],
  ] as const;
  const said = parts.filter(([, count]) => count > 0).map(([text]) => text);
  return said.length === 0 ? NOTHING_NEW : said.join(', ');
}

/** Differences in the causes of one kernel, then in its warnings, as lines that are not escaped yet. */
export function detailTexts(diff: ProfileDiff): string[] {
  const cleared = diff.failure === 'fixed' || diff.change === 'improved' ? 'was' : 'no longer';
  const kinds = [
    [true, '', 'new', cleared],
    [false, 'warning ', 'new', 'no longer'],
  ] as const;
  return kinds.flatMap(([decisive, kind, came, went]) => {
    const own = (cause: RecordedCause): boolean => (cause.decisive !== false) === decisive;
    return [
      ...diff.newCauses.filter(own).map((cause) => `${kind}${came}: ${causeText(cause)}`),
      ...diff.clearedCauses.filter(own).map((cause) => `${kind}${went}: ${causeText(cause)}`),
      ...diff.movedCauses
        .filter(({ head }) => own(head))
        .map(({ base, head }) => `${kind}moved from line ${base.line}: ${causeText(head)}`),
    ];
  });
}

/** Rows of a table of grown programs: kernel, program, before, now, growth; the greatest growth first. */
export function grownRows(profiles: readonly ProfileDiff[]): string[][] {
  return profiles
    .flatMap(({ profile, grown }) => grown.map((program) => ({ profile, ...program })))
    .sort((a, b) => b.head / b.base - a.head / a.base)
    .map(({ profile, name, base, head }) => [
      profile,
      name,
      thousands(base),
      thousands(head),
      `+${(((head - base) / base) * 100).toFixed(1)} %`,
    ]);
}

/** Kernels in the order a reader wants: new failures, then changed ones, then the rest; each sorted by id. */
export function byImportance({ profiles }: Pick<Comparison, 'profiles'>): ProfileDiff[] {
  const rank = ({ failure, change }: ProfileDiff): number =>
    failure === 'new' ? 0 : change === 'regressed' ? 1 : failure === 'known' ? 3 : change === 'unchanged' ? 4 : 2;
  return [...profiles].sort((a, b) => rank(a) - rank(b));
}

/** Failed before and fails for the same reasons, at the same lines and costs: no one has to look at it again. */
export function isOldNews(diff: ProfileDiff): boolean {
  return (
    diff.failure === 'known' && diff.change === 'unchanged' && diff.grown.length === 0 && detailTexts(diff).length === 0
  );
}

/** Whether a kernel deserves a row beside a table that has all of them. */
export function isNews(diff: ProfileDiff): boolean {
  return (
    diff.change !== 'unchanged' || diff.failure !== undefined || diff.grown.length > 0 || detailTexts(diff).length > 0
  );
}
