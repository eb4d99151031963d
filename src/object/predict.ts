import { type KernelVersion, kernelVersion, olderThan } from '../model/kernel-range.ts';
import type { Prediction } from '../model/prediction.ts';
import type { ObjectFacts } from './facts.ts';
import { type Floor, type Floors, floorsOf } from './floor.ts';

/** What versions alone say about one program, apart from the others. */
export interface ProgramPrediction extends Prediction {
  readonly program: string;
  /** Whether it can be attached once it is loaded. */
  readonly attach: 'attaches' | 'refused' | 'unknown';
}

export interface ObjectPrediction extends Prediction {
  readonly programs: readonly ProgramPrediction[];
}

/**
 * What the versions of upstream kernels say about an object. Never a verdict: vendors carry features back, and kernels
 * are built without some. `unknown`: guards in the code decide, the vendor carries features back, or no table knows what
 * the object asks for.
 * @param kernelRelease as `uname -r` prints it
 */
export function predict(facts: ObjectFacts, kernelRelease: string): ObjectPrediction {
  const kernel = kernelVersion(kernelRelease);
  const { programs, ...all } = floorsOf(facts);
  return {
    ...load(all, kernel),
    programs: programs.map((floors) => ({
      program: floors.program,
      ...load(floors, kernel),
      attach: attach(floors, kernel),
    })),
  };
}

type Kernel = KernelVersion | undefined;

function load({ hard, soft }: Floors, kernel: Kernel): Prediction {
  if (!kernel) return { verdict: 'unknown', ...because(hard) };
  if (isBelow(kernel, hard)) return { verdict: isCertain(kernel, hard) ? 'refused' : 'unknown', ...because(hard) };
  if (isBelow(kernel, soft)) return { verdict: 'unknown', ...because(soft) };
  return { verdict: 'loads', ...because(hard) };
}

function attach({ attach: floor, soft }: Floors, kernel: Kernel): ProgramPrediction['attach'] {
  if (!kernel) return 'unknown';
  if (isBelow(kernel, floor)) return isCertain(kernel, floor) ? 'refused' : 'unknown';
  return isBelow(kernel, soft) ? 'unknown' : 'attaches';
}

function because(floor: Floor | undefined): Pick<Prediction, 'floor' | 'why'> {
  if (!floor) return { floor: undefined, why: '' };
  const { words, subject } = floor.because;
  return { floor: floor.version === '' ? undefined : floor.version, why: `${words}, ${subject.kind} ${subject.name}` };
}

function isBelow(version: KernelVersion, floor: Floor | undefined): boolean {
  return floor !== undefined && (floor.version === '' || olderThan(version, floor.version));
}

/** An old number says nothing where features are carried back; what no table knows may be newer than the table. */
function isCertain({ backports }: KernelVersion, floor: Floor | undefined): boolean {
  return !backports && floor?.version !== '';
}
