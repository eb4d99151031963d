import { exportStored, importStored, recordDigest, wholeRecord } from '../kernels/transfer.ts';
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
  const { host } = surroundingsOf(options);
  return {
    async stored(profile) {
      const record = await wholeRecord(host, profile);
      return record && recordDigest(record);
    },
    async give(profile, dir) {
      const record = await exportStored(host, profile, dir);
      return record && recordDigest(record);
    },
    async take(profile, dir, digest) {
      const result = await importStored(host, profile, dir, digest);
      return 'rejected' in result ? result.rejected : undefined;
    },
  };
}
