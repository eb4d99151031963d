import { type KernelVersion, kernelVersion, olderThan } from '../model/kernel-range.ts';
import type { Prediction } from '../model/prediction.ts';
import type { ObjectFacts } from './facts.ts';
import { type Floor, type Floors, floorsOf, reportedFloor } from './floor.ts';

/** What versions alone say about one program, apart from the others. */
interface ProgramPrediction extends Prediction {
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
 * the object requests.
 * @param kernelRelease as `uname -r` prints it
 */
export function predict(facts: ObjectFacts, kernelRelease: string): ObjectPrediction {
  const kernel = kernelVersion(kernelRelease);
  const floors = floorsOf(facts);
  const { programs } = floors;
  return {
    ...load(floors, kernel, reportedFloor(floors)),
    programs: programs.map((own) => ({
      program: own.program,
      ...load(own, kernel, reportedFloor({ ...own, programs: [own], maps: [] })),
      attach: attach(own, kernel),
    })),
  };
}

type Kernel = KernelVersion | undefined;

function load({ hard, soft }: Floors, kernel: Kernel, reported: Floor | undefined): Prediction {
  if (!kernel) return { verdict: 'unknown', ...because(reported) };
  if (isBelow(kernel, hard)) {
    // No kernel at all will do: there is no higher floor.
    const why = hard?.version === '' ? hard : reported;
    return { verdict: isCertain(kernel, hard) ? 'refused' : 'unknown', ...because(why) };
  }
  if (isBelow(kernel, soft)) return { verdict: 'unknown', ...because(soft) };
  return { verdict: 'loads', ...because(reported) };
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
