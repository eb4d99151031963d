import type { Catalog } from '../config/catalog.ts';
import type { GateOptions } from '../gate/gate.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { PlannedCell, Shard } from '../model/shard.ts';
import type { PlannedRun } from '../run/run-check.ts';
import type { ReportTargets } from '../run/write-reports.ts';
import type { LoadedCase, LoadedRun } from './load-run.ts';
import type { ShardPlan } from './shard-plan.ts';

/** The older run that a planned run is compared with. */
export interface RunBaseline {
  readonly run: LoadedRun;
  /** It was named for this run alone: a report about one object fits, whatever it is called. */
  readonly alone: boolean;
  /** What it has about each object of the run, in order; undefined for one that it does not have. */
  readonly before: readonly (LoadedCase | undefined)[];
}

/** A planned run with what decides about it and where its reports go: all objects of `test`, or one case of a suite. */
export interface PreparedRun {
  readonly run: PlannedRun;
  readonly gate: GateOptions;
  readonly baseline: RunBaseline | undefined;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  readonly reportTargets: ReportTargets;
  /** One kernel of each class is tested for the others; absent: all are. */
  readonly sample?: SampleRequest | undefined;
}

/** How a run is cut down to one kernel of each class. */
export interface SampleRequest {
  /** Absolute path of a directory with facts of kernels; undefined: the store alone. */
  readonly facts: string | undefined;
  /** A pass that is inferred counts for a required kernel. */
  readonly accepts: boolean;
}

/** What `prepare` makes of options and files: everything that a user can correct is settled, and nothing has booted. */
export interface PreparedCheck {
  readonly runs: readonly PreparedRun[];
  readonly catalog: Catalog;
  /** The part of it that this machine runs; undefined: everything. */
  readonly shard: Shard | undefined;
  /** Older run that says how long things take, for dividing the cells. */
  readonly costs: LoadedRun | undefined;
  /** Says of the verdict about a run whether the runs behind it are given up; absent: none ends anything. */
  readonly endsCheck?: (index: number, verdict: Verdict) => boolean;
}

/** What a prepared run came to. */
export interface CompletedRun extends PreparedRun {
  /** All objects and kernels of the plan, with the results of this machine. */
  readonly whole: RunReport;
  /** The same as this machine reports it: with its baseline, or only what its shard has of it. */
  readonly report: RunReport;
  /** Every cell of the plan; none without shards. */
  readonly cells: readonly PlannedCell[];
}

/** What `run` hands to `finish`. */
export interface CompletedCheck {
  /** undefined without shards. */
  readonly plan: ShardPlan | undefined;
  /** In the order of the prepared runs; undefined for one that was given up. */
  readonly runs: readonly (CompletedRun | undefined)[];
}
