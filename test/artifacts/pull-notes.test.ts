import { expect, test } from 'vitest';
import { pullNotes } from '../../src/artifacts/pull-notes.ts';

test('a pull says every five seconds how much of all layers is there, and a fast one says nothing', () => {
  let now = 0;
  const notes: string[] = [];
  const layers = [{ size: 40_000_000 }, { size: 10_000_000 }] as const;
  const pulled = pullNotes({ monotonicMs: () => now }, 'ghcr.io/owner/x:v1', layers, (note) => notes.push(note));
  const [first, second] = layers.map(pulled);
  for (const [at, onBytes, bytes] of [
    [4000, first, 10_000_000],
    [5000, first, 12_500_000],
    [6000, first, 40_000_000],
    [10_000, second, 2_000_000],
  ] as const) {
    now = at;
    onBytes?.(bytes);
  }
  expect(notes).toEqual([
    'pulling ghcr.io/owner/x:v1: 12.5 MB of 50.0 MB',
    'pulling ghcr.io/owner/x:v1: 42.0 MB of 50.0 MB',
  ]);
});
