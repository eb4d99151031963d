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

/** The lines of a manifest, in one line, that make it a failure when one of these programs cannot be attached. */
export function requireAttach(programs: readonly string[]): string {
  return `programs: [${programs.map((name) => `{name: ${name}, attach: {required: true}}`).join(', ')}]`;
}
