import type { ReportIdentity } from './comparison.ts';
import type { RunReport, RunStatus, Verdict } from './report.ts';
import type { ShardPart } from './shard.ts';

/** One object on its kernels: an object of a run, or a case of a suite. */
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

/**
 * What a check came to, before it becomes a file: the one value that every report is made of, whether the check was a `test`,
 * a suite, a part of either on one machine of several, or was put together by `merge`.
 */
export interface CheckDocument {
  /** `run`: objects on the same kernels, decided about together; `suite`: cases, each with kernels of its own. */
  readonly kind: 'run' | 'suite';
  readonly name: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Wall time in milliseconds. */
  readonly durationMs: number;
  /** Of a suite the worst of its required cases: a failure that was seen is worse than an error. */
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

/** It has a document of its own beside the reports of its objects: it is a suite, or about more than one. */
export function isCollection({ kind, cases }: CheckDocument): boolean {
  return kind === 'suite' || cases.length !== 1;
}
