import { HostError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';

/** Limits of this machine or user, which have nothing to do with the program that was to be started. */
const LIMITS: Readonly<Record<string, Wording>> = {
  EMFILE: phrase`too many open files; raise the limit (ulimit -n), or run fewer guests at a time (${option('concurrency')})`,
  ENFILE: 'too many files are open on this machine; close some programs',
  EAGAIN: phrase`too many processes; raise the limit (ulimit -u), or run fewer guests at a time (${option('concurrency')})`,
  ENOMEM: phrase`out of memory; free some, or run fewer guests at a time (${option('concurrency')})`,
};

/** Why a program could not be started, with the remedy. */
export function startError(command: string, cause: NodeJS.ErrnoException): HostError {
  const limit = LIMITS[cause.code ?? ''];
  if (limit !== undefined) return new HostError('limit_reached', phrase`cannot start ${command}: ${limit}`, { cause });
  const reason = cause.code ?? cause.message;
  return new HostError('tool_missing', `cannot run ${command}: ${reason}; install it or check PATH`, { cause });
}
