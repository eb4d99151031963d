import type { CellResult } from '../model/cell.ts';
import { decisiveOf } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';

/** What became of a kernel, behind its id: `debian-12-6.1: failed at load (VERIFIER_REJECTION)`. */
export function reasonOf(id: string, result: CellResult | undefined): string {
  if (result === undefined) return `${id}: was not run`;
  const { outcome } = result;
  switch (outcome.status) {
    case 'pass':
      return `${id}: pass`;
    case 'fail': {
      const codes = [...new Set(decisiveOf(outcome.findings).map((finding) => finding.rollup))];
      return `${id}: failed at ${outcome.failedStage}${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`;
    }
    case 'skipped':
      return `${id}: was skipped: ${outcome.reason}`;
    case 'inferred':
      return `${id}: ${inferredText(outcome.inference)}`;
    case 'infra_error':
      return `${id}: inconclusive: ${outcome.message}`;
  }
}
