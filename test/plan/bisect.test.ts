import { describe, expect, test } from 'vitest';
import { type BuildResult, bootsFor, boundsOf, nextPosition } from '../../src/plan/bisect.ts';

/** Tests until nothing is left. `say`: what the kernel at a position gives. */
function run(length: number, say: (position: number) => BuildResult) {
  const results = new Map<number, BuildResult>([
    [0, say(0)],
    [length - 1, say(length - 1)],
  ]);
  let boots = 0;
  for (let next = nextPosition(length, results); next !== undefined; next = nextPosition(length, results)) {
    results.set(next, say(next));
    boots++;
  }
  return { ...boundsOf(length, results), boots };
}

describe('halving', () => {
  test('finds every boundary of every length in no more boots than it says', () => {
    for (let length = 2; length < 40; length++) {
      for (let first = 1; first < length; first++) {
        const { accepts, rejects, boots } = run(length, (at) => (at < first ? 'accepts' : 'rejects'));
        expect([accepts, rejects]).toEqual([first - 1, first]);
        expect(boots).toBeLessThanOrEqual(bootsFor(length - 2));
      }
    }
    expect([0, 1, 2, 3, 62].map(bootsFor)).toEqual([0, 1, 2, 2, 6]);
  });

  test('passes by what gives no result, and ends with what is left around it', () => {
    const say = (at: number): BuildResult => (at >= 4 && at <= 6 ? 'unknown' : at < 5 ? 'accepts' : 'rejects');
    expect(run(12, say)).toMatchObject({ accepts: 3, rejects: 7 });
    expect(run(12, (at) => (at === 5 ? 'unknown' : at < 9 ? 'accepts' : 'rejects'))).toMatchObject({
      accepts: 8,
      rejects: 9,
    });
  });

  test('ends with two neighbors of which one accepts and one rejects, whatever the others say', () => {
    const says: BuildResult[] = ['accepts', 'rejects', 'accepts', 'accepts', 'rejects', 'accepts', 'rejects'];
    const { accepts, rejects } = run(says.length, (at) => says[at] ?? 'unknown');
    expect(rejects - accepts).toBe(1);
    expect([says[accepts], says[rejects]]).toEqual(['accepts', 'rejects']);
  });
});
