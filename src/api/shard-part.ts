import { leanEvidence } from '../model/lean-evidence.ts';
import type { RunReport } from '../model/report.ts';
import type { Shard, ShardPart, ShardRun } from '../model/shard.ts';
import { buildInfo } from './build-info.ts';
import type { CompletedRun } from './check.ts';
import type { ShardPlan } from './shard-plan.ts';

/** A run as it travels to the machine that puts all parts together. */
function leanRun(run: RunReport): RunReport {
  const results = run.results.map((result) =>
    result.evidence === undefined ? result : { ...result, evidence: leanEvidence(result.evidence) },
  );
  return { ...run, results };
}

/** A run as far as this machine ran it, as the other machines' parts are joined with it. */
function shardRun({ whole, cells, gate, manifest, reportTargets, baseline }: CompletedRun): ShardRun {
  const { artifactVersion, artifactVariant, artifactUri } = reportTargets;
  const held = baseline && { baseline: { run: baseline.run, alone: baseline.alone } };
  return { run: leanRun(whole), cells, gate, manifest, artifactVersion, artifactVariant, artifactUri, ...held };
}

/**
 * What this machine contributes to a plan.
 * @param startedAt when it began, RFC 3339
 */
export function shardPart(
  { index, total }: Shard,
  { digest, named }: ShardPlan,
  startedAt: string,
  runs: readonly CompletedRun[],
  suite?: ShardPart['suite'],
): ShardPart {
  return {
    format: 'bpfcompat_shard.v1',
    version: buildInfo.version,
    startedAt,
    index,
    total,
    plan: { digest, cells: named },
    runs: runs.map(shardRun),
    ...(suite && { suite }),
  };
}
