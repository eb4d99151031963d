import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fetchKernels, knownKernels } from '../../src/api/kernels.ts';
import { lockKernels } from '../../src/api/lock.ts';
import { environmentOf } from '../../src/api/services.ts';
import { listCommand } from '../../src/cli/kernels-command.ts';
import { optionsOf } from '../../src/config/options.ts';
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
  const offer = { disk: OLD, requests: 0, images: 0 };
  const server = createServer(({ url = '' }, response) => {
    offer.requests++;
    if (url.endsWith('.qcow2')) offer.images++;
    response.end(url.endsWith('.qcow2') ? offer.disk : `${sha256(offer.disk)}  disk.qcow2\n`);
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
    around: { env, cwd },
    lock: (options: Parameters<typeof lockKernels>[0] = {}) =>
      lockKernels({ env, cwd, choice, lane: 'image', ...options }),
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
  test('is its address and digest', async () => {
    await using bench = await openBench();
    const title = `disk.qcow2 sha256:${sha256(OLD)}`;
    expect(await bench.lock()).toMatchObject({
      changed: true,
      kernels: [{ profile: ID, lane: 'image', before: '', after: title, release: '', error: '' }],
    });
    expect(bench.text()).toContain(`images:\n  - profile: ${ID}\n    url: ${bench.url}\n    sha256: ${sha256(OLD)}\n`);
    expect(await bench.lock({ choice: undefined, lane: undefined, check: true })).toMatchObject({ changed: false });
    expect(await bench.lock({ choice: undefined })).toMatchObject({ changed: false });
  });

  test('is what a run takes, without the network where it is stored', async () => {
    await using bench = await openBench();
    await bench.lock();
    const { requests } = bench.offer;
    const { image, cached } = await bench.ensure('require');
    expect({ ...image, cached }).toMatchObject({ fromSha256: sha256(OLD), vouched: 'pin', cached: true });
    expect(bench.offer.requests).toBe(requests);
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

  test('another image is not even fetched where the list beside it says so', async () => {
    await using bench = await openBench();
    bench.profile(`, checksums: "${bench.url.replace('disk.qcow2', 'SHA256SUMS')}"`);
    await bench.lock();
    bench.offer.disk = NEW;
    await bench.ensure('ignore', { refresh: true });
    bench.offer.images = 0;
    await expect(bench.ensure()).rejects.toMatchObject({ code: 'wrong_digest' });
    expect(bench.offer.images).toBe(0);
  });

  test('of another address locks nothing, and that is said', async () => {
    await using bench = await openBench();
    await bench.lock();
    const note = async () => {
      const catalog = createCatalog(environmentOf({ ...bench.around, lock: 'use' }));
      return (await resolveKernels(catalog, choice)).entries[0]?.profile.note;
    };
    expect(await note()).toBeUndefined();
    writeFileSync(join(bench.around.cwd, 'bpfcompat.lock'), bench.text().replace('disk.qcow2', 'older.qcow2'));
    expect(await note()).toMatch(/from another address, .*'bpfcompat lock --lane image --kernels lab-image' brings it/);
  });

  test('an address that is none is replaced like any other', async () => {
    await using bench = await openBench();
    await bench.lock();
    writeFileSync(join(bench.around.cwd, 'bpfcompat.lock'), bench.text().replace(bench.url, 'disk'));
    const { kernels } = await bench.lock();
    expect(kernels).toMatchObject([{ before: `disk sha256:${sha256(OLD)}`, error: '' }]);
    expect(bench.text()).toContain(`url: ${bench.url}`);
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

describe('disk images beside kernels', () => {
  test('are fetched without a boot, and are in the list of what is stored', async () => {
    await using bench = await openBench();
    const heard: unknown[] = [];
    const around = { ...bench.around, choice, lane: 'image' } as const;
    const failed = await fetchKernels({
      ...around,
      onImage: (id, { image, cached }) => heard.push([id, image.name, cached]),
      onEnd: (id, result) => heard.push([id, String(result)]),
    });
    expect({ failed, heard }).toEqual({ failed: 0, heard: [[ID, 'disk.qcow2', false]] });
    const { disks } = await knownKernels(bench.around);
    expect(disks).toEqual([
      { name: 'disk.qcow2', from: bench.url, sha256: sha256(OLD), bytes: OLD.length, format: 'qcow2', signer: '' },
    ]);
  });

  test('that a profile does not have are an error of that profile', async () => {
    await using bench = await openBench();
    const errors: string[] = [];
    writeFileSync(
      join(bench.around.cwd, 'matrices/profiles/lab-kernel.yaml'),
      'id: lab-kernel\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nkernel: {source: file, image: ./bzImage}\n',
    );
    const kernelAlone = { kind: 'ids', ids: ['lab-kernel'], origin: '--kernels' } as const;
    const failed = await fetchKernels({
      ...bench.around,
      choice: kernelAlone,
      lane: 'image',
      onEnd: (_, result) => errors.push(String(result)),
    });
    expect(failed).toBe(1);
    expect(errors.join('\n')).toContain('lab-kernel has no image block; only its kernel is known');
  });

  test('the list says why a kernel cannot be booted', async () => {
    await using bench = await openBench();
    let text = '';
    const io = { ...bench.around, out: (part: string) => (text += part), err: () => {}, width: () => 80 };
    const defaults = Object.fromEntries(optionsOf('kernels list').map((row) => [row.name, row.default]));
    const options = {
      ...defaults,
      search: ['bottlerocket'],
      json: false,
      noLock: false,
      noColor: true,
      allowProfileOverride: false,
    };
    await listCommand(options as Parameters<typeof listCommand>[0], io as unknown as Parameters<typeof listCommand>[1]);
    expect(text).toMatch(/\nbottlerocket-aws-6\.1: its kernel accepts no initramfs but its own\n\(INITRAMFS_FORCE\)/);
  });
});
