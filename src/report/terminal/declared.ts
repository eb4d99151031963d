import type { Expected } from '../../model/gate.ts';
import type { ReportedCause } from '../expected-words.ts';

/** What was declared about the kernels of a case, by their positions. */
export interface Declared {
  /** It fails, and for nothing else than what is declared. */
  readonly fails: (target: number) => boolean;
  /** It passes, and a failure is declared. */
  readonly passes: (target: number) => boolean;
  /** The causes of its failure, with what each of them met. */
  readonly causes: (target: number) => readonly ReportedCause[];
}

/** @param artifact position of the object in its run */
export function declaredOf(expected: readonly Expected[], artifact: number): Declared {
  const of = new Map(expected.filter((one) => one.artifact === artifact).map((one) => [one.target, one]));
  return {
    fails: (target) => of.get(target)?.met === 'failed',
    passes: (target) => of.get(target)?.met === 'passed',
    causes: (target) => of.get(target)?.causes ?? [],
  };
}
