import type { Assignment, CellName } from './shard.ts';

/** One job of a workflow's matrix. */
interface MatrixRow {
  /** `2/4`, as `--shard` takes it. */
  readonly shard: string;
  /** Kernels of the job, separated by commas: for its name and its caches. */
  readonly kernels: string;
}

/** What `strategy.matrix` of a workflow takes. */
export interface JobMatrix {
  readonly include: readonly MatrixRow[];
}

/** The jobs of a plan, in order. Kernels stand in the order of the cells. */
export function jobMatrix(cells: readonly CellName[], { shards, loads }: Assignment): JobMatrix {
  const include = loads.map((_, i) => {
    const own = cells.flatMap(({ kernel }, cell) => (shards[cell] === i + 1 ? kernel : []));
    return { shard: `${i + 1}/${loads.length}`, kernels: [...new Set(own)].join(',') };
  });
  return { include };
}
