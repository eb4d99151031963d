import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { CancelledError, HostError } from '../model/errors.ts';
import { locateStore, lockIn, openStore, type Store } from './store.ts';

/** How long a lock may stay taken before somebody counts as holding it. */
const PROBE_MS = 1500;

function leasesDir(store: Store): string {
  return join(store.locks, 'runs');
}

/** Held by whoever starts a run, for a moment, and by a clean-up until it is over: neither overlaps the other. */
function lockGate(host: Host, store: Store, signal: AbortSignal | undefined): Promise<AsyncDisposable> {
  return lockIn(host, store, 'prune', signal);
}

/**
 * Says that a run uses the store until it is disposed of: a clean-up then takes nothing away. The lock behind it ends
 * with this process, however it ends. A store that may only be read has no clean-up, and no trace of the run either.
 */
export async function leaseStore(host: Host, name: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const store = await openStore(host);
  // No one here can take anything from it.
  if (await host.files.readOnly(store.root)) return { [Symbol.asyncDispose]: async () => {} };
  await using _gate = await lockGate(host, store, signal);
  const path = join(leasesDir(store), name);
  const lock = await host.files.lock(path, signal);
  return {
    async [Symbol.asyncDispose]() {
      await host.files.remove(path);
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** Whether somebody holds a lock; one that was left by a process that is gone is removed. */
async function isHeld(host: Host, path: string): Promise<boolean> {
  try {
    await using _lock = await host.files.lock(path, AbortSignal.timeout(PROBE_MS));
    await host.files.remove(path);
    return false;
  } catch (error) {
    if (error instanceof CancelledError) return true;
    throw error;
  }
}

/**
 * The store for a clean-up alone: no run starts while it is held.
 * @throws HostError `store_in_use` while runs use the store, `store_read_only`
 */
export async function reserveStore(host: Host, signal: AbortSignal | undefined): Promise<AsyncDisposable> {
  const store = locateStore(host);
  await openStore(host);
  if (await host.files.readOnly(store.root)) {
    throw new HostError(
      'store_read_only',
      `${store.root} may only be read, so nothing in it can be removed; make it writable or set BPFCOMPAT_CACHE_DIR`,
    );
  }
  const gate = await lockGate(host, store, signal);
  try {
    const dir = leasesDir(store);
    const names = (await host.files.stat(dir))?.isDirectory ? await host.files.list(dir) : [];
    const held = await Promise.all(names.map((name) => isHeld(host, join(dir, name))));
    const runs = held.filter(Boolean).length;
    if (runs === 0) return gate;
    throw new HostError(
      'store_in_use',
      `${runs === 1 ? 'a run uses' : `${runs} runs use`} the kernels in ${store.root}; nothing was removed; try again when ${runs === 1 ? 'it has' : 'they have'} ended`,
    );
  } catch (error) {
    await gate[Symbol.asyncDispose]();
    throw error;
  }
}
