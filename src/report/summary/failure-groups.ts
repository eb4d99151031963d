import { type DocumentCell, reasonOf } from '../document-cells.ts';
import type { SavedFinding } from '../saved-report.ts';

function causeKey({ decisive, code, title, explanation, remediation, location }: SavedFinding): unknown[] {
  return [decisive, code, title, explanation, remediation, location?.file, location?.line];
}

/** What makes one block about two cells; what a log or a name list of one kernel says besides makes none of its own. */
function keyOf({ one, target, decides, tolerated, news, expected }: DocumentCell, cases: Map<unknown, number>): string {
  const weight = [decides, tolerated, news, expected?.met];
  if (target.status !== 'fail') return JSON.stringify(['inconclusive', reasonOf(target), ...weight]);
  if (!cases.has(one)) cases.set(one, cases.size);
  return JSON.stringify([
    cases.get(one),
    target.failed_stage,
    reasonOf(target),
    target.findings.map(causeKey),
    ...weight,
  ]);
}

/**
 * Cells that one block is about, in the order of their first ones: one object that fails for the same causes on several
 * kernels, and all objects that have no result for the same reason.
 */
export function failureGroups(cells: readonly DocumentCell[]): (readonly [DocumentCell, ...DocumentCell[]])[] {
  const groups = new Map<string, [DocumentCell, ...DocumentCell[]]>();
  const cases = new Map<unknown, number>();
  for (const cell of cells) {
    const key = keyOf(cell, cases);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}
