import { acrossKernels } from '../classify/across.ts';
import type { CellResult } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { RunReport } from '../model/report.ts';
import type { ShardPart } from '../model/shard.ts';
import { notRunResult } from './not-run-result.ts';

/** What a joined run is called and where its files go. */
export interface JoinedIdentity {
  readonly runId: string;
  readonly runDir: string;
}

function sole<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** @throws UsageError for a result that its own evidence contradicts: no one can say which of them is true */
function checkedResult(result: CellResult, shard: number, total: number): CellResult {
  const { outcome, evidence, kernel } = result;
  if (outcome.status !== 'pass' || evidence === undefined) return result;
  const failed = evidence.stages.find((one) => (one.stage === 'open' || one.stage === 'load') && one.status === 'fail');
  if (failed === undefined) return result;
  throw new UsageError(
    'report_invalid',
    `the report of shard ${shard}/${total} says that ${kernel?.profile ?? 'a kernel'} passes, and its own evidence says that the ${failed.stage} stage failed; the file was changed, run the shard again`,
  );
}

/**
 * One run out of the parts that several machines ran, as if one had run everything. Cells of a part that is not
 * there have no result, and say which shard is missing.
 * @param parts at least one; at most one per shard, all of one plan
 * @param position of the run in each part
 */
export function joinShards(parts: readonly ShardPart[], position: number, identity: JoinedIdentity): RunReport {
  const runs = parts.flatMap((part) => {
    const own = part.runs[position];
    return own ? [{ shard: part.index, own }] : [];
  });
  const [first] = runs;
  if (!first) throw new RangeError(`no part has a run at position ${position}`);
  const { run: base, cells } = first.own;
  const total = parts[0]?.total ?? 0;
  const results = cells.map(({ artifact, target, shard }): CellResult => {
    const part = runs.find((one) => one.shard === shard);
    const result = part?.own.run.results.find(({ cell }) => cell.artifact === artifact && cell.target === target);
    if (result) return checkedResult(result, shard, total);
    const message = `shard ${shard}/${total} is missing: its machine was lost, or its report was not handed to merge`;
    return notRunResult({ artifact, target }, { status: 'infra_error', cause: 'shard_missing', message });
  });
  const all = runs.map(({ own }) => own.run);
  return {
    ...base,
    ...identity,
    startedAt: all.map(({ startedAt }) => startedAt).sort()[0] ?? '',
    finishedAt:
      all
        .map(({ finishedAt }) => finishedAt)
        .sort()
        .at(-1) ?? '',
    // Machines wait for each other in queues and are started again: the longest of them is what the user waits for.
    durationMs: Math.max(...all.map(({ durationMs }) => durationMs)),
    results: acrossKernels(results),
    notes: sole(all.flatMap(({ notes }) => notes)),
  };
}
