import { findProfile } from '../config/catalog.ts';
import type { Arch } from '../model/kernel.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { createCatalog } from '../run/resolve.ts';
import { localProfiles } from './local-kernels.ts';
import { type Environment, environmentOf } from './services.ts';

/**
 * Architectures of a run with these kernels, and those that were typed for it. x86_64 is always one: kernels of profiles that are
 * files, disk images, and those of a case that could not be read are not among them.
 */
export async function archesOfKernels(
  ids: readonly string[],
  { localKernels, ...options }: Environment & { readonly localKernels?: readonly LocalKernel[] } = {},
): Promise<Arch[]> {
  const environment = environmentOf(options);
  const catalog = createCatalog(environment);
  const arches = new Set<Arch>(['x86_64']);
  for (const { arch } of await localProfiles(environment, localKernels).catch(() => [])) arches.add(arch);
  for (const id of ids) arches.add((await findProfile(catalog, id).catch(() => undefined))?.arch ?? 'x86_64');
  return [...arches];
}
