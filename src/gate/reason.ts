import type { CellResult, Target } from '../model/cell.ts';
import type { Expected, FailOn } from '../model/gate.ts';
import { reasonOf } from './cell-words.ts';
import { decide } from './decide.ts';
import { undeclaredText } from './expectations.ts';

/** Where a cell's reason goes: it makes the run an error, a failure, or is only reported. */
export type Effect = 'error' | 'failure' | 'remark';

export interface Reason {
  readonly weight: Effect;
  readonly text: string;
}

/** One object on one kernel, with what the gate knows about it. */
interface Decided {
  readonly target: Target;
  /** undefined: it was not run. */
  readonly result: CellResult | undefined;
  /** undefined: nothing is declared. */
  readonly expected: Expected | undefined;
  /** It failed in the older run already. */
  readonly known: boolean;
}

/** What a cell does to the verdict, and why in words; undefined for one that there is nothing to say about. */
export function reasonFor({ target, result, expected, known }: Decided, failOn: FailOn): Reason | undefined {
  if (result?.outcome.status === 'skipped' && result.outcome.otherShard) return undefined;
  const { id } = target.profile;
  const status = result?.outcome.status ?? 'infra_error';
  const { required } = target;
  const inference = result?.outcome.status === 'inferred' ? result.outcome.inference : undefined;
  const { weight } = decide({ status, required, met: expected?.met, known, inference }, { failOn });
  const text = `${required ? 'required' : 'optional'} ${reasonOf(id, result)}`;
  switch (weight) {
    case 'none':
      return undefined;
    case 'expected':
      return { weight: 'remark', text: `expected ${reasonOf(id, result)}: ${expected?.reason ?? ''}` };
    case 'error':
      return { weight: 'error', text };
  }
  if (status === 'pass') {
    const words = `unexpected ${id}: passes, and ${expected?.code} was expected (${expected?.reason}); remove it from expectations`;
    return { weight: weight === 'failure' ? 'failure' : 'remark', text: words };
  }
  if (status !== 'fail') return { weight: 'remark', text };
  const words = expected === undefined ? text : `${text}; ${undeclaredText(expected)}`;
  if (weight === 'failure') return { weight: 'failure', text: words };
  return { weight: 'remark', text: failOn === 'regression' && known ? `known ${words}` : words };
}
