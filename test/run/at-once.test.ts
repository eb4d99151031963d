import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/run/at-once.ts';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('work for many items', () => {
  it('is done for some at a time, with results in order', async () => {
    let now = 0;
    let most = 0;
    const items = Array.from({ length: 30 }, (_, index) => index);
    const results = await atOnce(4, items, async (item) => {
      most = Math.max(most, ++now);
      for (let count = 0; count < 30 - item; count++) await turn();
      now--;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBe(4);
    expect(await atOnce(4, [], turn)).toEqual([]);
  });

  it('begins nothing after an error, and leaves nothing going on', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = atOnce(2, [0, 1, 2, 3, 4], async (item) => {
      begun.push(item);
      for (let count = 0; count < 3 + item; count++) await turn();
      ended.push(item);
      if (item < 2) throw new Error(`no ${item}`);
    });
    await expect(work).rejects.toThrow('no 0');
    expect([begun, ended]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});
