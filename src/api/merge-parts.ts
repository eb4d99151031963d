import { join } from 'node:path';
import type { GateOptions } from '../gate/gate.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';
import type { ShardPart, ShardRun } from '../model/shard.ts';
import { phrase, setting } from '../model/wording.ts';
import { joinShards } from '../run/join-shards.ts';
import { againstBaseline, type RunCase } from './baseline.ts';
import type { LoadedRun } from './load-run.ts';

/** What all ways to put parts together need. */
export interface Merging {
  readonly host: Host;
  readonly parts: readonly ShardPart[];
  readonly missing: readonly string[];
  readonly notes: readonly string[];
  readonly baseline: LoadedRun | undefined;
  readonly failOn: FailOn | undefined;
  /** Absolute paths; `out` and `markdown` empty when not wanted. */
  readonly workdir: string;
  readonly out: string;
  readonly markdown: string;
  readonly files: ReportFiles | undefined;
  readonly cwd: string;
  readonly onEvent: EventListener;
}

/** A run put together, held against the older one. */
export function mergedRun(merging: Merging, position: number, runId: string, suiteCase?: RunCase): RunReport {
  const { parts, workdir, notes } = merging;
  const joined = joinShards(parts, position, { runId, runDir: join(workdir, 'runs', runId) });
  const run = { ...joined, notes: [...joined.notes, ...notes] };
  const own = parts[0]?.runs[position]?.baseline;
  // The schema has checked it.
  const baseline = merging.baseline ?? (own?.run as LoadedRun | undefined);
  if (baseline === undefined) return run;
  const alone = merging.baseline === undefined && own?.alone;
  const about = suiteCase && alone ? aloneOf(suiteCase) : suiteCase;
  return { ...run, baseline: againstBaseline(run, baseline, about) };
}

/** The case by itself, for an older run that was named for it only. */
function aloneOf({ cases, position }: RunCase): RunCase {
  return { cases: cases.slice(position, position + 1), position: 0 };
}

/** What decides about a run. @throws UsageError when regressions decide and there is nothing to compare with */
export function mergedGate({ failOn, baseline }: Merging, run: ShardRun): GateOptions {
  const policy = failOn ?? run.gate.failOn;
  if (policy === 'regression' && baseline === undefined && run.baseline === undefined) {
    throw new UsageError(
      'missing_flag',
      phrase`${setting('fail-on', 'regression')} needs an older report; add ${setting('baseline', 'main.json')}`,
    );
  }
  return policy === undefined ? run.gate : { ...run.gate, failOn: policy };
}
