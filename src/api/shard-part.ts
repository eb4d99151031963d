import type { CellResult } from '../model/cell.ts';
import type { Stage } from '../model/evidence.ts';
import type { RunReport } from '../model/report.ts';
import type { Shard, ShardPart, ShardRun } from '../model/shard.ts';
import { buildInfo } from './build-info.ts';
import type { ShardPlan } from './shard-plan.ts';

/** Reports show this much of the end of a verifier's log. */
const LOG_TAIL = 4096;

/** A stage without what no report shows: it lies beside the machine's own report in full. */
function leanStage(stage: Stage): Stage {
  if (stage.stage === 'program') {
    const { verifier_log_head: head, verifier_log_tail: tail } = stage;
    return {
      ...stage,
      log: '',
      verifier_log_head: tail === '' ? head.slice(-LOG_TAIL) : '',
      verifier_log_tail: tail.slice(-LOG_TAIL),
    };
  }
  return 'log' in stage ? { ...stage, log: '' } : stage;
}

function leanResult(result: CellResult): CellResult {
  const { evidence } = result;
  if (evidence === undefined) return result;
  const document = evidence.document === undefined ? undefined : '';
  return { ...result, evidence: { ...evidence, document, stages: evidence.stages.map(leanStage) } };
}

/** A run as it travels to the machine that puts all parts together. */
export function leanRun(run: RunReport): RunReport {
  return { ...run, results: run.results.map(leanResult) };
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
