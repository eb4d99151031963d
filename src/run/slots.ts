import { throwIfCancelled } from '../model/errors.ts';

/** A fixed number of places; waiting work gets one by priority (lower first), within a priority in the order it came. */
export interface Slots {
  use<T>(priority: number, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly priority: number;
  readonly resume: () => void;
}

/** @param count places, at least 1. Waiting work is given up with CancelledError once `signal` is aborted. */
export function createSlots(count: number, signal: AbortSignal): Slots {
  let free = Math.max(1, count);
  const queue: Waiting[] = [];

  function handOn(): void {
    if (queue.length === 0) {
      free++;
      return;
    }
    let best = 0;
    for (const [index, { priority }] of queue.entries()) if (priority < (queue[best] as Waiting).priority) best = index;
    queue.splice(best, 1)[0]?.resume();
  }

  signal.addEventListener(
    'abort',
    () => {
      for (const { resume } of queue.splice(0)) resume();
    },
    { once: true },
  );

  return {
    async use(priority, work) {
      throwIfCancelled(signal);
      // A place that is handed over is never free in between, so no one can slip in.
      if (free > 0) free--;
      else await new Promise<void>((resume) => queue.push({ priority, resume }));
      try {
        throwIfCancelled(signal);
        return await work();
      } finally {
        // A turn later: what follows from this work has requested a place by then, and its priority may be lower.
        setImmediate(handOn);
      }
    },
  };
}
