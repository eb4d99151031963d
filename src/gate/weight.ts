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
export type Weight = 'failure' | 'error' | 'expected' | 'known' | 'optional' | 'passed' | 'none';

/** `never` is not a rule about cells: it moves the exit code of the whole. */
export function weightOf({ status, required, met, known, inference }: GateCell, failOn: FailOn): Weight {
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
