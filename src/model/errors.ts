/**
 * The error classes of the whole product. A failing kernel is never an error: it is an Outcome.
 *
 * Every message says what is wrong and what to do next; `code` is stable and can be matched by a caller.
 */
abstract class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
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

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Stops with CancelledError once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError('cancelled', { cause: signal.reason });
}
