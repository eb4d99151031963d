import type { Cell } from './cell.ts';
import type { KernelRange } from './kernel-range.ts';

/**
 * What makes a run fail. `required`: a required kernel that fails. `any`: an optional one too, one without an answer,
 * and a failure that was declared and did not come. `regression`: a required kernel that did not fail in the baseline.
 * `never`: nothing; the status still says what `required` would.
 */
export const FAIL_ON = ['any', 'required', 'regression', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** A known incompatibility: the kernels it is declared for and why. */
export interface Expectation {
  /** Profile ids; empty where `kernels` says it. */
  readonly profiles: readonly string[];
  readonly kernels: KernelRange | undefined;
  /** Code of the cause, the finer or the coarse name. */
  readonly code: string;
  /** Why it is known, in the words of the one who declared it. */
  readonly reason: string;
  /** `file:line:column`. */
  readonly origin: string;
}

/**
 * What became of a declared failure. `failed`: as declared. `other_cause`: it failed, with another code. `passed`: the
 * declaration is out of date. `no_answer`: nobody knows.
 */
export interface Expected extends Cell {
  readonly code: string;
  readonly reason: string;
  readonly met: 'failed' | 'other_cause' | 'passed' | 'no_answer';
}
