import { CancelledError, throwIfCancelled } from '../model/errors.ts';

/** What `promise` gives, or CancelledError as soon as `signal` is aborted: the work behind it may serve others. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfCancelled(signal);
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new CancelledError());
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Like Promise.all, but waits until everything has stopped before it throws: nothing may go on behind our back. */
export async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const resolved = await Promise.allSettled(work);
  return resolved.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
