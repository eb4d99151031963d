import type { Outcome } from '../model/cell.ts';
import type { Evidence } from '../model/evidence.ts';
import { shimsOf } from '../model/shims.ts';
import { plural } from './style.ts';

/** What the validator does to an object automatically (docs/loader.md); the other kinds are settings of the user. */
const AUTOMATIC: ReadonlySet<string> = new Set(['map_size', 'map_key_value', 'inner_map', 'map_field', 'pinning']);
/** A type of program comes from the section's name, or from the manifest. */
const BY_SECTION = ', by the section name ';

/** A change as the evidence has it, or as a report says it. */
interface Change {
  readonly kind: string;
  readonly detail: string;
  /** 0 or empty: it was made. */
  readonly errno: number | string;
}

/** How many of the changes to an object were automatic fixups: what its own loader would have done. */
export function fixupCount(changes: readonly Change[]): number {
  return changes.filter(
    ({ kind, detail, errno }) =>
      (errno === 0 || errno === '') &&
      (AUTOMATIC.has(kind) || (kind === 'program_type' && detail.includes(BY_SECTION))),
  ).length;
}

/** The automatic fixups without which a pass was not observed; 0 for one that needed none, and for all else. */
export function fixupsOf(outcome: Outcome, evidence: Evidence | undefined): number {
  if (outcome.status !== 'pass' || evidence === undefined) return 0;
  return fixupCount(shimsOf(evidence));
}

/** Marks a pass with automatic fixups where there is no room for words. `FIXUP_LEGEND` says what it means. */
export const FIXUP_MARK = '*';
export const FIXUP_LEGEND = 'passes with automatic fixups: loaded as its own loader would load it';

/** `with 2 automatic fixups`; empty without any. Every output says it with these words. */
export function fixupWords(count: number): string {
  return count === 0 ? '' : `with ${plural(count, 'automatic fixup')}`;
}

/** `pass (with 2 automatic fixups)`; the word alone without any. */
export function withFixups(word: string, count: number): string {
  return count === 0 ? word : `${word} (${fixupWords(count)})`;
}
