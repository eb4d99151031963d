import { findProfile } from '../config/catalog.ts';
import { withLock } from '../config/lock.ts';
import { givePackages, type Item, recordDigest, takePackages, wholeRecord } from '../kernels/transfer.ts';
import { userlandArch } from '../kernels/userland.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { createCatalog } from '../run/resolve.ts';
import { localProfiles } from './local-kernels.ts';
import { type Environment, environmentOf } from './services.ts';

export { CHECKABLE } from '../kernels/packages.ts';
export { userlandId } from '../kernels/userland.ts';

/** Packages of kernels, by profile id, and userlands (`userlandId`) as plain files, for caches that keep directories. */
export interface KernelTransfer {
  /** Digest of what is stored for an id, when it is stored whole. */
  stored(id: string): Promise<string | undefined>;
  /** Moves the packages of what is stored into `dir`. @returns false when they were not kept */
  give(id: string, dir: string): Promise<boolean>;
  /** Stores what the packages in `dir` hold, verified like packages of a mirror. @returns why not; undefined when it is stored now */
  take(id: string, dir: string): Promise<string | undefined>;
}

/** @param localKernels kernels that were typed for the run; those of this machine need no cache */
export function kernelTransfer(
  options: Environment & { readonly localKernels?: readonly LocalKernel[] } = {},
): KernelTransfer {
  const environment = environmentOf(options);
  const { host } = environment;
  const catalog = createCatalog(environment);
  const typed = localProfiles(environment, options.localKernels).catch(() => []);
  /** Only what is stored for the very kernel block that the id stands for here. */
  const itemOf = async (id: string): Promise<Item> => {
    const userland = userlandArch(id);
    if (userland !== undefined) return { userland };
    const own = (await typed).find((one) => one.id === id);
    if (own !== undefined) return { profile: own };
    const [profile] = await withLock(catalog, [await findProfile(catalog, id)]);
    if (profile === undefined) throw new TypeError('one profile gives one');
    return { profile };
  };
  return {
    async stored(id) {
      const record = await wholeRecord(host, await itemOf(id));
      return record && recordDigest(record);
    },
    give: async (id, dir) => givePackages(host, await itemOf(id), dir),
    async take(id, dir) {
      const result = await takePackages(host, await itemOf(id), dir);
      return 'rejected' in result ? result.rejected : undefined;
    },
  };
}
