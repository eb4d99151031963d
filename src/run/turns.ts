import type { Host } from '../host/host.ts';

/** So long others wait at most, in milliseconds, for work that comes in small steps. */
const TURN_MS = 10;

/** Lets everything go on that waits for its turn of the event loop. */
export function turnOfOthers(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** Does work step by step, in turns of bounded length. */
export async function inTurns({ monotonicMs }: Pick<Host, 'monotonicMs'>, steps: Iterable<unknown>): Promise<void> {
  let began = monotonicMs();
  for (const _ of steps) {
    if (monotonicMs() - began < TURN_MS) continue;
    await turnOfOthers();
    began = monotonicMs();
  }
}
