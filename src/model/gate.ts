import type { Cell } from './cell.ts';
import type { Cause } from './finding.ts';
import type { KernelNumber, KernelRange } from './kernel-range.ts';

/**
 * What makes a run fail. `required`: a required kernel that fails. `any`: an optional one too, one without a result,
 * and a failure that was declared and did not come. `regression`: a required kernel that did not fail in the baseline.
 * `never`: nothing; the status still says what `required` would.
 */
export const FAIL_ON = ['any', 'required', 'regression', 'never'] as const;
/** One of `FAIL_ON`. */
export type FailOn = (typeof FAIL_ON)[number];

/** The promise of a manifest or a suite: kernels from `number` on are required and older ones optional. */
export interface MinKernel {
  readonly number: KernelNumber;
  /** `file:line:column`. */
  readonly origin: string;
}

/** A known incompatibility: the kernels it is declared for and why. */
export interface Expectation {
  /** Profile ids; empty where `kernels` says it. */
  readonly profiles: readonly string[];
  readonly kernels: KernelRange | undefined;
  /** Code of the cause, the finer or the coarse name. */
  readonly code: string;
  /** What the cause is about, as the report has it; absent: anything. */
  readonly subject?: string | undefined;
  /** The one program that fails over it; absent: any. */
  readonly program?: string | undefined;
  /** Words that stand in what the guest or the library said; absent: any. */
  readonly says?: string | undefined;
  /** Why it is known, in the words of the one who declared it. */
  readonly reason: string;
  /** `file:line:column`. */
  readonly origin: string;
}

/** One cause of a failure, and the declaration that speaks of it; undefined where none does. */
export interface MetCause extends Cause {
  readonly by: Pick<Expectation, 'code' | 'subject' | 'program' | 'says' | 'reason' | 'origin'> | undefined;
  /** No declaration is met, and this one has the code: what of it is another. Absent where none is that near. */
  readonly misfit?: Misfit | undefined;
}

/** Where a declaration with the right code does not fit. */
export interface Misfit {
  readonly what: 'subject' | 'program' | 'words';
  /** What the declaration says. */
  readonly declared: string;
  /** What the cause has; may be empty. */
  readonly found: string;
  /** `file:line:column` of the declaration. */
  readonly origin: string;
}

/** What can become of a failure that is declared. */
export const MET = ['failed', 'other_cause', 'passed', 'no_answer'] as const;

/**
 * What became of the failures that are declared for a cell. `failed`: as declared, and for nothing else. `other_cause`: it
 * failed, and some cause of that is not declared. `passed`: the declaration is out of date. `no_answer`: not known.
 */
export interface Expected extends Cell {
  /** Of the first declaration that a cause met, else of the first that speaks of the kernel. */
  readonly code: string;
  readonly reason: string;
  readonly met: (typeof MET)[number];
  /** Every cause of the failure; empty on a pass and without a result. */
  readonly causes: readonly MetCause[];
}
