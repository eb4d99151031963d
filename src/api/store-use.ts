import { randomBytes } from 'node:crypto';
import type { Host } from '../host/host.ts';
import { leaseStore } from '../kernels/lease.ts';
import { storeRoot } from '../kernels/store-root.ts';
import { ensureDirectory } from '../run/directories.ts';

const OWNER_ONLY = 0o700;

/** Says that the store is used; `kernels prune` takes nothing away until it is disposed of. */
export interface StoreUse extends AsyncDisposable {
  readonly root: string;
}

/**
 * Opens the store for a call that boots, fetches or brings kernels: made once, held until nothing of it is needed.
 * @throws UsageError or HostError when there is no place for it
 */
export async function useStore(host: Host, signal: AbortSignal): Promise<StoreUse> {
  const root = storeRoot(host.env);
  const remedy = 'name another one in BPFCOMPAT_CACHE_DIR';
  await ensureDirectory(host, root, 'the cache directory', remedy, OWNER_ONLY);
  const lease = await leaseStore(host, `${process.pid}-${randomBytes(4).toString('hex')}`, signal);
  return { root, [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose]() };
}
