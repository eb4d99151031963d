import type { Cell, CellResult, Outcome } from '../model/cell.ts';

/**
 * The result of a cell for which no guest was opened.
 * @param when `at`: RFC 3339, empty where this machine was not to run the cell; `prepareMs`: what its kernel took
 */
export function notRunResult(
  cell: Cell,
  outcome: Outcome,
  { at, prepareMs }: { readonly at: string; readonly prepareMs: number } = { at: '', prepareMs: 0 },
): CellResult {
  return {
    cell,
    outcome,
    kernel: undefined,
    evidence: undefined,
    guest: undefined,
    timings: { prepareMs, bootMs: 0, runMs: 0, totalMs: 0 },
    startedAt: at,
    finishedAt: at,
    retriedAfter: undefined,
    dir: undefined,
  };
}
