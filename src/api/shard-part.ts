import { leanEvidence } from '../model/lean-evidence.ts';
import type { RunReport } from '../model/report.ts';
import type { Shard, ShardPart, ShardRun } from '../model/shard.ts';
import { buildInfo } from './build-info.ts';
import type { ShardPlan } from './shard-plan.ts';

/** A run as it travels to the machine that puts all parts together. */
export function leanRun(run: RunReport): RunReport {
  const results = run.results.map((result) =>
    result.evidence === undefined ? result : { ...result, evidence: leanEvidence(result.evidence) },
  );
  return { ...run, results };
}

/** What this machine contributes to a plan. */
export function shardPart(
  { index, total }: Shard,
  { digest, named }: ShardPlan,
  startedAt: string,
  runs: readonly ShardRun[],
  suite?: ShardPart['suite'],
): ShardPart {
  return {
    format: 'bpfcompat_shard.v1',
    version: buildInfo.version,
    startedAt,
    index,
    total,
    plan: { digest, cells: named },
    runs: runs.map((one) => ({ ...one, run: leanRun(one.run) })),
    ...(suite && { suite }),
  };
}
