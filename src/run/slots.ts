import { throwIfCancelled } from '../model/errors.ts';

/** A fixed number of places; waiting work gets one by rank (lower first), within a rank in the order it asked. */
export interface Slots {
  use<T>(rank: number, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly rank: number;
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
    for (const [index, { rank }] of queue.entries()) if (rank < (queue[best] as Waiting).rank) best = index;
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
    async use(rank, work) {
      throwIfCancelled(signal);
      // A place that is handed over is never free in between, so nobody can slip in.
      if (free > 0) free--;
      else await new Promise<void>((resume) => queue.push({ rank, resume }));
      try {
        throwIfCancelled(signal);
        return await work();
      } finally {
        // A turn later: what follows from this work has asked for a place by then, and its rank may be lower.
        setImmediate(handOn);
      }
    },
  };
}
