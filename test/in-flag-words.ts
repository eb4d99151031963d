import { HostError, messageOf, UsageError } from '../src/model/errors.ts';

function inFlags(error: unknown): unknown {
  const known = error instanceof UsageError ? UsageError : error instanceof HostError ? HostError : undefined;
  return known ? new known((error as UsageError).code, messageOf(error), { cause: error }) : error;
}

/** The same call with errors whose message has the words of the command line, as its user reads them. */
export function inFlagWords<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      const result = call(...args);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw inFlags(error);
      }) as R;
    } catch (error) {
      throw inFlags(error);
    }
  };
}
