import { HostError } from '../index.ts';

/** Reads lists of kernels; those that do not come within `ms` milliseconds are given up. @throws HostError `timed_out` */
export async function listsWithin<T>(
  signal: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const time = AbortSignal.timeout(ms);
  try {
    return await work(AbortSignal.any([signal, time]));
  } catch (error) {
    if (!time.aborted || signal.aborted) throw error;
    throw new HostError('timed_out', `the lists did not come within ${ms / 1000} s; give more time with --timeout`, {
      cause: error,
    });
  }
}
