import { resolve } from 'node:path';
import type { ResolvedEntry } from '../config/catalogue.ts';
import { checkLocalKernels } from '../config/local-kernels.ts';
import { openImage } from '../kernels/image/local-image.ts';
import { HostError, UsageError, wordingOf } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import { kernelNumber } from '../model/kernel-range.ts';
import { type LocalKernel, localKernelText, TYPED_KERNEL } from '../model/local-kernel.ts';
import { option, phrase } from '../model/wording.ts';
import type { Input } from '../run/claims.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import type { ResolvedEnvironment } from './services.ts';

const MEMORY_MB = 1024;
const MAX_ID = 64;

/** `local-6.18.0-rc3`: what may stand in an id, of what `uname -r` says. */
function idOf(release: string): string {
  return `local-${release}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, MAX_ID);
}

/** Absolute paths of all that a kernel names. */
function pathsOf(cwd: string, { image, modules, config }: LocalKernel): string[] {
  return [image, modules, config].flatMap((path) => (path === undefined ? [] : [resolve(cwd, path)]));
}

/** Files that no report may take the place of. */
export function localInputs(cwd: string, kernels: readonly LocalKernel[] = []): Input[] {
  return kernels.flatMap((kernel) =>
    pathsOf(cwd, kernel).map((path) => ({
      path,
      said: `${TYPED_KERNEL}${localKernelText(kernel)}`,
      by: 'flag' as const,
    })),
  );
}

function settledKernel(cwd: string, { image, modules, config, name }: LocalKernel, id: string): LocalKernel {
  return {
    image: resolve(cwd, image),
    modules: modules && resolve(cwd, modules),
    config: config && resolve(cwd, config),
    name: name ?? id,
  };
}

/** With absolute paths and names: the same kernels from any directory, for the question of a report. */
export function settledKernels(
  cwd: string,
  kernels: readonly LocalKernel[] = [],
  entries: readonly ResolvedEntry[],
): LocalKernel[] {
  return kernels.map((kernel, index) => settledKernel(cwd, kernel, entries[index]?.id ?? ''));
}

async function profileOf({ host, cwd }: ResolvedEnvironment, kernel: LocalKernel): Promise<Profile> {
  const said = `${TYPED_KERNEL}${localKernelText(kernel)}`;
  const root = await flagRoot(host, cwd);
  for (const path of pathsOf(cwd, kernel)) await confineFlag(host, root, said, path);
  const { image: path, modules, config } = settledKernel(cwd, kernel, '');
  const { release } = await openImage(host, path).catch((error: unknown) => {
    if (error instanceof HostError)
      throw new UsageError(error.code, phrase`${option('kernel')}: ${wordingOf(error)}`, { cause: error });
    throw error;
  });
  return {
    id: kernel.name ?? idOf(release),
    distro: 'local',
    version: '',
    kernelFamily: kernelNumber(release)?.join('.') ?? '',
    arch: 'x86_64',
    runner: 'vm',
    memoryMb: MEMORY_MB,
    cpus: 1,
    expectedBtf: undefined,
    kernel: { source: 'file', image: path, ...(modules && { modules }), ...(config && { config }) },
    file: said,
    top: root.top,
  };
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
  const entries: ResolvedEntry[] = [];
  for (const kernel of checkLocalKernels(kernels)) {
    const profile = await profileOf(environment, kernel);
    const { id, file: origin } = profile;
    if (others.includes(id) || entries.some((one) => one.id === id)) {
      throw new UsageError(
        'flag_conflict',
        `${origin}: another kernel of this run is called ${id}; give this one a name: ${origin},name=mine`,
      );
    }
    entries.push({ id, required: true, timeoutMs: undefined, origin, profile });
  }
  return entries;
}
