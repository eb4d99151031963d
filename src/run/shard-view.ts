import { acrossKernels } from '../classify/across.ts';
import type { CellResult } from '../model/cell.ts';
import type { RunReport } from '../model/report.ts';
import type { PlannedCell, Shard } from '../model/shard.ts';
import { notRunResult } from './not-run-result.ts';

/**
 * A run as one machine of several saw it: its own objects and kernels. Where the objects of a kernel are divided among
 * machines, the other cells of that kernel are reported as run elsewhere.
 * @param run all objects and kernels, the results of this machine
 * @param cells the whole plan
 */
export function shardView(run: RunReport, cells: readonly PlannedCell[], { index }: Shard): RunReport {
  const own = cells.filter(({ shard }) => shard === index);
  const artifacts = run.artifacts.map((_, i) => i).filter((i) => own.some(({ artifact }) => artifact === i));
  const targets = run.targets.map((_, i) => i).filter((i) => own.some(({ target }) => target === i));
  const results = artifacts.flatMap((artifact, row) =>
    targets.flatMap((target, column): CellResult[] => {
      const cell = { artifact: row, target: column };
      const planned = cells.find((one) => one.artifact === artifact && one.target === target);
      if (planned === undefined) return [];
      if (planned.shard !== index) {
        const reason = `shard ${planned.shard} of the run has it`;
        return [notRunResult(cell, { status: 'skipped', reason, otherShard: true })];
      }
      const result = run.results.find((one) => one.cell.artifact === artifact && one.cell.target === target);
      return result ? [{ ...result, cell }] : [];
    }),
  );
  return {
    ...run,
    artifacts: artifacts.flatMap((i) => run.artifacts[i] ?? []),
    targets: targets.flatMap((i) => run.targets[i] ?? []),
    results: acrossKernels(results),
    partial: true,
  };
}
