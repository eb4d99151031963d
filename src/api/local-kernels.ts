import { resolve } from 'node:path';
import { builtinRows } from '../config/builtin-profiles.ts';
import { builtinMatrixNames, type ResolvedEntry } from '../config/catalog.ts';
import { localKernelBlock } from '../config/local-kernel-block.ts';
import { checkLocalKernels } from '../config/local-kernels.ts';
import type { Host } from '../host/host.ts';
import type { KernelImage } from '../kernels/image/kernel-image.ts';
import { openImage } from '../kernels/image/local-image.ts';
import { withoutEndSlashes } from '../model/end-slashes.ts';
import { HostError, UsageError, wordingOf } from '../model/errors.ts';
import type { KernelSource, Profile } from '../model/kernel.ts';
import { kernelNumber } from '../model/kernel-range.ts';
import { type LocalKernel, localKernelText, placeOfKernel, TYPED_KERNEL } from '../model/local-kernel.ts';
import { option, phrase, setting } from '../model/wording.ts';
import type { Input } from '../run/claims.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import { isLayout } from '../run/find-artifacts.ts';
import { createCatalog } from '../run/resolve.ts';
import type { ResolvedEnvironment } from './services.ts';

const MEMORY_MB = 1024;
const MAX_ID = 64;

/** `local-6.18.0-rc3`: what may stand in an id, of what `uname -r` says. */
function idOf(release: string): string {
  return `local-${release}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, MAX_ID);
}

/** Absolute paths of all that a kernel names on this machine. */
export function localPaths(cwd: string, kernel: LocalKernel): string[] {
  const { image, modules, config, gpgkey } = kernel;
  const key = gpgkey?.includes('/') ? [resolve(cwd, gpgkey)] : [];
  if (placeOfKernel(kernel) !== 'file') return key;
  return [image, modules, config].flatMap((path) => (path === undefined ? [] : [resolve(cwd, path)]));
}

/** Files that no report may take the place of. */
export function localInputs(cwd: string, kernels: readonly LocalKernel[] = []): Input[] {
  return kernels.flatMap((kernel) =>
    localPaths(cwd, kernel).map((path) => ({
      path,
      said: `${TYPED_KERNEL}${localKernelText(kernel)}`,
      by: 'flag' as const,
    })),
  );
}

function resolvedKernel(cwd: string, kernel: LocalKernel, id: string): LocalKernel {
  const named = { ...kernel, name: kernel.name ?? id };
  const at = (path: string | undefined): string | undefined => path && resolve(cwd, path);
  if (placeOfKernel(kernel) !== 'file') {
    return kernel.gpgkey?.includes('/') ? { ...named, gpgkey: resolve(cwd, kernel.gpgkey) } : named;
  }
  return { ...named, image: resolve(cwd, kernel.image), modules: at(kernel.modules), config: at(kernel.config) };
}

/** With absolute paths and names: the same kernels from any directory, for the command of a report. */
export function resolvedKernels(
  cwd: string,
  kernels: readonly LocalKernel[] = [],
  entries: readonly Pick<ResolvedEntry, 'id'>[],
): LocalKernel[] {
  return kernels.map((kernel, index) => resolvedKernel(cwd, kernel, entries[index]?.id ?? ''));
}

/** What an image of this machine is for, and what `uname -r` will say. @throws UsageError for what cannot be booted */
async function imageOf(host: Host, path: string): Promise<Pick<KernelImage, 'arch' | 'release'>> {
  return await openImage(host, path).catch((error: unknown) => {
    if (error instanceof HostError)
      throw new UsageError(error.code, phrase`${option('kernel')}: ${wordingOf(error)}`, { cause: error });
    throw error;
  });
}

/** `ci-kernels-6.12`, `vmlinuz`: what distinguishes a kernel from others before it was fetched. */
function nameOfPlace(image: string): string {
  const [name = ''] = image.split(/[?#]/);
  return idOf(withoutEndSlashes(name).split('/').at(-1) ?? '');
}

/** @throws UsageError `flag_conflict` for `--kernel debian-12-6.1` where no file is called so: the other flag is meant */
async function checkFile(environment: ResolvedEnvironment, { image }: LocalKernel): Promise<void> {
  if ((await environment.host.files.stat(resolve(environment.cwd, image))) !== undefined) return;
  const { isSet, isKernel } = await meaningOf(environment, image);
  if (!isSet && !isKernel) return;
  const what = isKernel ? 'the id of a kernel' : 'a word for several kernels';
  throw new UsageError(
    'flag_conflict',
    phrase`${option('kernel')}: ${image} is ${what} and no file here; write ${setting('kernels', image)}`,
  );
}

async function profileOf(environment: ResolvedEnvironment, kernel: LocalKernel): Promise<Profile> {
  const { host, cwd } = environment;
  if (placeOfKernel(kernel) === 'file') await checkFile(environment, kernel);
  const said = `${TYPED_KERNEL}${localKernelText(kernel)}`;
  const root = await flagRoot(host, cwd);
  for (const path of localPaths(cwd, kernel)) await confineFlag(host, root, said, path);
  const block = localKernelBlock(cwd, kernel, said);
  const layout = block.source === 'file' && (await isLayout(host, block.image));
  const source: KernelSource = layout ? { source: 'oci', layout: block.image } : block;
  const image = source.source === 'file' ? await imageOf(host, source.image) : undefined;
  const release = image?.release;
  return {
    id: kernel.name ?? (release === undefined ? nameOfPlace(kernel.image) : idOf(release)),
    distro: 'local',
    version: '',
    // Of a kernel elsewhere it is known when it has come.
    kernelFamily: kernelNumber(release ?? '')?.join('.') ?? '',
    arch: image?.arch ?? 'x86_64',
    runner: 'vm',
    memoryMb: MEMORY_MB,
    cpus: 1,
    expectedBtf: undefined,
    kernel: source,
    file: said,
    top: root.top,
  };
}

/** What a word means to `--kernels`: the id of a built-in kernel, a word for several, or neither. */
async function meaningOf(
  environment: ResolvedEnvironment,
  word: string,
): Promise<{ readonly isSet: boolean; readonly isKernel: boolean }> {
  const catalog = createCatalog(environment);
  const rows = await builtinRows(catalog.files, catalog.builtin);
  const isSet = (await builtinMatrixNames(catalog)).includes(word) || rows.some(({ distro }) => distro === word);
  return { isSet, isKernel: rows.some(({ id }) => id === word) };
}

/**
 * Reports are compared, merged and required by ids alone: what a person calls a kernel is no id of another one, and no word
 * that stands for several.
 * @throws UsageError `flag_conflict`
 */
async function checkName(environment: ResolvedEnvironment, kernel: LocalKernel): Promise<void> {
  const { name } = kernel;
  if (name === undefined) return;
  const { isSet, ...known } = await meaningOf(environment, name);
  const isKernel = !environment.allowOverride && known.isKernel;
  if (!isSet && !isKernel) return;
  const what = isSet ? 'a word for several kernels' : 'the id of a built-in kernel';
  const allowed = isSet ? '' : phrase`, or allow it with ${option('allow-profile-override')}`;
  throw new UsageError(
    'flag_conflict',
    phrase`${TYPED_KERNEL}${localKernelText(kernel)}: ${name} is ${what}; write ${mine(kernel)}${allowed}`,
  );
}

/** The same kernel by a name that no other one has. */
function mine(kernel: LocalKernel): string {
  return `${TYPED_KERNEL}${localKernelText({ ...kernel, name: 'mine' })}`;
}

/** Profiles of kernels that a person named, in their order. @throws as `localEntries` */
export async function localProfiles(
  environment: ResolvedEnvironment,
  kernels: readonly LocalKernel[] | undefined,
): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const kernel of checkLocalKernels(kernels)) await checkName(environment, kernel);
  for (const kernel of checkLocalKernels(kernels)) profiles.push(await profileOf(environment, kernel));
  return profiles;
}

/**
 * The kernels that a person named for this run, as further entries of its matrix; all are required.
 * @param others ids that are chosen already
 * @throws UsageError for a file that cannot be booted, with the reason and what to do, and for two of one name
 */
export async function localEntries(
  environment: ResolvedEnvironment,
  kernels: readonly LocalKernel[] | undefined,
  others: readonly string[],
): Promise<ResolvedEntry[]> {
  return besides(await localProfiles(environment, kernels), others);
}

/** The same of profiles that are known: entries beside others. @throws UsageError for two of one name */
export function besides(profiles: readonly Profile[], others: readonly string[]): ResolvedEntry[] {
  const entries: ResolvedEntry[] = [];
  for (const profile of profiles) {
    const { id, file: origin } = profile;
    if (others.includes(id) || entries.some((one) => one.id === id)) {
      throw new UsageError(
        'flag_conflict',
        `${origin}: another kernel of this run is called ${id}; give this one a name: ${origin.replace(/,name=[^,]*/, '')},name=mine`,
      );
    }
    entries.push({ id, required: true, timeoutMs: undefined, origin, profile });
  }
  return entries;
}
