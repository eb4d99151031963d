import { isDetailKnown } from '../model/cause-detail.ts';
import type { GrownProgram, ProfileDiff, RecordedCause, RecordedTarget } from '../model/comparison.ts';
import { leavesOpen } from '../model/finding.ts';
import { nameList, namesIn } from '../model/name-list.ts';
import { grouped } from '../model/once-per.ts';

type Causes = Pick<ProfileDiff, 'newCauses' | 'clearedCauses' | 'movedCauses'>;

/** What makes a cause the same one wherever its line went; a warning that became a cause is another one. */
function isSame(before: RecordedCause, now: RecordedCause): boolean {
  const identity = ({ code, reason, subject, decisive }: RecordedCause): string =>
    JSON.stringify([code, reason, subject, decisive !== false]);
  return identity(before) === identity(now) && isDetailKnown(before.detail, now.detail);
}

/** What one of two reports does not say is the same. */
function fits(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** The place without the directory, which differs between machines that build the same source. */
function place({ file, line }: RecordedCause): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}

/** Takes the first element that matches out of `from`. */
function take(from: RecordedCause[], matches: (cause: RecordedCause) => boolean): RecordedCause | undefined {
  const index = from.findIndex(matches);
  return index < 0 ? undefined : from.splice(index, 1)[0];
}

/** A cause, one program at a time; undefined where the report does not say which, or nothing more. */
type OneProgram = Pick<RecordedCause, 'code' | 'coarse' | 'subject'> & {
  readonly program: string | undefined;
  readonly detail: string | undefined;
};

/** What a kernel fails for; warnings are no cause, but for one that leaves open what else fails. */
function failing({ causes }: RecordedTarget): OneProgram[] {
  return causes
    .filter((cause) => cause.decisive !== false || leavesOpen(cause))
    .flatMap((cause): OneProgram[] => {
      const { code, coarse, subject, detail } = cause;
      const names = namesIn(cause.program ?? '');
      return names.length === 0
        ? [{ code, coarse, subject, detail, program: cause.program }]
        : names.map((program) => ({ code, coarse, subject, detail, program }));
    });
}

/**
 * Whether a kernel that fails on both sides fails for something it did not fail for before: another code, another subject,
 * another program, or other words where a code has nothing else to distinguish causes. Where the older report has no causes,
 * its classification has to do for all of them.
 */
export function hasNewCause(base: RecordedTarget, head: RecordedTarget): boolean {
  const before = grouped(failing(base), ({ code, subject }) => JSON.stringify([code, subject]));
  const now = failing(head);
  const { classification } = base;
  if (now.length === 0) return classification !== head.classification;
  if (before.size === 0)
    return [head, ...now.map(({ coarse }) => ({ classification: coarse ?? head.classification }))].some(
      (one) => one.classification !== classification,
    );
  const isKnown = (one: OneProgram): boolean =>
    (before.get(JSON.stringify([one.code, one.subject])) ?? []).some(
      (other) => fits(other.program, one.program) && isDetailKnown(other.detail, one.detail),
    );
  return !now.every(isKnown);
}

/** Programs of `one` that `other` does not have; none where one of them does not say. */
function programsBeside(one: RecordedCause, other: RecordedCause): RecordedCause[] {
  if (one.program === undefined || other.program === undefined) return [];
  const others = new Set(namesIn(other.program));
  const more = namesIn(one.program).filter((name) => !others.has(name));
  return more.length === 0 ? [] : [{ ...one, program: nameList(more) }];
}

/**
 * Causes that came, went and moved. The same code, reason and subject at the same line is the same cause; at another
 * line it moved. A further program that fails over the same thing is a new cause, about that program.
 */
export function compareCauses(base: readonly RecordedCause[], head: readonly RecordedCause[]): Causes {
  const left = [...base];
  const pairs: { base: RecordedCause; head: RecordedCause }[] = [];
  const takeFor = (cause: RecordedCause, same: (other: RecordedCause) => boolean): boolean => {
    const before = take(left, same);
    if (before) pairs.push({ base: before, head: cause });
    return before !== undefined;
  };
  const unmatched = head.filter(
    (cause) => !takeFor(cause, (other) => isSame(other, cause) && place(other) === place(cause)),
  );
  const fresh = unmatched.filter((cause) => !takeFor(cause, (other) => isSame(other, cause)));
  return {
    newCauses: [...fresh, ...pairs.flatMap((pair) => programsBeside(pair.head, pair.base))],
    clearedCauses: [...left, ...pairs.flatMap((pair) => programsBeside(pair.base, pair.head))],
    movedCauses: pairs.filter((pair) => place(pair.base) !== place(pair.head)),
  };
}

/** Programs that cost more than before, the greatest growth (as a share) first. */
export function grownPrograms(base: RecordedTarget, head: RecordedTarget): GrownProgram[] {
  const before = new Map(base.programs.map(({ name, insns }) => [name, insns]));
  return head.programs
    .map(({ name, insns }) => ({ name, base: before.get(name) ?? 0, head: insns }))
    .filter((program) => program.base > 0 && program.head > program.base)
    .sort((a, b) => b.head / b.base - a.head / a.base || (a.name < b.name ? -1 : 1));
}
