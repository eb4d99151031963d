import type { ReportIdentity } from './comparison.ts';
import type { RunReport, RunStatus, Verdict } from './report.ts';
import type { ShardPart } from './shard.ts';

/** What became of one object on its kernels: an object of a run, or a case of a suite. */
export interface CaseResult {
  readonly name: string;
  /** Absolute path. */
  readonly artifact: string;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  /** Path of the matrix; empty where kernels were named one by one. */
  readonly matrix: string;
  /** false: it is reported and is non-blocking. */
  readonly required: boolean;
  /** `file:line:column` where the suite has it; empty when it is not of a suite. */
  readonly origin: string;
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** Why it could not start; empty when it did. */
  readonly error: string;
  /**
   * The run, where this process ran or merged it; undefined for a case that could not start, and in a document that was
   * read back. `artifact` is the position of its object in the run.
   */
  readonly completed: { readonly run: RunReport; readonly artifact: number; readonly verdict: Verdict } | undefined;
  /** Paths of its own reports; empty when there are none. */
  readonly json: string;
  readonly markdownPath: string;
}

/** What a check came to as a whole. */
export interface CheckResult {
  /** Of the suite or the matrix. */
  readonly name: string;
  /** RFC 3339; empty when a report does not say. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Wall time in milliseconds; 0 when a report does not say. */
  readonly durationMs: number;
  /** Of a suite the worst of its required cases: a failure that was seen is worse than an error. */
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** Names of the cases that were given up because an earlier one did not pass. */
  readonly notRun: readonly string[];
  /** What this machine contributes; absent where one machine runs everything, and in a document that was read back. */
  readonly part?: ShardPart;
  /** The older run of the whole suite, where one was named: `gone` are its cases that this suite does not have. */
  readonly baseline?: ReportIdentity & { readonly gone: readonly string[] };
}
