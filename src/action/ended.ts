import type { CheckDocument } from '../report/document.ts';
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
  /** What it found; undefined of a plan, and of another program, whose report is a file. */
  readonly document: CheckDocument | undefined;
  /** `kvm`, `tcg`, or empty when nothing was booted. */
  readonly accel: string;
}
