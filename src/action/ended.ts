import type { Job } from './job.ts';
import type { RestoredKernels } from './kernel-cache.ts';
import type { Env, Runner } from './runner.ts';

/** A step whose command has ended, and everything that is reported about it. */
export interface Ended {
  readonly env: Env;
  readonly runner: Runner;
  readonly job: Job;
  readonly scratch: string;
  readonly kernels: RestoredKernels;
  /** Of the command. */
  readonly exitCode: number;
  /** What the command wrote on stdout. */
  readonly printed: string;
  /** `kvm`, `tcg`, or empty when nothing was booted. */
  readonly accel: string;
}
