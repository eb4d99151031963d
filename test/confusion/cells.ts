/** One thing that has to be reported about an object on a kernel. */
interface Reported {
  readonly code: string;
  /** undefined: the code has no reasons. */
  readonly reason: string | undefined;
  /** undefined: the finding is about the file as a whole. */
  readonly subject: string | undefined;
  /** The line to be named is the one with this word in a comment of its own; undefined: no line causes it. */
  readonly mark: string | undefined;
}

/** What an object does on one kernel. */
export interface Cell {
  readonly status: 'pass' | 'fail';
  readonly reported: readonly Reported[];
  /** Programs that load and cannot be tried on a hook here. */
  readonly unattached: readonly string[];
}

/** What an object does on every kernel: the last entry whose kernel is not newer than that one counts. */
export interface Row {
  readonly object: string;
  readonly since: readonly (readonly [kernel: string, cell: Cell])[];
}

/** Everything loads, everything is attached, nothing is remarked. */
export const PASS: Cell = { status: 'pass', reported: [], unattached: [] };

/** Does not load, for a reason that stands in no line of the source. */
export function fails(code: string, reason: string | undefined, subject: string | undefined): Cell {
  return { status: 'fail', reported: [{ code, reason, subject, mark: undefined }], unattached: [] };
}

/** Does not load, because of the line that is marked `here`. */
export function failsHere(code: string, reason: string, subject = 'probe'): Cell {
  return { status: 'fail', reported: [{ code, reason, subject, mark: 'here' }], unattached: [] };
}

/** Programs that do not load, each because of the line that is marked with its name: `[code, reason, program]`. */
export function failsAt(...causes: readonly (readonly [code: string, reason: string, program: string])[]): Cell {
  const reported = causes.map(([code, reason, subject]) => ({ code, reason, subject, mark: subject }));
  return { status: 'fail', reported, unattached: [] };
}

/** Loads and is not attached: nothing fails where no manifest wants it attached, but it is said. */
export function warns(code: string, reason: string | undefined, subject = 'probe'): Cell {
  return { status: 'pass', reported: [{ code, reason, subject, mark: undefined }], unattached: [] };
}

/** Loads and does not do what it was written for, because of the line that is marked `here`. */
export function warnsHere(code: string, reason: string, subject = 'probe'): Cell {
  return { status: 'pass', reported: [{ code, reason, subject, mark: 'here' }], unattached: [] };
}

/** Loads; the guest has nothing that this program could be attached to. */
export function loads(program: string): Cell {
  return { status: 'pass', reported: [], unattached: [program] };
}

/** The same on every kernel of the table. */
export function always(object: string, cell: Cell): Row {
  return { object, since: [['5.10', cell]] };
}

/** `before` up to the kernel that is named, `after` from there on. */
export function from(kernel: string, object: string, before: Cell, after: Cell = PASS): Row {
  return {
    object,
    since: [
      ['5.10', before],
      [kernel, after],
    ],
  };
}

/** `6.12` as a number that compares. */
function comparable(version: string): number {
  const [major = '', minor = ''] = version.split('.');
  return Number(major) * 1000 + Number(minor);
}

/**
 * What a row says about a profile such as `debian-12-6.1`.
 * @throws Error when the row begins with a newer kernel
 */
export function cellOf(row: Row, profile: string): Cell {
  const version = comparable(/-(\d+\.\d+)(?:-|$)/.exec(profile)?.[1] ?? '');
  const found = row.since.findLast(([kernel]) => comparable(kernel) <= version);
  if (found === undefined) throw new Error(`${row.object}: nothing is expected on ${profile}`);
  return found[1];
}

/** The same one for an object in every run, and each of `list` for about as many objects. */
function oneOf(list: readonly string[], object: string): string | undefined {
  const sum = [...object].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 65_521, 0);
  return list[sum % list.length];
}

/**
 * Of `kernels`, oldest first: the oldest, the newest, and the last before and the first of every change that the row has.
 * What changes nowhere between them runs on one of `between` as well, unless it is a corrected program.
 */
export function kernelsAround(row: Row, kernels: readonly string[], between: readonly string[]): string[] {
  const cells = kernels.map((kernel) => cellOf(row, kernel));
  const [first, last] = [kernels[0], kernels.at(-1)];
  const around = kernels.filter(
    (kernel, at) =>
      kernel === first ||
      kernel === last ||
      (at > 0 && cells[at] !== cells[at - 1]) ||
      (at + 1 < cells.length && cells[at] !== cells[at + 1]),
  );
  const more = around.length > 2 || row.object.endsWith('_fixed') ? undefined : oneOf(between, row.object);
  return kernels.filter((kernel) => around.includes(kernel) || kernel === more);
}
