import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelTransfer } from '../../../src/api/kernel-transfer.ts';
import { storeRoot } from '../../../src/kernels/store-root.ts';

/** The store of this machine, where the set-up of the tests has put every kernel. */
export const OWN_STORE = storeRoot(process.env);

/** Environment of a step that uses this machine's store: nothing is fetched, nothing is probed. */
export const ON_THIS_MACHINE = { BPFCOMPAT_CACHE_DIR: OWN_STORE, BPFCOMPAT_ACCEL: 'tcg' };

/** Puts a kernel of this machine into the store below another home directory. */
export async function seedKernel(home: string, profile: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-seed-'));
  try {
    const digest = await kernelTransfer({ env: { BPFCOMPAT_CACHE_DIR: OWN_STORE } }).give(profile, dir);
    const why = await kernelTransfer({ env: { HOME: home } }).take(profile, dir, digest ?? '');
    if (why !== undefined) throw new Error(`${profile} cannot be seeded: ${why}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
