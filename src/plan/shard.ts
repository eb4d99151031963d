import type { Costs } from './costs.ts';

/** A cell by its names: an object (or case) on a kernel. */
export interface CellName {
  readonly subject: string;
  readonly kernel: string;
}

/** Which machine runs which cell. */
export interface Assignment {
  /** Shard of each cell, 1 to the number of shards, in the order of the cells. */
  readonly shards: readonly number[];
  /** Expected milliseconds of each shard. */
  readonly loads: readonly number[];
}

/** Cells of one kernel that stay on one machine. */
interface Piece {
  readonly kernel: string;
  readonly cells: readonly number[];
  /** Milliseconds without the kernel itself. */
  readonly runMs: number;
}

/** A kernel is divided among machines only where the slowest of them gains at least this much. */
const WORTH_A_BOOT = 0.9;
/** Nothing is tried any more this close to the best that could be. */
const GOOD_ENOUGH = 1.05;

/** FNV-1a. Decides where costs are equal, so that the order of the input never does. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

function byCost(a: readonly [ms: number, name: string], b: readonly [ms: number, name: string]): number {
  return b[0] - a[0] || hash(a[1]) - hash(b[1]) || (a[1] < b[1] ? -1 : 1);
}

function leastLoaded(loads: readonly number[]): number {
  return loads.indexOf(Math.min(...loads));
}

/** The cells of a kernel in `count` pieces of about the same cost. */
function divide(kernel: string, cells: readonly number[], count: number, runMs: (cell: number) => number): Piece[] {
  const loads = Array.from({ length: count }, () => 0);
  const pieces = loads.map((): number[] => []);
  for (const cell of cells) {
    const index = leastLoaded(loads);
    loads[index] = (loads[index] ?? 0) + runMs(cell);
    pieces[index]?.push(cell);
  }
  return pieces.map((own, index) => ({ kernel, cells: own, runMs: loads[index] ?? 0 }));
}

/** Longest piece first, each to the machine that has the least to do. */
function pack(pieces: readonly Piece[], total: number, cellCount: number, costs: Costs): Assignment {
  const loads = Array.from({ length: total }, () => 0);
  const booted = loads.map(() => new Set<string>());
  const shards = Array.from({ length: cellCount }, () => 0);
  const ordered = pieces
    .map((piece, index) => ({
      piece,
      key: [piece.runMs + costs.kernelMs(piece.kernel), `${piece.kernel}#${index}`] as const,
    }))
    .sort((a, b) => byCost(a.key, b.key));
  for (const { piece } of ordered) {
    const index = leastLoaded(loads);
    const boot = booted[index]?.has(piece.kernel) ? 0 : costs.kernelMs(piece.kernel);
    loads[index] = (loads[index] ?? 0) + boot + piece.runMs;
    booted[index]?.add(piece.kernel);
    for (const cell of piece.cells) shards[cell] = index + 1;
  }
  return { shards, loads };
}

const slowest = ({ loads }: Assignment): number => Math.max(0, ...loads);

/**
 * Divides cells among `total` machines. The same cells with the same costs are always divided in the same way, in
 * whatever order they come. Every machine makes each of its kernels ready once, so the cells of a kernel stay together
 * unless dividing them ends the whole run clearly earlier.
 */
export function assignShards(cells: readonly CellName[], total: number, costs: Costs): Assignment {
  const runMs = (cell: number): number => {
    const { subject = '', kernel = '' } = cells[cell] ?? {};
    return costs.cellMs(subject, kernel);
  };
  const byKernel = new Map<string, number[]>();
  const order = cells
    .map(({ subject, kernel }, cell) => ({
      kernel,
      cell,
      key: [runMs(cell), JSON.stringify([kernel, subject])] as const,
    }))
    .sort((a, b) => byCost(a.key, b.key));
  for (const { kernel, cell } of order) byKernel.set(kernel, [...(byKernel.get(kernel) ?? []), cell]);
  const kernels = [...byKernel.keys()].sort();

  const pieces = new Map(kernels.map((kernel) => [kernel, divide(kernel, byKernel.get(kernel) ?? [], 1, runMs)]));
  const packed = (): Assignment => pack([...pieces.values()].flat(), total, cells.length, costs);
  const once = kernels.reduce((sum, kernel) => sum + costs.kernelMs(kernel), 0);
  const ideal = cells.reduce((sum, _, cell) => sum + runMs(cell), once) / total;

  let best = packed();
  for (let tries = 0; tries < 2 * total && slowest(best) > ideal * GOOD_ENOUGH; tries++) {
    const [next] = [...pieces]
      .filter(([kernel, own]) => own.length < Math.min(total, byKernel.get(kernel)?.length ?? 1))
      .map(([kernel, own]): [number, string] => [
        Math.max(...own.map(({ runMs: ms }) => ms)) + costs.kernelMs(kernel),
        kernel,
      ])
      .sort(byCost);
    if (next === undefined) break;
    const [, kernel] = next;
    const count = (pieces.get(kernel)?.length ?? 0) + 1;
    pieces.set(kernel, divide(kernel, byKernel.get(kernel) ?? [], count, runMs));
    const tried = packed();
    if (slowest(tried) < slowest(best) * WORTH_A_BOOT) best = tried;
  }
  return best;
}

/**
 * The fewest machines with which none is expected to take longer than `withinMs`; where no number does, as many as can
 * have something to do.
 */
export function shardsWithin(cells: readonly CellName[], withinMs: number, most: number, costs: Costs): number {
  const max = Math.min(most, Math.max(1, cells.length));
  const longest = Math.max(
    0,
    ...cells.map(({ subject, kernel }) => costs.kernelMs(kernel) + costs.cellMs(subject, kernel)),
  );
  if (longest > withinMs) return max;
  // Fewer cannot do it, however well the cells are divided.
  const alone = assignShards(cells, 1, costs).loads[0] ?? 0;
  for (let total = Math.max(1, Math.ceil(alone / withinMs)); total < max; total++) {
    if (slowest(assignShards(cells, total, costs)) <= withinMs) return total;
  }
  return max;
}
