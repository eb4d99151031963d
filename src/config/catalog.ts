import { messageOf, UsageError, wordingOf } from '../model/errors.ts';
import { ID_PATTERN, type Profile } from '../model/kernel.ts';
import { joined, phrase, type Wording } from '../model/wording.ts';
import { builtinIds, builtinRow, builtinRows, isPlain } from './builtin-profiles.ts';
import { type CatalogFiles, namesIn, readIfThere } from './catalog-files.ts';
import { exactKernel } from './exact-kernel.ts';
import { type LockContext, withLock } from './lock.ts';
import { type Matrix, type MatrixEntry, readMatrix } from './matrix.ts';
import { ownProfile, ownProfileIds, sortedIds } from './own-profiles.ts';
import { applyOverride, builtinProfile, noProfile } from './profile-origin.ts';
import { shippedProfile } from './shipped-profile.ts';
import { didYouMean, similarProfiles } from './similar.ts';
import { addressHint, quoted } from './words.ts';

export interface Catalog extends LockContext {
  readonly files: CatalogFiles;
  /** Directory the user works in; its own profiles and matrices come first. */
  readonly workspace: string;
  /** The `matrices` directory that comes with bpfcompat. */
  readonly builtin: string;
  /**
   * Profiles of the workspace may take the place of kernels that come with bpfcompat, and choose among all keyrings of
   * this host.
   */
  readonly allowOverride?: boolean;
}

/** An entry of a matrix with the profile it names. */
export interface ResolvedEntry extends MatrixEntry {
  readonly profile: Profile;
}

/**
 * Finds the profile with this id: in the workspace, then among the built-in ones. One of the workspace that names no
 * kernel has the built-in kernel of its id.
 * @param origin where the id was written, for the message
 * @throws UsageError `unknown_profile` (with similar names), `profile_invalid`, `profile_override` or `unreadable_file`
 */
export async function findProfile(catalog: Catalog, id: string, origin: Wording = ''): Promise<Profile> {
  if (ID_PATTERN.test(id)) {
    const shipped = await shippedProfile(catalog, id);
    const own = await ownProfile(catalog, id, shipped !== undefined);
    if (own !== undefined) {
      const profile = applyOverride(own, shipped, catalog.allowOverride ?? false);
      return profile.kernel === undefined ? exactBuild(catalog, profile) : profile;
    }
    if (shipped !== undefined) return builtinProfile(shipped);
  }
  const ids = await profileIds(catalog);
  const similar = similarProfiles(id, ids).join(', ');
  const place = origin === '' ? '' : phrase`${origin}: `;
  throw new UsageError(
    'unknown_profile',
    phrase`${place}unknown profile ${quoted(id)}; ${
      similar === '' ? '' : `similar profiles: ${similar}. `
    }'bpfcompat kernels list' shows all; your own go into matrices/profiles/<id>.yaml`,
  );
}

/**
 * The profiles of all entries of a matrix. One that cannot be had does not stop the others: its entry has a profile
 * with a `problem`.
 * @param typed the ids were typed for this very run, and not read from a file: then an unknown one is a slip to correct
 * @throws UsageError with one line per entry: for unknown ids that were typed, or when no typed one can be had
 */
export async function resolveMatrix(catalog: Catalog, matrix: Matrix, typed = false): Promise<ResolvedEntry[]> {
  const resolved: ResolvedEntry[] = [];
  const errors: UsageError[] = [];
  for (const entry of matrix.profiles) {
    try {
      resolved.push({ ...entry, profile: await findProfile(catalog, entry.id, entry.origin) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      errors.push(error);
      const shipped = await builtinRow(catalog.files, catalog.builtin, entry.id);
      resolved.push({ ...entry, profile: noProfile(entry.id, messageOf(error), shipped) });
    }
  }
  const unknown = errors.filter(({ code }) => code === 'unknown_profile');
  const messages = errors.length === resolved.length ? errors : unknown;
  const [first] = messages;
  if (!typed || first === undefined) {
    const locked = await withLock(
      catalog,
      resolved.map(({ profile }) => profile),
    );
    return resolved.map((entry, index) => ({ ...entry, profile: locked[index] ?? entry.profile }));
  }
  throw messages.length === 1 ? first : new UsageError(first.code, joined(messages.map(wordingOf), '\n'));
}

/** Ids of every profile there is, sorted: numbers in them by value. */
export async function profileIds(catalog: Catalog): Promise<string[]> {
  const builtin = await builtinIds(catalog.files, catalog.builtin);
  return sortedIds([...(await ownProfileIds(catalog)), ...builtin]);
}

/** A profile that names one build and no place to have it from: the place of the built-in profile of its release. */
async function exactBuild(catalog: Catalog, own: Profile): Promise<Profile> {
  if (own.exactly === undefined) return own;
  const rows = await builtinRows(catalog.files, catalog.builtin);
  const like = rows.find(
    (row) => isPlain(row) && row.distro === own.distro && row.version === own.version && own.arch === 'x86_64',
  );
  const kernel = like && exactKernel(own.exactly, (await shippedProfile(catalog, like.id))?.kernel);
  return kernel === undefined ? own : { ...own, kernel };
}

/** Names of the matrices that come with bpfcompat. */
export function builtinMatrixNames({ files, builtin }: Catalog): Promise<string[]> {
  return namesIn(files, builtin);
}

/** Names of the built-in matrices and those of the workspace, sorted. */
export async function matrixNames(catalog: Catalog): Promise<string[]> {
  const dirs = [`${catalog.workspace}/matrices`, catalog.builtin];
  const lists = await Promise.all(dirs.map((dir) => namesIn(catalog.files, dir)));
  return [...new Set(lists.flat())].sort();
}

/** A name and no path: what comes with bpfcompat is called by it, and no file of a repository takes its place. */
export function isMatrixName(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value) && !/\.ya?ml$/.test(value);
}

async function firstOf(catalog: Catalog, paths: readonly string[]): Promise<Matrix | undefined> {
  for (const path of paths) {
    const text = await readIfThere(catalog.files, path);
    if (text !== undefined) return readMatrix({ file: path, text }, await profileIds(catalog));
  }
  return undefined;
}

/** The first of `paths` that is there, whatever is in it. */
async function firstThere(catalog: Catalog, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if ((await readIfThere(catalog.files, path).catch(() => '')) !== undefined) return path;
  }
  return undefined;
}

/** Whether two files say the same, as in a clone of this repository: then it does not matter which one is read. */
async function isSame({ files }: Catalog, one: string, other: string): Promise<boolean> {
  const read = (path: string): Promise<string | undefined> => readIfThere(files, path).catch(() => undefined);
  const text = await read(one);
  return text !== undefined && text === (await read(other));
}

/** A matrix that has the name of one that comes with bpfcompat, or is it, with a word about the other one. */
async function withNote(catalog: Catalog, matrix: Matrix, name: string, own: readonly string[]): Promise<Matrix> {
  const builtin = builtinPath(catalog, name);
  if (matrix.file !== builtin) {
    if ((await firstThere(catalog, [builtin])) === undefined || (await isSame(catalog, matrix.file, builtin)))
      return matrix;
    return {
      ...matrix,
      note: `matrix ${matrix.file} is this file, not the one called ${name} that comes with bpfcompat`,
    };
  }
  const other = await firstThere(catalog, own);
  if (other === undefined || (await isSame(catalog, other, builtin))) return matrix;
  const path = other.includes('/') ? other : `./${other}`;
  return { ...matrix, note: `matrix ${name} is the one that comes with bpfcompat; name ${path} to have that file` };
}

/**
 * Reads the matrix a user named. A name is that of a built-in one, or else of a file or of one in the workspace's
 * `matrices`; a path is a file, or else names a built-in one (`quick.yaml` and `matrices/quick.yaml` are `quick`). Where
 * there are both, a `note` says which one it is.
 * @throws UsageError `unknown_matrix` (with similar names), `matrix_invalid`, or `unreadable_file`
 */
export async function findMatrix(catalog: Catalog, value: string): Promise<Matrix> {
  const name = /^(?:\.\/)?(?:matrices\/)?([A-Za-z0-9][A-Za-z0-9._-]*?)(?:\.ya?ml)?$/.exec(value)?.[1];
  const own = name === undefined ? [value] : [value, `${catalog.workspace}/matrices/${name}.yaml`];
  const builtin = name === undefined ? [] : [builtinPath(catalog, name)];
  const found = await firstOf(catalog, isMatrixName(value) ? [...builtin, ...own] : [...own, ...builtin]);
  if (found !== undefined) return name === undefined ? found : withNote(catalog, found, name, own);
  const why = addressHint(value) ?? (await directoryHint(catalog, value));
  if (why !== undefined) throw new UsageError('unknown_matrix', `no matrix file ${quoted(value)}; ${why}`);
  const names = await matrixNames(catalog);
  const similar = didYouMean(name ?? value, names, 3);
  const hint =
    similar === ''
      ? `; give the path of a matrix file${someOf(names)}`
      : `${similar} Or give the path of a matrix file`;
  throw new UsageError('unknown_matrix', `no matrix file ${quoted(value)}${hint}`);
}

async function directoryHint({ files }: Catalog, path: string): Promise<string | undefined> {
  const code = await files.read(path).then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
  return code === 'EISDIR' ? 'it is a directory; name a matrix file in it' : undefined;
}

const MAX_NAMES = 6;

/** A few names are a help, all of a long list are not. */
function someOf(names: readonly string[]): string {
  return names.length <= MAX_NAMES ? ` or one of the names ${names.join(', ')}` : ' or the name of one, such as quick';
}

/**
 * A matrix that comes with bpfcompat, whatever the workspace holds.
 * @throws UsageError `unknown_matrix` when there is none of that name
 */
export async function builtinMatrix(catalog: Catalog, name: string): Promise<Matrix> {
  const file = builtinPath(catalog, name);
  const text = await readIfThere(catalog.files, file);
  if (text !== undefined) return readMatrix({ file, text });
  throw new UsageError(
    'unknown_matrix',
    `the built-in matrix ${quoted(name)} is missing (${file}); install bpfcompat again`,
  );
}

function builtinPath({ builtin }: Catalog, name: string): string {
  return `${builtin}/${name}.yaml`;
}
