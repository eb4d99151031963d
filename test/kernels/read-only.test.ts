import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { leaseStore, reserveStore } from '../../src/kernels/lease.ts';
import { lockProfile, lockStore, openStore } from '../../src/kernels/store.ts';

it('a store that may only be read is opened and locked without a trace', async () => {
  const real = createHost({ env: {} });
  await using dir = await real.files.tempDir('bpfcompat-read-only-test-');
  const root = join(dir.path, 'store');
  await real.files.makeDir(root);
  const files = { ...real.files, readOnly: async (path: string) => path === root };
  const host = { ...createHost({ env: { BPFCOMPAT_CACHE_DIR: root } }), files };
  const store = await openStore(host);
  await using _profile = await lockProfile(host, store, 'debian-12-6.1', undefined);
  await using _store = await lockStore(host, store, undefined);
  await using _lease = await leaseStore(host, 'run-1', new AbortController().signal);
  await expect(reserveStore(host, undefined)).rejects.toMatchObject({ code: 'store_read_only' });
  expect(await files.list(root)).toEqual([]);
});
