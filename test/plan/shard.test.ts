import { describe, expect, test } from 'vitest';
import { costsOf } from '../../src/plan/costs.ts';
import { assignShards, type CellName, shardsWithin } from '../../src/plan/shard.ts';

const usual = costsOf([]);

function grid(subjects: number, kernels: number): CellName[] {
  return Array.from({ length: subjects }, (_, subject) =>
    Array.from({ length: kernels }, (_unused, kernel) => ({
      subject: `object-${subject}`,
      kernel: `kernel-${kernel}`,
    })),
  ).flat();
}

/** Kernels of each shard. */
function kernelsOf(cells: readonly CellName[], shards: readonly number[], total: number): string[][] {
  return Array.from({ length: total }, (_, index) => [
    ...new Set(cells.filter((_cell, i) => shards[i] === index + 1).map(({ kernel }) => kernel)),
  ]);
}

test('every cell has one shard, and the cells of a kernel stay together', () => {
  const cells = grid(3, 12);
  const { shards } = assignShards(cells, 4, usual);
  expect(shards.every((shard) => shard >= 1 && shard <= 4)).toBe(true);
  const kernels = kernelsOf(cells, shards, 4);
  expect(kernels.map((own) => own.length)).toEqual([3, 3, 3, 3]);
  expect(kernels.flat()).toHaveLength(12);
});

test('the same cell is in the same shard whatever the order', () => {
  const cells = grid(7, 5);
  const straight = assignShards(cells, 3, usual);
  const turned = [...cells].reverse();
  const other = assignShards(turned, 3, usual);
  const shardOf = new Map(turned.map((cell, index) => [JSON.stringify(cell), other.shards[index]]));
  expect(cells.map((cell) => shardOf.get(JSON.stringify(cell)))).toEqual(straight.shards);
});

test('one kernel with many slow objects is divided, one with quick ones is not', () => {
  const cells = grid(30, 1);
  const slow = costsOf(cells.map((cell) => ({ ...cell, kernelMs: 5000, cellMs: 10_000 })));
  const divided = assignShards(cells, 3, slow);
  expect(divided.loads.map((ms) => ms / 1000)).toEqual([105, 105, 105]);
  const quick = costsOf(cells.map((cell) => ({ ...cell, kernelMs: 60_000, cellMs: 10 })));
  expect(assignShards(cells, 3, quick).loads.filter((ms) => ms > 0)).toHaveLength(1);
});

test('kernels that are known to be slow are set against several quick ones', () => {
  const cells = grid(1, 5);
  const costs = costsOf(cells.map((cell, index) => ({ ...cell, kernelMs: index === 0 ? 40_000 : 10_000, cellMs: 0 })));
  const { shards, loads } = assignShards(cells, 2, costs);
  expect(loads.map((ms) => Math.round(ms / 1000))).toEqual([40, 40]);
  expect(kernelsOf(cells, shards, 2)[0]).toEqual(['kernel-0']);
});

test('cells that took no time at all are divided too', () => {
  const cells = grid(2, 4);
  const costs = costsOf(cells.map((cell) => ({ ...cell, kernelMs: 0, cellMs: 0 })));
  expect(kernelsOf(cells, assignShards(cells, 4, costs).shards, 4).map((own) => own.length)).toEqual([1, 1, 1, 1]);
});

test('what an earlier run did not have costs what its others cost', () => {
  const costs = costsOf([
    { subject: 'a', kernel: 'k0', kernelMs: 100, cellMs: 1 },
    { subject: 'b', kernel: 'k0', kernelMs: 900, cellMs: 5 },
    { subject: 'a', kernel: 'k1', kernelMs: 300, cellMs: 9 },
  ]);
  expect([costs.kernelMs('k0'), costs.kernelMs('k1'), costs.kernelMs('new')]).toEqual([900, 300, 900]);
  expect([costs.cellMs('b', 'k0'), costs.cellMs('b', 'k1')]).toEqual([5, 5]);
});

describe('the number of shards', () => {
  const cells = grid(2, 8);
  const costs = costsOf(cells.map((cell) => ({ ...cell, kernelMs: 50_000, cellMs: 5000 })));

  test('is the smallest that ends in time', () => {
    expect(shardsWithin(cells, 600_000, 256, costs)).toBe(1);
    expect(shardsWithin(cells, 130_000, 256, costs)).toBe(4);
    expect(shardsWithin(cells, 60_000, 256, costs)).toBe(8);
  });

  test('is as many as can have something to do where nothing ends in time', () => {
    expect(shardsWithin(cells, 1000, 256, costs)).toBe(16);
    expect(shardsWithin(cells, 1000, 3, costs)).toBe(3);
    expect(shardsWithin([], 1000, 256, costs)).toBe(1);
  });
});

test('hundreds of cells on many machines take no time', () => {
  const cells = grid(30, 50);
  const started = performance.now();
  const { loads } = assignShards(cells, 256, usual);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(loads).toHaveLength(256);
});
