import type { FailOn } from '../model/gate.ts';
import { type GateCell, type Weight, weightOf } from './weight.ts';

/** What decides about a case: all objects of a run, or one case of a suite. */
export interface GatePolicy {
  readonly failOn: FailOn;
  /** false: nothing about the case decides. Default true. */
  readonly required?: boolean;
}

/** What the gate makes of one cell, wherever it is reported. */
export interface Decision {
  readonly weight: Weight;
  /** It makes the run fail, or makes it an error. */
  readonly decides: boolean;
  /** Why a failure is non-blocking; undefined for all else. */
  readonly tolerated: 'optional' | 'expected' | 'known' | undefined;
  /** It would make the run fail, but for a policy that never fails a run: it is shown as the failure that it is. */
  readonly excused: boolean;
}

/** The one rule of the gate (docs/gate.md), for the verdict of a run and for each cell of a document. */
export function decide(cell: GateCell, { failOn, required = true }: GatePolicy): Decision {
  const weight = required ? weightOf(cell, failOn) : weightOf({ ...cell, required: false }, optionalPolicy(failOn));
  const tolerated = weight === 'optional' || weight === 'expected' || weight === 'known' ? weight : undefined;
  return {
    weight,
    decides: weight === 'error' || (weight === 'failure' && failOn !== 'never'),
    tolerated: cell.status === 'fail' ? tolerated : undefined,
    excused: weight === 'failure' && failOn === 'never',
  };
}

/** `any` is about optional kernels; it makes no optional case decide. */
function optionalPolicy(failOn: FailOn): FailOn {
  return failOn === 'any' ? 'required' : failOn;
}
