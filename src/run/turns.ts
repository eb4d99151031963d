import type { Host } from '../host/host.ts';

/** So long others wait at most, in milliseconds, for work that comes in small steps. */
const TURN_MS = 10;

/** Lets everything go on that waits for its turn of the event loop. */
export function turnOfOthers(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** Does work step by step, in turns of bounded length. @returns what came out of it */
export async function inTurns<T>(
  { monotonicMs }: Pick<Host, 'monotonicMs'>,
  steps: Iterator<unknown, T, undefined>,
): Promise<T> {
  let began = monotonicMs();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (monotonicMs() - began < TURN_MS) continue;
    await turnOfOthers();
    began = monotonicMs();
  }
}
