import { CancelledError } from '../model/errors.ts';

/** After this the runner is about to kill us: what is not written by then is lost. Milliseconds after the signal. */
const LAST_MS = 4000;

export interface Cancel {
  readonly signal: AbortSignal;
  /** The work, or CancelledError as soon as the work has ended or its time is over. */
  guard<T>(work: Promise<T>): Promise<T>;
}

/** Turns the runner's signals (SIGINT, then SIGTERM after 7.5 s) into an abort. */
export function watchCancel(): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort(name));
  const outOfTime = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      setTimeout(() => reject(new CancelledError()), LAST_MS);
    });
  });
  // No one may be waiting when it comes.
  outOfTime.catch(() => {});
  return {
    signal,
    async guard(work) {
      const result = await Promise.race([work, outOfTime]);
      if (signal.aborted) throw new CancelledError();
      return result;
    },
  };
}
