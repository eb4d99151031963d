import { nameList, namesIn } from './name-list.ts';

/** Part of a finding, as the run has it and as reports keep it. */
interface Reported {
  readonly code: string;
  readonly decisive: boolean;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** Programs that one text names; more of them say no more. */
export const NAMED_PROGRAMS = 8;

/** How many programs of an object were tried to be attached, and how many were. */
export interface AttachCount {
  readonly passed: number;
  readonly attempted: number;
  /** Loaded programs that could not be tried, as their file is not in the guest or as only their loader knows a target. */
  readonly untried: number;
}

/**
 * The args of a finding about an attach that failed and fails nothing.
 * @param untried names of the programs that were not tried
 */
export function countArgs(
  { passed, attempted }: Pick<AttachCount, 'passed' | 'attempted'>,
  untried: readonly string[],
): Readonly<Record<string, string>> {
  const args = { attach_passed: String(passed), attach_attempted: String(attempted) };
  if (untried.length === 0) return args;
  const named = untried.slice(0, NAMED_PROGRAMS);
  return { ...args, attach_untried: String(untried.length), attach_untried_programs: nameList(named) };
}

/** What a warning says about the attaches of its kernel; undefined when it is about no attach that failed. */
export function attachCount({ decisive, args = {} }: Reported): AttachCount | undefined {
  const { attach_passed: passed, attach_attempted: attempted, attach_untried: untried = '0' } = args;
  if (decisive || passed === undefined || attempted === undefined) return undefined;
  return { passed: Number(passed), attempted: Number(attempted), untried: Number(untried) };
}

/** Programs that were not tried beside those that a warning is about, the first of many. */
export function untriedPrograms({ attach_untried_programs: names = '' }: Readonly<Record<string, string>>): string[] {
  return namesIn(names);
}

/**
 * The lines of a manifest, in one line, that make it a failure when one of these programs cannot be attached; for the
 * first of many.
 */
export function requireAttach(programs: readonly string[]): string {
  const lines = programs.slice(0, NAMED_PROGRAMS).map((name) => `{name: ${name}, attach: {required: true}}`);
  const more = programs.length - lines.length;
  return `programs: [${lines.join(', ')}]${more > 0 ? `, and ${more} more` : ''}`;
}
