/** Part of a finding, as the run has it and as reports keep it. */
interface Told {
  readonly code: string;
  readonly decisive: boolean;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** How many programs of an object were to be attached, and how many were. */
export interface AttachCount {
  readonly passed: number;
  readonly attempted: number;
}

/** The args of a finding about an attach that failed and fails nothing. */
export function countArgs({ passed, attempted }: AttachCount): Readonly<Record<string, string>> {
  return { attach_passed: String(passed), attach_attempted: String(attempted) };
}

/** What a warning says about the attaches of its kernel; undefined when it is about no attach that failed. */
export function attachCount({ decisive, args = {} }: Told): AttachCount | undefined {
  const { attach_passed: passed, attach_attempted: attempted } = args;
  if (decisive || passed === undefined || attempted === undefined) return undefined;
  return { passed: Number(passed), attempted: Number(attempted) };
}

/** Programs that one text names; more of them say no more. */
export const NAMED_PROGRAMS = 8;

/**
 * The lines of a manifest, in one line, that make it a failure when one of these programs cannot be attached; for the
 * first of many.
 */
export function requireAttach(programs: readonly string[]): string {
  const lines = programs.slice(0, NAMED_PROGRAMS).map((name) => `{name: ${name}, attach: {required: true}}`);
  const more = programs.length - lines.length;
  return `programs: [${lines.join(', ')}]${more > 0 ? `, and ${more} more` : ''}`;
}
