import type { ProfileDiff } from '../model/comparison.ts';
import type { Expectation, FailOn, MinKernel } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';

export interface GateOptions {
  /** The manifest's list: these gate even when the matrix calls them optional. */
  readonly requiredProfiles?: readonly string[];
  /** Default `required`. */
  readonly failOn?: FailOn;
  /** Known incompatibilities: a declared failure is non-blocking. */
  readonly expectations?: readonly Expectation[];
  /** What made kernels required, for a run in which it made none. */
  readonly minKernel?: MinKernel | undefined;
}

/** What the gate reads of a document: all of a run, or one object of it. */
export interface GateInput extends Pick<RunReport, 'targets' | 'results' | 'partial'> {
  /** Each object against its older run, which says what is known. */
  readonly baseline?: readonly (Known | undefined)[];
}

interface Known {
  readonly profiles: readonly Pick<ProfileDiff, 'profile' | 'failure'>[];
}
