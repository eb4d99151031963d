import type { Cell } from './cell.ts';
import type { CheckResult } from './check-result.ts';
import type { Expectation, FailOn, MinKernel } from './gate.ts';
import type { RunReport } from './report.ts';

/** More machines than a job matrix of GitHub may have. */
export const MAX_SHARDS = 256;

/** One machine of several that share the cells of a run. */
export interface Shard {
  /** 1 to `total`. */
  readonly index: number;
  readonly total: number;
}

/** A cell and the machine that runs it. */
export interface PlannedCell extends Cell {
  /** 1 to the number of shards. */
  readonly shard: number;
}

/** What the cells of a plan are called, for people and to distinguish plans. */
export interface NamedCell {
  /** Name of the object, or of the case of a suite. */
  readonly subject: string;
  /** Profile id. */
  readonly kernel: string;
  readonly shard: number;
}

/** What decides about a run, as the machine that ran a part of it had it. */
interface ShardGate {
  readonly requiredProfiles?: readonly string[];
  readonly failOn?: FailOn;
  readonly expectations?: readonly Expectation[];
  readonly minKernel?: MinKernel | undefined;
}

/** One run (of a suite: one case) as far as one machine ran it. */
export interface ShardRun {
  /** All objects and kernels of the plan, the results of this machine; findings as each kernel alone gave them. */
  readonly run: RunReport;
  /** Every cell of the plan. */
  readonly cells: readonly PlannedCell[];
  readonly gate: ShardGate;
  /** Path of the manifest; empty without one. */
  readonly manifest: string;
  readonly artifactVersion: string;
  readonly artifactVariant: string;
  readonly artifactUri: string;
  /** The older run that it is held against, as it was read (`LoadedRun`); absent without one. */
  readonly baseline?: { readonly run: unknown; readonly alone: boolean };
}

/** A case of a suite in a plan. */
export interface ShardCase {
  readonly name: string;
  readonly artifact: string;
  readonly manifest: string;
  readonly matrix: string;
  readonly required: boolean;
  readonly origin: string;
  /** Why it could not start; empty when it did. */
  readonly error: string;
  /** Position of its run among the runs of the part; absent when it could not start. */
  readonly run?: number;
}

/** Everything that one machine contributes; stands in its report, so that one file is all that is handed over. */
export interface ShardPart extends Shard {
  readonly format: 'bpfcompat_shard.v1';
  /** Version of bpfcompat that made it. */
  readonly version: string;
  /** When this machine began, RFC 3339: of two attempts at one part the newer counts. */
  readonly startedAt: string;
  readonly plan: {
    /** The same for every part of one plan. */
    readonly digest: string;
    /** Every cell of the plan, sorted. */
    readonly cells: readonly NamedCell[];
  };
  readonly runs: readonly ShardRun[];
  /** Absent for objects that were named one by one. */
  readonly suite?: Pick<CheckResult, 'name' | 'startedAt' | 'finishedAt' | 'durationMs' | 'baseline'> & {
    readonly cases: readonly ShardCase[];
  };
}
