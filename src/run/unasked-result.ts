import type { Cell, CellResult, Outcome } from '../model/cell.ts';

/** The result of a cell that this machine did not ask. */
export function unaskedResult(cell: Cell, outcome: Outcome): CellResult {
  return {
    cell,
    outcome,
    kernel: undefined,
    evidence: undefined,
    guest: undefined,
    timings: { prepareMs: 0, bootMs: 0, askMs: 0, totalMs: 0 },
    startedAt: '',
    finishedAt: '',
    retriedAfter: undefined,
    dir: undefined,
  };
}
