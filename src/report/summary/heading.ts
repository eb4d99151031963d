import type { DocumentCounts } from '../document-cells.ts';
import type { SavedDocument } from '../saved-document.ts';

const ICONS = { pass: '✅', fail: '❌', error: '⚠️' } as const;
/** A run that passes, of which something was only loaded. */
const ICON_LOADED = '🟡';

/** `1 kernel`, `3 kernels`. */
export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** `3 of 24 incompatible (1 new), 2 of 24 inconclusive`: what a notification shows of a run. Plain text. */
export function verdictText(
  { status, notRun }: Pick<SavedDocument, 'status' | 'notRun'>,
  counts: DocumentCounts,
): string {
  const { total, passed, failed, tolerated, excused, errored, broken, regressions, known } = counts;
  const deciding = failed - tolerated;
  const news = [regressions > 0 ? `${regressions} new` : '', known > 0 ? `${known} known` : ''].filter(
    (part) => part !== '',
  );
  // Else a red heading stood over a green check without a word.
  const details = excused > 0 ? [...news, 'not blocking under fail_on: never'] : news;
  const parts = [
    deciding > 0 ? `${deciding} of ${total} incompatible${details.length > 0 ? ` (${details.join(', ')})` : ''}` : '',
    errored > 0 ? `${errored} of ${total} inconclusive` : '',
    broken > 0 ? `${plural(broken, 'case')} could not start` : '',
    notRun.length > 0 ? `${plural(notRun.length, 'case')} not run` : '',
    tolerated > 0 && deciding === 0 ? `${tolerated} of ${total} incompatible (not blocking)` : '',
  ].filter((part) => part !== '');
  const lack = status === 'pass' ? lackText(counts) : '';
  if (parts.length > 0) return [...parts, lack].filter((part) => part !== '').join(', ');
  // A part of a run that got nothing to do.
  if (total === 0 && status === 'pass') return 'nothing to check here';
  const all = passed === total && total > 1;
  if (status === 'pass') {
    // What was only loaded is not called compatible.
    const verb =
      counts.nothingLoaded > 0
        ? 'without a failure'
        : counts.loadedOnly > 0
          ? total > 1
            ? 'load'
            : 'loads'
          : 'compatible';
    return `${all ? `all ${total} ${verb}` : `${passed} of ${total} ${verb}`}${lack === '' ? '' : `, ${lack}`}`;
  }
  return status === 'fail' ? `fails: ${passed} of ${total} pass` : 'inconclusive';
}

/** `2 of 4 with nothing attached`; what a pass lacks. */
function lackText({ total, inferred, nothingLoaded, loadedOnly, attachedPartly }: DocumentCounts): string {
  return [
    nothingLoaded > 0 ? `${nothingLoaded} of ${total} with no program loaded` : '',
    loadedOnly > 0 ? `${loadedOnly} of ${total} with nothing attached` : '',
    attachedPartly > 0 ? `${attachedPartly} of ${total} attached in part` : '',
    inferred > 0 ? `${inferred} of ${total} inferred` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** How a summary of ours begins. */
export const SUMMARY_BEGINNING = /^## \S+ bpfcompat: /;

/** The heading of a summary: the verdict as a symbol and in words. */
export function headingText(document: SavedDocument, counts: DocumentCounts): string {
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
