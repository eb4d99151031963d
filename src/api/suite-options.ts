import type { LocalKernel } from '../model/local-kernel.ts';
import type { RunOptions } from './run-options.ts';

/** What `validateSuite` is to check, and how. */
export interface SuiteOptions extends RunOptions {
  /** Suite file, relative to `cwd`; empty: the one that `init` wrote there. */
  readonly suite: string;
  /** Kernels of one's own that every case is checked on, besides those of the file; paths are relative to `cwd`. */
  readonly localKernels?: readonly LocalKernel[];
  /** Wins over the file; a relative one starts from the directory of the suite file. */
  readonly workDir?: string;
  /** Ends after the first case (in the order of the file) that decides and does not pass. */
  readonly stopOnFailure?: boolean;
  /** Each case is tested on one kernel of each class, and the others are inferred from it (docs/sampling.md). */
  readonly sample?: boolean;
  /** With `sample`: directory with facts of kernels, relative to `cwd`. */
  readonly facts?: string;
  /** With `sample`: a pass that is inferred counts for a required kernel. */
  readonly acceptInferred?: boolean;
}
