import { words } from '../findings/words.ts';
import type { CellResult, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import { decisiveOf, type Finding } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';

/** What one loader made of one object on one kernel. */
export interface LoaderRow {
  readonly loader: LoaderFacts;
  /** Its verdict is that of the target. */
  readonly decides: boolean;
  readonly outcome: Outcome;
  readonly evidence: Evidence | undefined;
  /** Of a failure, the first of them gives the reason; empty otherwise. */
  readonly causes: readonly Finding[];
  readonly attached: number;
  /** Attaches that were tried. */
  readonly attempted: number;
  readonly totalMs: number;
}

function rowOf(
  loader: LoaderFacts,
  decides: boolean,
  result: Omit<LoaderRow, 'loader' | 'decides' | 'causes' | 'attached' | 'attempted'>,
): LoaderRow {
  const { outcome, evidence, totalMs } = result;
  const tried = evidence ? stagesOf(evidence, 'attach').filter(({ status }) => status !== 'skipped') : [];
  return {
    ...{ loader, decides, outcome, evidence, totalMs },
    causes: outcome.status === 'fail' ? decisiveOf(outcome.findings) : [],
    attached: tried.filter(({ status }) => status === 'pass').length,
    attempted: tried.length,
  };
}

/** The loaders of a cell, the one that decides first; none where only the validator's libbpf was run. */
export function loaderRows(result: CellResult | undefined): LoaderRow[] {
  if (result?.loader === undefined) return [];
  const { outcome, evidence, timings, loader, loaders = [] } = result;
  const first = rowOf(loader, true, { outcome, evidence, totalMs: timings.totalMs });
  return [first, ...loaders.map((one) => rowOf(one.loader, false, one))];
}

export function loaderName({ name, version }: LoaderFacts): string {
  return version === '' ? name : `${name} ${version}`;
}

/** Some loaders load the object and others do not. One that gave no result says nothing. */
export function disagree(rows: readonly LoaderRow[]): boolean {
  const statuses = new Set(rows.map(({ outcome }) => outcome.status));
  return statuses.has('pass') && statuses.has('fail');
}

type MapFacts = NonNullable<ReturnType<typeof mapsOf>>[number];

function mapsOf(evidence: Evidence | undefined) {
  return evidence && firstStage(evidence, 'open')?.maps;
}

const FIELDS = ['key_size', 'value_size', 'max_entries', 'flags'] as const;

/** A library that does not show the sizes of its maps gives zeros for all of them. */
const isKnown = (map: MapFacts): boolean => FIELDS.some((field) => map[field] !== 0);

/**
 * In what the maps differ that a rejecting loader and an accepting one were about to make, as both reported them:
 * `map events: value_size 0, libbpf 4`.
 */
function mapDifferences(rejecting: LoaderRow, accepting: LoaderRow): string[] {
  const theirs = new Map((mapsOf(accepting.evidence) ?? []).map((map) => [map.name, map]));
  return (mapsOf(rejecting.evidence) ?? []).flatMap((map) => {
    const other = theirs.get(map.name);
    if (other === undefined || !isKnown(map) || !isKnown(other)) return [];
    const fields = FIELDS.filter((field) => map[field] !== other[field]);
    if (fields.length === 0) return [];
    const all = fields.map((field) => `${field} ${map[field]}, ${accepting.loader.name} ${other[field]}`);
    return [`map ${map.name}: ${all.join('; ')}`];
  });
}

/** What was done to the object for the accepting loader alone. */
function fixupsOf({ evidence }: LoaderRow): string[] {
  const shims = (evidence && firstStage(evidence, 'open')?.shims) ?? [];
  return shims.filter(({ errno }) => errno === 0).map(({ subject, detail }) => `${subject}: ${detail}`);
}

/** Where two loaders disagree, and what their evidence says of it. */
export interface Disagreement {
  readonly rejecting: LoaderRow;
  /** The first of those that accept. */
  readonly accepting: LoaderRow;
  readonly code: string;
  /** The reason of its first cause; may be empty. */
  readonly reason: string;
  readonly title: string;
  /** The line of the library, or of the kernel; may be empty. */
  readonly said: string;
  /** Maps that the two would make otherwise. */
  readonly maps: readonly string[];
  /** What only the accepting one did to the object. */
  readonly fixups: readonly string[];
}

/** One entry per loader that rejects what another accepts. */
export function disagreements(rows: readonly LoaderRow[]): Disagreement[] {
  const accepting = rows.find(({ outcome }) => outcome.status === 'pass');
  if (accepting === undefined) return [];
  return rows.flatMap((rejecting): Disagreement[] => {
    const [cause] = rejecting.causes;
    if (cause === undefined) return [];
    return [
      {
        ...{ rejecting, accepting, code: cause.code, reason: cause.args['reason'] ?? '', title: words(cause).title },
        said: cause.evidence?.text ?? '',
        maps: mapDifferences(rejecting, accepting),
        fixups: fixupsOf(accepting),
      },
    ];
  });
}
