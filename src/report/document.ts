import type { CaseResult, CheckResult } from '../model/check-result.ts';
import type { Shard } from '../model/shard.ts';
import type { SavedBaseline, SavedGate, SavedReport, SavedTarget } from './saved-report.ts';

/** What the report of a case says: the same values live, after a merge, and read back from the file. */
export interface CaseValues {
  /** Which kernels it passes and fails on, in words; may be empty. */
  readonly support: string;
  /** Its kernels. Where its own report is gone, what the collection says: statuses without causes. */
  readonly targets: readonly SavedTarget[];
  /** What decides about it, and what it was compared with, as its report has it; the collection says the same where that is gone. */
  readonly gate: SavedGate | undefined;
  readonly baseline: SavedBaseline | undefined;
  /** Its own report; undefined when it is gone, or when the case could not start. */
  readonly report: SavedReport | undefined;
}

/** One object with its kernels. */
export interface CheckCase extends CaseResult, CaseValues {
  /** Why it ended like that; may be empty. */
  readonly reasons: readonly string[];
}

/**
 * What a check came to, before it becomes a file: the one value that every report is made of, whether the check was a `test`,
 * a suite, a part of either on one machine of several, was put together by `merge`, or was read back.
 */
export interface CheckDocument extends CheckResult {
  /** `run`: objects on the same kernels, decided about together; `suite`: cases, each with kernels of its own. */
  readonly kind: 'run' | 'suite';
  /** In the order of the file. */
  readonly cases: readonly CheckCase[];
  /** The machine of several that ran; absent when it was the only one, and after the merge. */
  readonly shard?: Shard;
}

/** It has a document of its own beside the reports of its objects: it is a suite, or about more than one. */
export function isCollection({
  kind,
  cases,
}: Pick<CheckDocument, 'kind'> & { readonly cases: readonly unknown[] }): boolean {
  return kind === 'suite' || cases.length !== 1;
}

/** The document without the runs themselves: nothing but what its reports say, so that texts in it can be replaced. */
export function withoutRuns({ part: _, ...document }: CheckDocument): CheckDocument {
  return { ...document, cases: document.cases.map((one) => ({ ...one, completed: undefined })) };
}
