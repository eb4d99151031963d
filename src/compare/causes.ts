import type { GrownProgram, ProfileDiff, RecordedCause, RecordedTarget } from '../model/comparison.ts';

type Causes = Pick<ProfileDiff, 'newCauses' | 'clearedCauses' | 'movedCauses'>;

/** What makes a cause the same one wherever its line went. */
function identity({ code, reason, subject }: RecordedCause): string {
  return JSON.stringify([code, reason, subject]);
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

/**
 * Causes that came, went and moved. The same code, reason and subject at the same line is the same cause; at another
 * line it moved.
 */
export function compareCauses(base: readonly RecordedCause[], head: readonly RecordedCause[]): Causes {
  const left = [...base];
  const elsewhere = head.filter(
    (cause) =>
      take(left, (other) => identity(other) === identity(cause) && place(other) === place(cause)) === undefined,
  );
  const movedCauses: { base: RecordedCause; head: RecordedCause }[] = [];
  const newCauses = elsewhere.filter((cause) => {
    const before = take(left, (other) => identity(other) === identity(cause));
    if (before) movedCauses.push({ base: before, head: cause });
    return before === undefined;
  });
  return { newCauses, clearedCauses: left, movedCauses };
}

/** Programs that cost more than before, the greatest growth (as a share) first. */
export function grownPrograms(base: RecordedTarget, head: RecordedTarget): GrownProgram[] {
  const before = new Map(base.programs.map(({ name, insns }) => [name, insns]));
  return head.programs
    .map(({ name, insns }) => ({ name, base: before.get(name) ?? 0, head: insns }))
    .filter((program) => program.base > 0 && program.head > program.base)
    .sort((a, b) => b.head / b.base - a.head / a.base || (a.name < b.name ? -1 : 1));
}
