import type { Inference } from '../model/cell.ts';
import type { Expected, FailOn } from '../model/gate.ts';

/** What the gate looks at of one object on one kernel, from either source: a run that has just ended or its report. */
export interface GateCell {
  readonly status: 'pass' | 'fail' | 'skipped' | 'inferred' | 'infra_error';
  readonly required: boolean;
  /** What became of the failure that is declared for it; undefined without a declaration. */
  readonly met: Expected['met'] | undefined;
  /** Everything it fails for stands in the older report already. */
  readonly known: boolean;
  /** What is concluded about a kernel that was not tested; undefined for one that was. */
  readonly inference?: Pick<Inference, 'verdict' | 'accepted'> | undefined;
}

/**
 * What a cell does to the verdict. `failure` and `error` decide. The others are reported and are non-blocking: `expected`
 * came as declared, `known` stands in the older report, `optional` is about a kernel that is not required, `passed` says
 * that a declaration is out of date, and `none` is a plain pass.
 */
type Weight = 'failure' | 'error' | 'expected' | 'known' | 'optional' | 'passed' | 'none';

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

/** `never` is not a rule about cells: it moves the exit code of the whole. */
function weightOf({ status, required, met, known, inference }: GateCell, failOn: FailOn): Weight {
  const any = failOn === 'any';
  switch (status) {
    case 'pass':
      if (met !== 'passed') return 'none';
      return any ? 'failure' : 'passed';
    case 'infra_error':
      return required || any ? 'error' : 'optional';
    case 'skipped':
      return required ? 'error' : 'optional';
    case 'inferred':
      // No one saw it: no pass of a required kernel unless the user said so, and never a failure.
      if (inference?.accepted && inference.verdict === 'pass') return 'none';
      return required || any ? 'error' : 'optional';
    case 'fail':
      if (met === 'failed') return 'expected';
      if (!required && !any) return 'optional';
      return failOn === 'regression' && known ? 'known' : 'failure';
  }
}
