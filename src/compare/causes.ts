import type { GrownProgram, ProfileDiff, RecordedCause, RecordedTarget } from '../model/comparison.ts';

type Causes = Pick<ProfileDiff, 'newCauses' | 'clearedCauses' | 'movedCauses'>;

/** What makes a cause the same one wherever its line went; a warning that became a cause is another one. */
function identity({ code, reason, subject, decisive }: RecordedCause): string {
  return JSON.stringify([code, reason, subject, decisive !== false]);
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

/** A cause, one program at a time; undefined where the report does not say which. */
type OneProgram = Pick<RecordedCause, 'code' | 'subject'> & { readonly program: string | undefined };

function programsOf({ program = '' }: Pick<RecordedCause, 'program'>): string[] {
  return program.split(', ').filter((name) => name !== '');
}

/** What a kernel fails for; warnings are no cause. */
function failing({ causes }: RecordedTarget): OneProgram[] {
  return causes
    .filter(({ decisive }) => decisive !== false)
    .flatMap((cause): OneProgram[] => {
      const { code, subject } = cause;
      const names = programsOf(cause);
      return names.length === 0
        ? [{ code, subject, program: cause.program }]
        : names.map((program) => ({ code, subject, program }));
    });
}

/**
 * Whether a kernel that fails on both sides fails for something it did not fail for before: another code, another subject,
 * or another program. Where a report has no causes, its classification has to do.
 */
export function hasNewCause(base: RecordedTarget, head: RecordedTarget): boolean {
  const before = failing(base);
  const now = failing(head);
  if (before.length === 0 || now.length === 0) return base.classification !== head.classification;
  const key = ({ code, subject, program }: OneProgram): string => JSON.stringify([code, subject, program]);
  const known = new Set(before.flatMap((one) => [key(one), key({ ...one, program: undefined })]));
  const unsaid = new Set(before.filter(({ program }) => program === undefined).map(key));
  return now.some((one) => !known.has(key(one)) && !unsaid.has(key({ ...one, program: undefined })));
}

/** Programs of `one` that `other` does not have; none where one of them does not say. */
function programsBeside(one: RecordedCause, other: RecordedCause): RecordedCause[] {
  if (one.program === undefined || other.program === undefined) return [];
  const others = new Set(programsOf(other));
  const more = programsOf(one).filter((name) => !others.has(name));
  return more.length === 0 ? [] : [{ ...one, program: more.join(', ') }];
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
  const elsewhere = head.filter(
    (cause) => !takeFor(cause, (other) => identity(other) === identity(cause) && place(other) === place(cause)),
  );
  const fresh = elsewhere.filter((cause) => !takeFor(cause, (other) => identity(other) === identity(cause)));
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
