import { expect, test } from 'vitest';
import { inTurns } from '../../src/run/turns.ts';

test('work in steps leaves turns to others, and a little of it none', async () => {
  let now = 0;
  const done: string[] = [];
  function* steps(count: number, ms: number): Generator<void, number> {
    for (let step = 0; step < count; step++) {
      now += ms;
      done.push('step');
      yield;
    }
    return count;
  }
  const host = { monotonicMs: () => now };
  const other = (): void => {
    done.push('other');
  };
  setImmediate(other);
  expect(await inTurns(host, steps(9, 1))).toBe(9);
  expect(done).toEqual(Array(9).fill('step'));
  await new Promise((next) => setImmediate(next));
  done.length = 0;
  setImmediate(other);
  await inTurns(host, steps(4, 6));
  expect(done).toEqual(['step', 'step', 'other', 'step', 'step']);
});
