import { inProperties } from './library-words.ts';
import { inFlags, spell, type Wording } from './wording.ts';

/**
 * The error classes of the whole product. A failing kernel is never an error: it is an Outcome.
 *
 * Every message says what is wrong and what to do next; `code` is stable and can be matched by a caller. `message` has
 * the words of the library; who prints it elsewhere takes `wording`, in which options are still options.
 */
abstract class CodedError extends Error {
  readonly code: string;
  readonly #wording: Wording;

  constructor(code: string, wording: Wording, options?: { cause?: unknown }) {
    super(spell(wording, inProperties), options);
    this.code = code;
    this.name = new.target.name;
    this.#wording = wording;
  }

  get wording(): Wording {
    return this.#wording;
  }
}

/** The user can fix it: a wrong flag, a broken file, an unknown profile. Exit code 1. */
export class UsageError extends CodedError {}

/** This machine or its surroundings cannot do it: a missing tool, a full disk, an unreachable mirror. Exit code 1. */
export class HostError extends CodedError {}

/** The run was stopped from outside (Ctrl-C, an AbortSignal). Nothing is left behind. Exit code 1. */
export class CancelledError extends CodedError {
  constructor(message = 'cancelled', options?: { cause?: unknown }) {
    super('cancelled', message, options);
  }
}

/** The words of anything that was thrown, for a face to spell. */
export function wordingOf(error: unknown): Wording {
  if (error instanceof CodedError) return error.wording;
  return error instanceof Error ? error.message : String(error);
}

/** The stable code of anything that was thrown; `internal` for what is a bug of ours. */
export function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : 'internal';
}

/** The same as it is saved, and as the command line prints it. */
export function messageOf(error: unknown): string {
  return spell(wordingOf(error), inFlags);
}

/** Stops with CancelledError once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError('cancelled', { cause: signal.reason });
}
