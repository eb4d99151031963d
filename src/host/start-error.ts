import { HostError } from '../model/errors.ts';

/** Limits of this machine or user, which have nothing to do with the program that was to be started. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files; raise the limit (ulimit -n), or run fewer guests at a time (--concurrency)',
  ENFILE: 'too many files are open on this machine; close some programs',
  EAGAIN: 'too many processes; raise the limit (ulimit -u), or run fewer guests at a time (--concurrency)',
  ENOMEM: 'out of memory; free some, or run fewer guests at a time (--concurrency)',
};

/** Why a program could not be started, with the remedy. */
export function startError(command: string, cause: NodeJS.ErrnoException): HostError {
  const limit = LIMITS[cause.code ?? ''];
  if (limit !== undefined) return new HostError('limit_reached', `cannot start ${command}: ${limit}`, { cause });
  const reason = cause.code ?? cause.message;
  return new HostError('tool_missing', `cannot run ${command}: ${reason}; install it or check PATH`, { cause });
}
