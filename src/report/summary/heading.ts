import type { CheckDocument } from '../document.ts';
import type { DocumentCounts } from '../document-cells.ts';
import { lackText, verdictText } from './verdict-text.ts';

const ICONS = { pass: '✅', fail: '❌', error: '⚠️' } as const;
/** A run that passes, of which something was only loaded. */
const ICON_LOADED = '🟡';

/** How a summary of ours begins. */
export const SUMMARY_BEGINNING = /^## \S+ bpfcompat: /;

/** The heading of a summary: the verdict as a symbol and in words. */
export function headingText(document: CheckDocument, counts: DocumentCounts): string {
  const { status } = document;
  const lacking = status === 'pass' && lackText(counts) !== '';
  return `${lacking ? ICON_LOADED : ICONS[status]} bpfcompat: ${verdictText(document, counts)}`;
}

/** `3 min 12 s`, `14.0 s`. */
export function durationText(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
