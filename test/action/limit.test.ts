import { expect, test } from 'vitest';
import { TooSlow, within } from '../../src/action/limit.ts';

test('work that ends in time is what comes out, also when it fails', async () => {
  await expect(within(60_000, 'x', Promise.resolve(7))).resolves.toBe(7);
  await expect(within(60_000, 'x', Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('work that never ends is given up, in words for a log', async () => {
  const never = new Promise<void>(() => {});
  await expect(within(1, 'the cache service', never)).rejects.toThrow(TooSlow);
  await expect(within(1, 'the cache service', never)).rejects.toThrow(/^the cache service timed out/);
});
