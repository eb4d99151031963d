import { dirname, join, relative, resolve } from 'node:path';
import { readBaselines } from '../config/baselines.ts';
import { builtinRow } from '../config/builtin-profiles.ts';
import { type Catalog, findProfile } from '../config/catalog.ts';
import { readMatrix } from '../config/matrix.ts';
import { readProfile } from '../config/profile.ts';
import { matrixText, profileText } from '../config/sweep-files.ts';
import type { SourceFile } from '../config/yaml-file.ts';
import { UsageError } from '../model/errors.ts';
import { ID_PATTERN, type Profile } from '../model/kernel.ts';
import { option, type Phrase, phrase } from '../model/wording.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import { createCatalog, loadText } from '../run/resolve.ts';
import { type Release, releaseFinder } from './releases.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';

/** Which builds of a profile's kernel the matrix shall hold (docs/freshness.md). */
export interface SweepOptions extends Omit<Environment, 'lock'> {
  /** Id of the profile whose builds are wanted. */
  readonly profile: string;
  /** How many, the newest first. Default 4. */
  readonly count?: number;
  /** Only releases of this series (`5.15`); without it those of the profile's `kernel_family`. */
  readonly series?: string;
  /** Target in a crawler's list; wins over the one of the baselines file. */
  readonly target?: string;
  readonly baselines?: string;
  readonly crawlerBase?: string;
  readonly crawlerFile?: string;
  /** Directory for the profiles, relative to `cwd`. Default `vm/profiles`. */
  readonly profileDir?: string;
  /** Matrix to write, relative to `cwd`. Default `matrices/kernel-sweep-<profile>.yaml`. */
  readonly matrixOut?: string;
  /** Time-out of each entry as it is written. Default `20m`. */
  readonly targetTimeout?: string;
  readonly signal?: AbortSignal;
  /** Called with what is worth knowing and no error, in words. */
  readonly onNote?: (message: string) => void;
}

/** The profiles and the matrix that were written. */
export interface SweepResult {
  /** Ids of the matrix, the newest kernel first. */
  readonly profiles: readonly { readonly id: string; readonly release: string; readonly file: string }[];
  /** Relative to `cwd`. */
  readonly matrix: string;
}

/** `uname -r` without what is the same for all builds of a vendor; Debian's has a `+`, which no id has. */
export function sweepId(base: string, release: string): string {
  return `${base}-k${release.replace(/-generic$|-kvm$|\.x86_64$|\.aarch64$/, '').replaceAll('+', '_')}`;
}

interface Planned {
  readonly path: string;
  /** What decides about the place. */
  readonly said: Phrase;
  readonly text: string;
  /** What an older file may be that lies there. @throws for another one */
  readonly kind: 'matrix' | 'profile';
  readonly read: (source: SourceFile) => unknown;
}

/**
 * Writes files all at once, and only in the place of files of the same kind; no link of the repository leads out of it.
 * @throws UsageError with nothing written
 */
async function writeFiles({ host, cwd }: ResolvedEnvironment, files: readonly Planned[]): Promise<void> {
  const root = await flagRoot(host, cwd);
  for (const { path, said, kind, read } of files) {
    await confineFlag(host, root, said, path);
    if ((await host.files.stat(path)) === undefined) continue;
    try {
      read({ file: path, text: await loadText(host, path, kind, said) });
    } catch (cause) {
      throw new UsageError(
        'file_exists',
        phrase`${said}: ${relative(cwd, path)} is there already and is not a ${kind}; choose another place, or remove that file first`,
        { cause },
      );
    }
  }
  for (const { path, text } of files) {
    await host.files.makeDir(dirname(path));
    await host.files.writeAtomic(path, text);
  }
}

function inSeries(release: string, series: string): boolean {
  return (
    series === '' || release === series || (/^[.-]/.test(release.slice(series.length)) && release.startsWith(series))
  );
}

async function releasesOf(options: SweepOptions, profile: Profile, signal: AbortSignal): Promise<Release[]> {
  const { host, cwd } = environmentOf(options);
  const { crawlerBase = '', crawlerFile = '', onNote = () => {}, baselines = '', target = '' } = options;
  const finder = releaseFinder({ host, cwd, crawlerBase, crawlerFile, signal, onNote });
  if (!finder.crawls) return finder.offered(profile);
  const file = baselines || 'vm/kernel-baselines.yaml';
  const text = await loadText(host, resolve(cwd, file), 'baselines', phrase`${option('baselines')} ${file}`, file);
  const words = readBaselines({ file, text }).find((one) => one.profile === profile.id)?.crawler;
  if (words !== undefined) return finder.fromCrawler(target === '' ? words : { ...words, target }, profile);
  throw new UsageError(
    'no_baseline',
    `${file} does not say how ${profile.id} is found in the list of a crawler; add an entry with crawler: {distro: ...}`,
  );
}

/** The newest builds that have a block to fetch them by, each release once. @throws UsageError when none fits */
async function chosenReleases(options: SweepOptions, base: Profile, signal: AbortSignal): Promise<Release[]> {
  const series = options.series || (/^\d+\.\d+$/.test(base.kernelFamily) ? base.kernelFamily : '');
  const all = await releasesOf(options, base, signal);
  const fitting = all.filter(({ release, kernel }) => kernel !== undefined && inSeries(release, series));
  const chosen = [...new Map(fitting.map((one) => [one.release, one] as const)).values()];
  if (chosen.length > 0) return chosen.slice(0, options.count ?? 4);
  const some = all.slice(0, 8).map(({ release }) => release);
  const there = some.length === 0 ? 'nothing is offered' : `there are ${some.join(', ')}`;
  throw new UsageError(
    'no_builds',
    phrase`${base.id}: no release of series ${series}; ${there}; name another with ${option('series')}`,
  );
}

/** The profile of one build: its file, unless it comes with bpfcompat. */
async function plannedProfile(
  catalog: Catalog,
  base: Profile,
  one: Release,
  dir: string,
): Promise<{ readonly id: string; readonly planned: Planned | undefined }> {
  const id = sweepId(base.id, one.release);
  if (!ID_PATTERN.test(id))
    throw new UsageError(
      'bad_id',
      `"${id}" is not an id (at most 64 letters, digits and "._-"); give the profile ${base.id} a shorter one`,
    );
  // A build that comes along needs no file, and none may take its place.
  const shipped = await builtinRow(catalog.files, catalog.builtin, id);
  if (shipped !== undefined) return { id, planned: undefined };
  const read = (source: SourceFile): unknown => readProfile(source, { anyKeyring: true, borrows: true });
  const text = profileText(id, base, one);
  return { id, planned: { path: join(dir, `${id}.yaml`), said: option('profile-dir'), text, kind: 'profile', read } };
}

/**
 * Writes profiles for the newest builds of a kernel and a matrix with all of them. Nothing is booted or downloaded but
 * lists.
 * @throws UsageError for what is wrong with the words or when no build fits; HostError when a repository cannot be read
 */
export async function kernelSweep(options: SweepOptions): Promise<SweepResult> {
  const context = environmentOf({ ...options, lock: 'ignore' });
  const { cwd } = context;
  const { signal = new AbortController().signal, profileDir = 'vm/profiles', targetTimeout = '20m' } = options;
  const catalog = createCatalog(context);
  const base = await findProfile(catalog, options.profile, option('profile'));
  if (base.kernel === undefined || base.unbootable !== undefined) {
    throw new UsageError('no_kernel_source', `${base.id}: ${base.unbootable ?? 'the profile has no kernel block'}`);
  }
  const profiles: { id: string; release: string; file: string }[] = [];
  const files: Planned[] = [];
  for (const one of await chosenReleases(options, base, signal)) {
    const { id, planned } = await plannedProfile(catalog, base, one, resolve(cwd, profileDir));
    if (planned !== undefined) files.push(planned);
    profiles.push({ id, release: one.release, file: planned === undefined ? '' : relative(cwd, planned.path) });
  }
  const matrix = resolve(cwd, options.matrixOut || join('matrices', `kernel-sweep-${base.id}.yaml`));
  const ids = profiles.map(({ id }) => id);
  const text = matrixText(`kernel-sweep-${base.id}`, ids, targetTimeout);
  files.push({ path: matrix, said: option('matrix-out'), text, kind: 'matrix', read: readMatrix });
  await writeFiles(context, files);
  return { profiles, matrix: relative(cwd, matrix) };
}
