import type { ReportIdentity } from './comparison.ts';
import type { RunReport, RunStatus, Verdict } from './report.ts';
import type { ShardPart } from './shard.ts';

/** What became of one case. */
export interface CheckCase {
  readonly name: string;
  /** Absolute path. */
  readonly artifact: string;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  /** Path of the matrix; empty where kernels were named one by one. */
  readonly matrix: string;
  /** false: it is reported and is non-blocking. */
  readonly required: boolean;
  /** `file:line:column` where the suite has it; absent when it is not of a suite. */
  readonly origin?: string;
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** Why it could not start; empty when it did. */
  readonly error: string;
  /** undefined for a case that could not start. `artifact` is the position of its object in the run. */
  readonly completed: { readonly run: RunReport; readonly artifact: number; readonly verdict: Verdict } | undefined;
  /** Paths of its own reports; empty when there are none. */
  readonly json: string;
  readonly markdownPath: string;
}

/** A suite that was run, or a run with several objects, before it becomes a file. */
export interface CheckDocument {
  readonly name: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Wall time in milliseconds. */
  readonly durationMs: number;
  /** The worst of the required cases: a failure that was seen is worse than an error. */
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** In the order of the file. */
  readonly cases: readonly CheckCase[];
  /** Names of the cases that were given up because an earlier one did not pass. */
  readonly notRun: readonly string[];
  /** What this machine contributes; absent where one machine runs everything. */
  readonly part?: ShardPart;
  /** The older run of the whole suite, where one was named: `gone` are its cases that this suite does not have. */
  readonly baseline?: ReportIdentity & { readonly gone: readonly string[] };
}
