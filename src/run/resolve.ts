import { dirname, resolve } from 'node:path';
import { builtinIds, builtinRows, isPlain } from '../config/builtin-profiles.ts';
import {
  builtinMatrix,
  builtinMatrixNames,
  type Catalog,
  findMatrix,
  findProfile,
  isMatrixName,
  profileIds,
  type ResolvedEntry,
  resolveMatrix,
} from '../config/catalog.ts';
import type { KernelChoice } from '../config/kernel-choice.ts';
import { expandWords } from '../config/kernel-words.ts';
import type { BuildChoice } from '../config/lock.ts';
import { LOCK_FILE } from '../config/lock-file.ts';
import { checkRequiredProfiles, type Manifest, readManifest } from '../config/manifest.ts';
import { type Matrix, matrixOf } from '../config/matrix.ts';
import { ownProfileIds } from '../config/own-profiles.ts';
import { addressHint } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { Target } from '../model/cell.ts';
import { UsageError, wordingOf } from '../model/errors.ts';
import type { Expectation } from '../model/gate.ts';
import type { Profile } from '../model/kernel.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { promiseKernels, requireProfiles } from '../plan/plan.ts';
import { confine, confineFlag, flagRoot, rootOf, strangeFile } from './confine.ts';
import { OPEN_ALREADY } from './write-reports.ts';

const MAX_CONFIG_BYTES = 256 * 1024;

/** Where a catalog is looked for. */
export interface CatalogContext {
  readonly host: Host;
  /** Where profiles, matrices and the lock of the user's own are. */
  readonly workspace: string;
  readonly builtin: string;
  /** Profiles of the workspace may replace built-in kernels. */
  readonly allowOverride: boolean;
  /** Which builds of kernels are run. */
  readonly lock: BuildChoice;
}

/**
 * Profiles and matrices as this host sees them: the user's own in the workspace first, then those in `builtin`.
 * @param base directory that relative paths of matrices start from
 */
export function createCatalog(
  { host, workspace, builtin, allowOverride, lock }: CatalogContext,
  base = workspace,
): Catalog {
  // No one named these: they are found where the user works, and stay there.
  const own = [`${workspace}/matrices/`, `${workspace}/vm/profiles/`, `${workspace}/${LOCK_FILE}`];
  const read = async (path: string): Promise<string> => {
    const absolute = resolve(base, path);
    if (path.startsWith('/') && own.some((dir) => path.startsWith(dir))) {
      const root = await rootOf(host, workspace, workspace);
      await confine(host, root, { key: 'the file', path, use: 'read', origin: path });
    }
    await rejectStream(host, absolute);
    return (await host.files.read(absolute, MAX_CONFIG_BYTES)).toString('utf8');
  };
  return {
    workspace,
    builtin,
    allowOverride,
    lock,
    files: {
      list: (dir) => host.files.list(dir),
      read,
      confine: async (file, named) => confine(host, await rootOf(host, workspace, dirname(file)), named),
      topOf: async (file) => (await rootOf(host, workspace, dirname(file))).top,
    },
  };
}

async function chosenMatrix(catalog: Catalog, choice: KernelChoice): Promise<Matrix> {
  switch (choice.kind) {
    case 'quick':
      return builtinMatrix(catalog, 'quick');
    case 'matrix':
      return findMatrix(catalog, choice.value);
    case 'ids':
      return matrixOf(choice.inFile ? choice.ids : await expandChoice(catalog, choice), choice.origin);
    case 'all':
      return matrixOf(await defaultIds(catalog), option('all'));
    case 'catalog':
      return matrixOf(await profileIds(catalog), 'the catalog');
  }
}

/** The ids that words typed for this run stand for. */
async function expandChoice(
  catalog: Catalog,
  { ids, origin }: Pick<KernelChoice & { kind: 'ids' }, 'ids' | 'origin'>,
): Promise<string[]> {
  const known = await profileIds(catalog);
  const shipped = await builtinIds(catalog.files, catalog.builtin);
  // Those of the workspace may be called like words that name others.
  if (ids.every((id) => shipped.includes(id))) return [...ids];
  const rows = await builtinRows(catalog.files, catalog.builtin);
  const sets = await builtinMatrixNames(catalog);
  const idsOfSet = async (name: string): Promise<string[]> =>
    (await builtinMatrix(catalog, name)).profiles.map(({ id }) => id);
  return expandWords(ids, { rows, ids: known, sets, idsOfSet }, origin);
}

/**
 * What `all` means: the kernels of this project's matrix `debian`, and those of the workspace. The others of the catalog
 * are named: each is some hundred megabytes of a vendor's server.
 */
async function defaultIds(catalog: Catalog): Promise<string[]> {
  const { profiles } = await builtinMatrix(catalog, 'debian');
  return [...new Set([...profiles.map(({ id }) => id), ...(await ownProfileIds(catalog))])];
}

/**
 * The kernels the user chose, with their profiles. An id of a file that no one has is a profile with a `problem`.
 * @throws UsageError for every other unknown name, with similar names
 */
export async function resolveKernels(
  catalog: Catalog,
  choice: KernelChoice,
): Promise<{ readonly matrix: Matrix; readonly entries: readonly ResolvedEntry[] }> {
  const matrix = await chosenMatrix(catalog, choice);
  const typed = choice.kind === 'ids' && choice.inFile !== true;
  return { matrix, entries: await resolveMatrix(catalog, matrix, typed) };
}

/** One profile per kernel the user chose. */
export async function resolveProfiles(catalog: Catalog, choice: KernelChoice): Promise<Profile[]> {
  return (await resolveKernels(catalog, choice)).entries.map(({ profile }) => profile);
}

/**
 * Kernels of a matrix as the run wants them: the manifest's promised and required kernels gate, the matrix's own time-outs win.
 * @param minKernel kernels from here on are required and older ones optional; without it what the manifest says
 * @param narrowed the user names these kernels: required ones that are not among them keep the run from
 * passing, and are no error of it
 * @throws UsageError when the manifest requires a profile that was not chosen
 */
export function targetsOf(
  matrix: Matrix,
  entries: readonly ResolvedEntry[],
  manifest: Manifest | undefined,
  timeoutMs: number,
  minKernel = manifest?.minKernel,
  narrowed = false,
): Target[] {
  const targets = entries.map((entry) => ({
    profile: entry.profile,
    required: entry.required,
    timeoutMs: entry.timeoutMs ?? timeoutMs,
  }));
  if (manifest === undefined) return promiseKernels(targets, minKernel);
  const chosen = entries.map(({ id }) => id);
  if (!narrowed) checkRequiredProfiles(manifest, chosen, matrix.file);
  return requireProfiles(promiseKernels(targets, minKernel), manifest.requiredProfiles);
}

/**
 * An expectation about a kernel of another run is fine; one about an unknown profile would never hold.
 * @throws UsageError `unknown_profile` with file, line and similar names
 */
export async function checkExpectedProfiles(
  catalog: Catalog,
  expectations: readonly Expectation[],
  entries: readonly ResolvedEntry[],
): Promise<void> {
  const ids = new Set(entries.map(({ id }) => id));
  for (const { profiles, origin } of expectations) {
    for (const id of profiles) if (!ids.has(id)) await findProfile(catalog, id, origin);
  }
}

/** The same of required kernels, for a run that has only some of them. @throws UsageError `unknown_profile` */
export async function checkKnownProfiles(catalog: Catalog, manifest: Manifest | undefined): Promise<void> {
  for (const [index, id] of (manifest?.requiredProfiles ?? []).entries())
    await findProfile(catalog, id, manifest?.requiredProfileOrigins[index]);
}

/** Reading a pipe that no one writes to never ends. What this process was handed open, as by `<(...)`, is another matter. */
async function rejectStream(host: Host, path: string): Promise<void> {
  const stat = OPEN_ALREADY.test(path) ? undefined : await host.files.stat(path).catch(() => undefined);
  if (stat === undefined || stat.isDirectory) return;
  const strange = await strangeFile(host, path);
  if (strange === undefined) return;
  throw new UsageError('unreadable_file', `${path} ${strange}; write the text to a file first`);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; correct the path',
  EISDIR: 'it is a directory; name a file',
  EACCES: 'this user may not read it; correct its permissions',
};

/**
 * Text of a file that the user wrote by hand.
 * @param origin where its path was written, for messages
 * @param named the path as it was written there
 * @throws UsageError `<what>_unreadable`
 */
export async function loadText(host: Host, path: string, what: string, origin: Wording, named = path): Promise<string> {
  try {
    await rejectStream(host, path);
    return (await host.files.read(path, MAX_CONFIG_BYTES)).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const address = code === 'ENOENT' ? addressHint(named) : undefined;
    const why = address ?? UNREADABLE[code] ?? phrase`${wordingOf(error)}; correct the path`;
    throw new UsageError(`${what}_unreadable`, phrase`${origin}: ${why}`, { cause: error });
  }
}

/** Rejects a link out of the repository as matrix before it is read. A name of a matrix that comes along is not a path. */
export async function confineMatrix(host: Host, cwd: string, choice: KernelChoice): Promise<void> {
  if (choice.kind !== 'matrix' || isMatrixName(choice.value)) return;
  await confineFlag(host, await flagRoot(host, cwd), phrase`${option('matrix')} ${choice.value}`, choice.value);
}

/** Reads the manifest file; undefined for an empty path. @throws UsageError with file, line and column */
export async function loadManifest(host: Host, cwd: string, path: string): Promise<Manifest | undefined> {
  if (path === '') return undefined;
  await confineFlag(host, await flagRoot(host, cwd), phrase`${option('manifest')} ${path}`, path);
  const text = await loadText(host, resolve(cwd, path), 'manifest', phrase`${option('manifest')} ${path}`, path);
  return readManifest({ file: path, text });
}

/**
 * Kernels that can be run here: those of the workspace, and of those that come along the ones that are chosen where no
 * build is named. Profiles that cannot be read are left out.
 */
export async function catalogKernels(catalog: Catalog): Promise<Pick<Profile, 'id' | 'distro' | 'kernelFamily'>[]> {
  const ids = await ownProfileIds(catalog);
  const own = (await Promise.allSettled(ids.map((id) => findProfile(catalog, id)))).flatMap((profile) =>
    profile.status === 'fulfilled' && profile.value.kernel !== undefined ? [profile.value] : [],
  );
  const rows = (await builtinRows(catalog.files, catalog.builtin)).filter(isPlain);
  const all = [...rows, ...own].map(({ id, distro, kernelFamily }) => [id, { id, distro, kernelFamily }] as const);
  return [...new Map(all).values()];
}
