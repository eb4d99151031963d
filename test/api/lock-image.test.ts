import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockKernels } from '../../src/api/lock.ts';
import { environmentOf } from '../../src/api/services.ts';
import { emptyOverlay } from '../../src/guests/cloud-image/overlay.ts';
import { createHost } from '../../src/host/create-host.ts';
import { ensureDisk } from '../../src/kernels/disks/supply.ts';
import { createCatalog, resolveKernels } from '../../src/run/resolve.ts';

// The lock of a disk image that is another one next week, over a loopback server.
const ID = 'lab-image';
const OLD = emptyOverlay(1024 ** 3);
const NEW = emptyOverlay(2 * 1024 ** 3);
const choice = { kind: 'ids', ids: [ID], origin: '--kernels' } as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function openBench() {
  const dir = await createHost({ env: {} }).files.tempDir('bpfcompat-lock-');
  const cwd = join(dir.path, 'work');
  const env = { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(dir.path, 'cache') };
  const host = createHost({ env });
  const offer = { disk: OLD, asked: 0 };
  const server = createServer((_, response) => {
    offer.asked++;
    response.end(offer.disk);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.qcow2`;
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  const profile = (pin = ''): void =>
    writeFileSync(
      join(cwd, `matrices/profiles/${ID}.yaml`),
      `id: ${ID}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nimage: {source_url: "${url}"${pin}}\n`,
    );
  profile();
  return {
    offer,
    url,
    profile,
    lock: (options: Parameters<typeof lockKernels>[0] = {}) => lockKernels({ env, cwd, choice, ...options }),
    text: () => readFileSync(join(cwd, 'bpfcompat.lock'), 'utf8'),
    async ensure(lock: 'use' | 'require' | 'ignore' = 'use', options: { offline?: boolean; refresh?: boolean } = {}) {
      const { entries } = await resolveKernels(createCatalog(environmentOf({ env, cwd, lock })), choice);
      const found = entries[0]?.profile;
      if (found === undefined) throw new TypeError('one id gives one profile');
      return ensureDisk(found, { host, ...options });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dir[Symbol.asyncDispose]();
    },
  };
}

describe('the disk image of a profile in a lock', () => {
  test('is its address and digest; where there is nothing but an image, that is locked', async () => {
    await using bench = await openBench();
    const title = `disk.qcow2 sha256:${sha256(OLD)}`;
    expect(await bench.lock()).toMatchObject({
      changed: true,
      kernels: [{ profile: ID, lane: 'image', before: '', after: title, release: '', error: '' }],
    });
    expect(bench.text()).toContain(`images:\n  - profile: ${ID}\n    url: ${bench.url}\n    sha256: ${sha256(OLD)}\n`);
    expect(await bench.lock({ choice: undefined, check: true })).toMatchObject({ changed: false });
    expect(await bench.lock({ choice: undefined, lane: 'image' })).toMatchObject({ changed: false });
  });

  test('is what a run takes, without the network where it is stored', async () => {
    await using bench = await openBench();
    await bench.lock();
    const { asked } = bench.offer;
    const { image, cached } = await bench.ensure('require');
    expect({ ...image, cached }).toMatchObject({ fromSha256: sha256(OLD), vouched: 'pin', cached: true });
    expect(bench.offer.asked).toBe(asked);
  });

  test('another image at its address is not used, and the message has the place in the lock', async () => {
    await using bench = await openBench();
    await bench.lock();
    bench.offer.disk = NEW;
    await bench.ensure('ignore', { refresh: true });
    await expect(bench.ensure()).rejects.toMatchObject({
      code: 'wrong_digest',
      message: expect.stringMatching(
        /has the SHA-256 [0-9a-f]{64}, and bpfcompat\.lock:\d+:\d+ has [0-9a-f]{64}; nothing was used: 'bpfcompat lock --lane image --kernels lab-image'/,
      ),
    });
    expect(await bench.lock()).toMatchObject({ changed: true, kernels: [{ error: '' }] });
    expect((await bench.ensure()).image.virtualSize).toBe(2 * 1024 ** 3);
  });

  test('that a required lock lacks is not used', async () => {
    await using bench = await openBench();
    await expect(bench.ensure('require')).rejects.toMatchObject({
      code: 'not_locked',
      message: expect.stringContaining(`'bpfcompat lock --lane image --kernels ${ID}' adds it`),
    });
  });

  test('that the profile pins itself is left to the profile', async () => {
    await using bench = await openBench();
    bench.profile(`, sha256: ${sha256(OLD)}`);
    const { kernels, changed } = await bench.lock();
    expect(kernels[0]?.error).toContain('itself says image.sha256');
    expect(changed).toBe(false);
    expect((await bench.ensure('require')).image.vouched).toBe('pin');
  });
});
