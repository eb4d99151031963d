import { documentCells, documentCounts } from './document-cells.ts';
import { FIXUP_MARK } from './fixups.ts';
import type { GateDocument } from './gate-document.ts';

function colorOf(document: GateDocument): string {
  const { failed, tolerated, passed, nothingLoaded, loadedOnly, attachedPartly } = documentCounts(document);
  if (document.status === 'fail' || failed > tolerated) return 'red';
  if (document.status === 'error' || passed === 0) return 'lightgrey';
  return tolerated + nothingLoaded + loadedOnly + attachedPartly > 0 ? 'yellow' : 'brightgreen';
}

/**
 * A badge as the endpoint of shields.io reads it. Red: something required fails; yellow: only what decides nothing
 * does, an attach that nobody requires among it, or nothing was attached; grey: there is no answer. A pass that needed automatic fixups leaves a mark behind the words.
 */
export function badge(document: GateDocument): string {
  const { total, passed, failed, fixedUp } = documentCounts(document);
  const kernels = new Set(documentCells(document).map(({ target }) => target.profile_id)).size;
  const what = document.cases.length > 1 ? 'checks' : 'kernels';
  const answered = passed + failed > 0;
  const value = {
    schemaVersion: 1,
    label: 'compat',
    message: answered && kernels > 0 ? `${passed}/${total} ${what}${fixedUp > 0 ? FIXUP_MARK : ''}` : 'unknown',
    color: colorOf(document),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
