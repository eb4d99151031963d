import { findProfile } from '../config/catalogue.ts';
import { sourceKey } from '../kernels/source-key.ts';
import { recordName } from '../kernels/store.ts';
import { exportStored, importStored, isUserland, recordDigest, wholeRecord } from '../kernels/transfer.ts';
import { createCatalogue } from '../run/resolve.ts';
import { type Surroundings, surroundingsOf } from './services.ts';

export { userlandId } from '../kernels/transfer.ts';

/** Stored kernels, by profile id, and userlands (`userlandId`) as plain files, for caches that keep directories. */
export interface KernelTransfer {
  /** Digest of the kernel of a profile when it is stored whole. */
  stored(profile: string): Promise<string | undefined>;
  /** Writes a kernel into `dir`. @returns its digest; undefined when it is not stored whole */
  give(profile: string, dir: string): Promise<string | undefined>;
  /** Takes a kernel from `dir`. @returns why not; undefined when it is stored now */
  take(profile: string, dir: string, digest: string): Promise<string | undefined>;
}

export function kernelTransfer(options: Surroundings = {}): KernelTransfer {
  const surroundings = surroundingsOf(options);
  const { host } = surroundings;
  const catalogue = createCatalogue(surroundings);
  /** Only what is stored for the very kernel block that the id stands for here. */
  const nameOf = async (id: string): Promise<string | undefined> => {
    if (isUserland(id)) return id;
    const { arch, kernel } = await findProfile(catalogue, id);
    return kernel && recordName({ profile: id, source: sourceKey(arch, kernel) });
  };
  return {
    async stored(profile) {
      const name = await nameOf(profile);
      const record = name === undefined ? undefined : await wholeRecord(host, name);
      return record && recordDigest(record);
    },
    async give(profile, dir) {
      const name = await nameOf(profile);
      const record = name === undefined ? undefined : await exportStored(host, name, dir);
      return record && recordDigest(record);
    },
    async take(profile, dir, digest) {
      const name = await nameOf(profile);
      if (name === undefined) return 'its profile names no kernel';
      const result = await importStored(host, name, dir, digest);
      return 'rejected' in result ? result.rejected : undefined;
    },
  };
}
