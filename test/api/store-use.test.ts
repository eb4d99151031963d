import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { cleanKernels, fetchKernels, fetchUserland, validate, validateSuite, watch } from '../../src/index.ts';

const KERNEL = 'debian-12-6.1';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-use-'));
  writeFileSync(join(dir, 'a.bpf.o'), 'whatever it is');
  writeFileSync(
    join(dir, 'own.yaml'),
    `name: own\ncases:\n  - name: one\n    artifact: a.bpf.o\n    kernels: [${KERNEL}]\n`,
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Call {
  readonly cwd: string;
  readonly host: Host;
}
const requests = { artifacts: ['a.bpf.o'], kernels: [KERNEL], offline: true };

/** Everything that boots or brings kernels, as the command line and the Action call it. */
test.each<[string, (call: Call) => Promise<unknown>]>([
  ['test', (call) => validate({ ...call, ...requests })],
  ['a shard of a test', (call) => validate({ ...call, ...requests, shard: { index: 1, total: 2 } })],
  ['suite', (call) => validateSuite({ ...call, suite: 'own.yaml', offline: true })],
  ['watch', (call) => watch({ ...call, ...requests, onResult: () => {} })],
  ['kernels fetch', (call) => fetchKernels({ ...call, choice: { kind: 'ids', ids: [KERNEL], origin: 'test' } })],
  ['kernels fetch --userland', (call) => fetchUserland(call)],
])('a clean-up takes nothing away from %s', async (_name, call) => {
  const env = {
    PATH: process.env['PATH'],
    BPFCOMPAT_CACHE_DIR: join(dir, 'store'),
    BPFCOMPAT_QEMU: '/usr/bin/false',
    BPFCOMPAT_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian',
    BPFCOMPAT_DEBIAN_SECURITY_MIRROR: 'http://127.0.0.1:9/debian-security',
  };
  const real = createHost({ env });
  let cleaned: unknown;
  const host: Host = {
    ...real,
    async run(command, args, options) {
      // The first tool that only work on guests or packages needs.
      if (
        cleaned === undefined &&
        [command, ...args].some((word) => word === '/usr/bin/false' || word === 'apt-config')
      ) {
        cleaned = await cleanKernels({ host: real }).catch((error: unknown) => error);
      }
      return real.run(command, args, options);
    },
  };
  await call({ cwd: dir, host }).catch(() => {});
  expect(cleaned).toMatchObject({ code: 'store_in_use' });
  await cleanKernels({ host: real });
});

test('a clean-up takes the root file systems of guests, which every build of a loader adds to', async () => {
  const host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(dir, 'store') } });
  await cleanKernels({ host });
  // Seeds are what the image lane has in their place.
  const made = ['initramfs', 'seeds'].map((name) => join(dir, 'store', name));
  for (const place of made) {
    mkdirSync(place);
    for (const name of ['a', 'b']) writeFileSync(join(place, name), 'x'.repeat(1000));
  }
  expect(await cleanKernels({ host })).toMatchObject({ freedBytes: 4000 });
  expect(made.filter((place) => existsSync(place))).toEqual([]);
});
