import { UsageError } from '../model/errors.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { type BuiltinRow, isPlain } from './builtin-profiles.ts';
import { didYouMean, enumerate, similarNames } from './similar.ts';
import { quoted } from './words.ts';

/** What words can name. */
export interface Choosable {
  readonly rows: readonly BuiltinRow[];
  /** Every profile there is. */
  readonly ids: readonly string[];
  /** Names of the matrices that come with bpfcompat. */
  readonly sets: readonly string[];
  readonly idsOfSet: (name: string) => Promise<readonly string[]>;
}

/** Further names of vendors, and of families of them. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  amazon: ['amazon-linux'],
  azure: ['azure-linux'],
  el: ['almalinux', 'rocky', 'centos-stream'],
  'oracle-linux': ['oracle'],
  suse: ['opensuse', 'sles'],
};

const WORD = /^([a-z][a-z0-9-]*)(?::([a-z0-9]+))?(?:(<=|>=|<|>|=)([0-9][0-9.]*))?(?:@(newest|oldest))?$/;
const SIGNS = /[<>=@:]/;

type Sign = '<' | '<=' | '>' | '>=' | '=';

/** Order of `9`, `22.04` and `2023`; a word such as `stable` has none. `22.04-minimal` is 22.04. */
function compareReleases(a: string, b: string): number {
  const parts = (text: string): number[] => text.replace(/-.*$/, '').split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function holds(version: string, sign: Sign, requested: string): boolean {
  if (!/^\d/.test(version)) return false;
  const order = compareReleases(version, requested);
  const signs: Readonly<Record<Sign, boolean>> = {
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
    '=': order === 0,
  };
  return signs[sign];
}

function byAge(a: BuiltinRow, b: BuiltinRow): number {
  return compareReleases(a.version, b.version) || compareReleases(a.kernelFamily, b.kernelFamily);
}

/** Of each vendor one: the newest release with its newest kernel, or the oldest with its oldest. */
function endOfEach(rows: readonly BuiltinRow[], end: string): BuiltinRow[] {
  const found = new Map<string, BuiltinRow>();
  for (const row of rows) {
    const best = found.get(row.distro);
    const order = best === undefined ? 0 : byAge(row, best);
    if (best === undefined || (end === 'newest' ? order > 0 : order < 0)) found.set(row.distro, row);
  }
  return [...found.values()];
}

/** The rows that a word with signs, or the name of a vendor, names. undefined: it names no vendor. */
function rowsOf(word: string, { rows }: Choosable, origin: Wording): BuiltinRow[] | undefined {
  const [, name = '', build, sign, version = '', end] = WORD.exec(word) ?? [];
  const distros = (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined) ?? [name];
  const ofVendor = rows.filter(({ distro }) => distros.includes(distro));
  if (ofVendor.length === 0) return undefined;
  const builds = ofVendor.filter((row) =>
    build === undefined ? isPlain(row) : row.bootable && row.base === '' && row.variant === build,
  );
  const requested = builds.filter((row) => sign === undefined || holds(row.version, sign as Sign, version));
  if (requested.length > 0) return (end === undefined ? requested : endOfEach(requested, end)).sort(byAge);
  const there = builds.length > 0 ? builds.map((row) => row.version) : ofVendor.map(({ variant }) => variant);
  const what = [...new Set(there)].filter((one) => one !== '');
  const has = what.length === 0 ? 'none of its kernels can be booted' : `there is ${enumerate(what, 'and')}`;
  throw new UsageError('unknown_profile', phrase`${origin}: ${quoted(word)} names no kernel; ${has}`);
}

function vendors({ rows }: Choosable): string[] {
  return [...new Set([...rows.map(({ distro }) => distro), ...Object.keys(ALIASES)])];
}

function unknown(word: string, choosable: Choosable, origin: Wording): UsageError {
  const names = [...vendors(choosable), ...choosable.sets];
  const [name = ''] = word.split(SIGNS);
  const hint =
    didYouMean(name, names) ||
    '; write a vendor with a release (ubuntu>=20.04), with a build (debian:rt), or with @newest or @oldest behind it';
  return new UsageError('unknown_profile', phrase`${origin}: ${quoted(word)} names no kernel${hint}`);
}

/** A file of a repository, which may be untrusted, must not make one kernel out of many that were requested. */
function ambiguous(word: string, origin: Wording): UsageError {
  return new UsageError(
    'unknown_profile',
    phrase`${origin}: ${quoted(word)} names several kernels, and a profile of this repository has the same id; rename that profile (its file and its id)`,
  );
}

/**
 * The profile ids that typed words name, in the order of the words, each once. An id that is typed twice stays twice, and
 * one that no one has stays as it is: both are for others to report.
 * @param origin the flag, for messages
 * @throws UsageError `unknown_profile` for a word that names no kernel, or both a profile and several kernels
 */
export async function expandWords(words: readonly string[], choosable: Choosable, origin: Wording): Promise<string[]> {
  const { ids, sets, idsOfSet } = choosable;
  const chosen: string[] = [];
  const typed = new Set<string>();
  for (const word of words) {
    const isId = ids.includes(word);
    if (isId && (sets.includes(word) || vendors(choosable).includes(word))) throw ambiguous(word, origin);
    const rows = isId ? undefined : rowsOf(word, choosable, origin);
    const named = rows?.map(({ id }) => id) ?? (!isId && sets.includes(word) ? await idsOfSet(word) : undefined);
    if (named !== undefined) {
      chosen.push(...named.filter((id) => !chosen.includes(id)));
      continue;
    }
    const isSlip =
      SIGNS.test(word) || (!/\d/.test(word) && similarNames(word, [...sets, ...vendors(choosable)]).length > 0);
    if (!isId && isSlip) throw unknown(word, choosable, origin);
    if (typed.has(word) || !chosen.includes(word)) chosen.push(word);
    typed.add(word);
  }
  return chosen;
}
