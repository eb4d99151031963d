import type { Inference } from './cell.ts';

/** Why a cell has no result of its own, in the words of every report. */
export function inferredText({ from, verdict }: Pick<Inference, 'from' | 'verdict'>): string {
  return `not tested; inferred from ${from}, which ${verdict === 'pass' ? 'passes' : 'fails'}`;
}
