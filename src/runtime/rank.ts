import { CANDIDATE_TIERS } from './match-tier.ts';
import type { Judged } from './select.ts';
import { compareSemver } from './semver.ts';
import { artifactOf, MODES, type Statement } from './statement.ts';

/** A candidate that may be selected. */
export interface Survivor extends Judged {
  readonly statement: Statement;
}

function place<T>(list: readonly T[], value: T | undefined): number {
  const index = value === undefined ? -1 : list.indexOf(value);
  return index < 0 ? list.length : index;
}

function ascending(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compare(a: Survivor, b: Survivor, variants: readonly string[]): number {
  const [first, second] = [a.statement.predicate.bpfcompat, b.statement.predicate.bpfcompat];
  return (
    place(CANDIDATE_TIERS, a.tier) - place(CANDIDATE_TIERS, b.tier) ||
    MODES.indexOf(second.mode) - MODES.indexOf(first.mode) ||
    compareSemver(second.version ?? '', first.version ?? '') ||
    place(variants, first.variant) - place(variants, second.variant) ||
    Date.parse(second.finishedOn) - Date.parse(first.finishedOn) ||
    ascending(artifactOf(a.statement), artifactOf(b.statement)) ||
    ascending(a.bundleSha256, b.bundleSha256)
  );
}

/**
 * Those without a rejection, the best first: match tier, mode, version, variant, age of the evidence, digest. No two are
 * equal, so the order is the same whatever the order of the input.
 * @param variants preferred ones, the best first
 */
export function rank(judged: readonly Judged[], variants: readonly string[]): Survivor[] {
  const survivors = judged.filter((one): one is Survivor => one.statement !== undefined && one.rejections.length === 0);
  return survivors.sort((a, b) => compare(a, b, variants));
}
