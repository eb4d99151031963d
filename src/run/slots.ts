import { throwIfCancelled } from '../model/errors.ts';

/** A fixed number of places; work waits for one in the order it asked. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>;
}

/** @param count places, at least 1. Waiting work is given up with CancelledError once `signal` is aborted. */
export function createSlots(count: number, signal: AbortSignal): Slots {
  let free = Math.max(1, count);
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resume of waiting.splice(0)) resume();
  };
  signal.addEventListener('abort', wake, { once: true });

  async function take(): Promise<void> {
    while (free === 0 && !signal.aborted) await new Promise<void>((resolve) => waiting.push(resolve));
    throwIfCancelled(signal);
    free--;
  }

  return {
    async use(work) {
      await take();
      try {
        return await work();
      } finally {
        free++;
        waiting.shift()?.();
      }
    },
  };
}
