import { cpSync } from 'node:fs';
import { fetchKernels } from '../../../src/api/kernels.ts';
import { storeRoot } from '../../../src/kernels/store-root.ts';

/** The store of this machine, where the set-up of the tests has put every kernel. */
const OWN_STORE = storeRoot(process.env);

/** Environment of a step that uses this machine's store: nothing is fetched, nothing is probed. */
export const ON_THIS_MACHINE = { BPFCOMPAT_CACHE_DIR: OWN_STORE, BPFCOMPAT_ACCEL: 'tcg' };

/** A store with one kernel that was fetched just now and has its packages beside it, as a step leaves it. */
export async function fetchedStore(dir: string, profile: string): Promise<void> {
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: dir, BPFCOMPAT_KEEP_PACKAGES: '1' };
  const onEnd = (_: string, result: unknown): void => {
    if (result instanceof Error) throw result;
  };
  await fetchKernels({ env, choice: { kind: 'ids', ids: [profile], origin: 'test' }, onEnd });
}

/** Puts what another store holds into the store below a home directory. */
export function seedStore(home: string, store: string): void {
  cpSync(store, storeRoot({ HOME: home }), { recursive: true });
}
