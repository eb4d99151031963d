import type { RunStatus } from '../model/report.ts';
import type { CheckDocument } from './document.ts';
import { type DocumentCounts, documentCounts } from './document-cells.ts';
import { FIXUP_MARK } from './fixups.ts';

/** What a badge says; every format of one is made of it. */
export interface BadgeFacts {
  readonly label: 'compat';
  readonly message: string;
  readonly color: 'red' | 'yellow' | 'brightgreen' | 'lightgrey';
}

function colorOf(status: RunStatus, counts: DocumentCounts): BadgeFacts['color'] {
  const { failed, tolerated, passed, inferred, nothingLoaded, loadedOnly, attachedPartly } = counts;
  const untested = inferred + counts.errored + counts.skipped + counts.broken;
  if (status === 'fail' || failed > tolerated) return 'red';
  if (status === 'error' || passed === 0) return 'lightgrey';
  return tolerated + untested + nothingLoaded + loadedOnly + attachedPartly > 0 ? 'yellow' : 'brightgreen';
}

/**
 * Red: something required fails; yellow: only what is non-blocking does, an attach that no one requires among it, or
 * nothing was attached, or not all has a result; grey: there is no result. A pass that needed automatic fixups leaves a mark behind the words.
 */
export function badgeFacts(status: RunStatus, counts: DocumentCounts, what: 'kernels' | 'checks'): BadgeFacts {
  const { total, passed, failed, fixedUp } = counts;
  return {
    label: 'compat',
    message: passed + failed > 0 ? `${passed}/${total} ${what}${fixedUp > 0 ? FIXUP_MARK : ''}` : 'unknown',
    color: colorOf(status, counts),
  };
}

/** A badge as the endpoint of shields.io reads it. */
export function badge(document: CheckDocument): string {
  const what = document.cases.length > 1 ? 'checks' : 'kernels';
  const facts = badgeFacts(document.status, documentCounts(document), what);
  return `${JSON.stringify({ schemaVersion: 1, ...facts }, null, 2)}\n`;
}
