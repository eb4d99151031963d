import type { CheckDocument } from '../document.ts';
import type { DocumentCounts } from '../document-cells.ts';
import { plural } from '../style.ts';

/** `3 of 24 incompatible (1 new), 2 of 24 inconclusive`: what a notification shows of a run. Plain text. */
export function verdictText(
  { status, notRun }: Pick<CheckDocument, 'status' | 'notRun'>,
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
export function lackText({ total, inferred, nothingLoaded, loadedOnly, attachedPartly }: DocumentCounts): string {
  return [
    nothingLoaded > 0 ? `${nothingLoaded} of ${total} with no program loaded` : '',
    loadedOnly > 0 ? `${loadedOnly} of ${total} with nothing attached` : '',
    attachedPartly > 0 ? `${attachedPartly} of ${total} attached in part` : '',
    inferred > 0 ? `${inferred} of ${total} inferred` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
