import type { GateOptions } from '../gate/gate.ts';
import type { Host } from '../host/host.ts';
import type { EventListener } from '../model/events.ts';
import type { RunReport } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import { shardVerdict, shardView } from '../run/shard-view.ts';
import type { ReportTargets } from '../run/write-reports.ts';
import { type FinishedRun, finishRun } from './finish-run.ts';
import type { LoadedRun } from './load-run.ts';
import type { ReportFiles } from './report-files.ts';
import { shardPart } from './shard-part.ts';
import { digestOf, type ShardPlan } from './shard-plan.ts';

/** What one machine asked of a run about objects that were named one by one. */
export interface EndedShard {
  readonly host: Host;
  readonly shard: Shard;
  readonly plan: ShardPlan;
  /** All objects and kernels, the results of this machine. */
  readonly run: RunReport;
  readonly gate: GateOptions;
  readonly baseline: LoadedRun | undefined;
  readonly places: Omit<ReportTargets, 'gate'>;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  readonly onEvent: EventListener;
  readonly files: ReportFiles | undefined;
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
}

/** The same for the same older run, wherever it was read from. */
export function baselineDigest(baseline: LoadedRun | undefined): string {
  return digestOf(baseline?.cases.map(({ name, artifact, report }) => [name, artifact, report.targets]) ?? null);
}

/**
 * Writes the report of one machine: what it asked, and the part that `merge` needs of it. No verdict falls and the
 * history learns nothing: both is done once, when all parts are together.
 */
export async function finishShard(ended: EndedShard): Promise<FinishedRun> {
  const { host, shard, plan, run, gate, baseline, places, manifest, onEvent } = ended;
  const { artifactVersion, artifactVariant, artifactUri } = places;
  const [cells = []] = plan.runs;
  const held = baseline && { baseline: { run: baseline, alone: run.artifacts.length === 1 } };
  const own = { run, cells, gate, manifest, artifactVersion, artifactVariant, artifactUri, ...held };
  const part = shardPart(shard, plan, run.startedAt, [own]);
  return finishRun({
    host,
    run: { ...shardView(run, cells, shard), part },
    gate,
    places,
    manifest,
    onEvent,
    files: ended.files,
    cwd: ended.cwd,
    signal: ended.signal,
    settle: (verdict) => shardVerdict(verdict, shard, run.results.length),
    history: false,
  });
}
