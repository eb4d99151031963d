import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { modulesName } from '../../src/kernels/derived.ts';
import { listKernels, pruneKernels } from '../../src/kernels/inventory.ts';
import { storeRoot } from '../../src/kernels/store-root.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { wholeKernel } from '../fakes/kernel-debs.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab } from '../fakes/kernel-lab.ts';

let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const KERNEL = wholeKernel('6.1.0-9-cloud-amd64', '6.1.9-1');
const isDeb = (path: string): boolean => path.endsWith('.deb');

/** Lets the server begin to send a package and then go silent. Resolves once one was requested. */
function stallPackages(lab: KernelLab): Promise<void> {
  return new Promise((resolve) => {
    lab.server.intercept = (path, response) => {
      if (!isDeb(path)) return false;
      const { size } = statSync(join(lab.root, path));
      response.writeHead(200, { 'content-length': size }).write('!<arch>\n');
      resolve();
      return true;
    };
  });
}

async function script(lab: KernelLab): Promise<string> {
  const outfile = join(lab.root, '..', 'ensure.mjs');
  const entryPoints = [join(import.meta.dirname, '../fakes/ensure-process.ts')];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages in CommonJS request the modules of Node with it.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

function request(
  lab: KernelLab,
  file: string,
  profile: Profile,
): { child: ReturnType<typeof spawn>; reply: Promise<string> } {
  const child = spawn(process.execPath, [file, JSON.stringify(profile)], {
    env: lab.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  return { child, reply: once(child, 'close').then(() => text) };
}

describe('several processes at once', () => {
  test('fetch a kernel once', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const file = await script(lab);
    const responses = await Promise.all(
      [1, 2, 3].map(async () => JSON.parse(await request(lab, file, lab.profile()).reply)),
    );
    expect(responses.map(({ cached }) => cached).sort()).toEqual([false, true, true]);
    expect(new Set(responses.map(({ vmlinuz }) => vmlinuz)).size).toBe(1);
    expect(lab.server.requests.filter(isDeb)).toHaveLength(1);
  });

  test('one that was killed leaves nothing in the way', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const stalled = stallPackages(lab);
    const { child, reply } = request(lab, await script(lab), lab.profile());
    await stalled;
    child.kill('SIGKILL');
    await reply;
    expect(await lab.names('tmp')).toEqual(['lab-kernel']);
    lab.server.intercept = () => false;
    expect((await lab.ensure(lab.profile())).cached).toBe(false);
    expect(await lab.names('tmp')).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  test('in the middle of a download leaves nothing', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const stalled = stallPackages(lab);
    const controller = new AbortController();
    const requested = lab.ensure(lab.profile(), { signal: controller.signal });
    const outcome = expect(requested).rejects.toMatchObject({ code: 'cancelled' });
    await stalled;
    controller.abort();
    await outcome;
    expect(await lab.names('tmp')).toEqual([]);
    expect(await lab.names('blobs/sha256')).toEqual([]);
    expect(await lab.names('kernels')).toEqual([]);
    lab.server.intercept = () => false;
    expect((await lab.ensure(lab.profile())).cached).toBe(false);
  });

  test('while another process has the lock ends the waiting', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const stalled = stallPackages(lab);
    const first = new AbortController();
    const second = new AbortController();
    const fetching = lab.ensure(lab.profile(), { signal: first.signal }).catch((error) => error.code);
    await stalled;
    const waiting = lab.ensure(lab.profile(), { signal: second.signal }).catch((error) => error.code);
    await sleep(100);
    second.abort();
    expect(await waiting).toBe('cancelled');
    first.abort();
    expect(await fetching).toBe('cancelled');
  });

  test('before it began does nothing', async () => {
    await using lab = await openLab(keys);
    await expect(lab.ensure(lab.profile(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(existsSync(lab.cacheDir)).toBe(false);
  });
});

describe('damage', () => {
  test.each(['longer', 'same length', 'gone'])('of a stored file (%s) is found and mended', async (how) => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const host = lab.host();
    const { files } = await lab.ensure(lab.profile(), { host });
    expect((await lab.ensure(lab.profile(), { host })).cached).toBe(true);
    if (how === 'gone') await rm(files.vmlinuz);
    if (how === 'longer') await appendFile(files.vmlinuz, 'x');
    if (how === 'same length') await writeFile(files.vmlinuz, 'X'.repeat(files.record.vmlinuz.size));
    const again = await lab.ensure(lab.profile(), { host });
    expect(again.cached).toBe(false);
    expect(await lab.host().files.sha256(again.files.vmlinuz)).toBe(files.record.vmlinuz.sha256);
    expect(lab.notes.join()).toMatch(/fetching it again/);
  });

  test('is never used when nothing better can be had', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const { files } = await lab.ensure(lab.profile());
    await appendFile(files.vmlinuz, 'x');
    await lab.server[Symbol.asyncDispose]();
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'mirror_unreachable' });
    expect(existsSync(files.vmlinuz)).toBe(false);
  });

  test('of a record only costs a new download', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    await lab.ensure(lab.profile());
    const [name = ''] = await lab.names('kernels');
    await writeFile(join(lab.cacheDir, 'kernels', name), '{"schema":');
    expect((await lab.ensure(lab.profile())).cached).toBe(false);
  });
});

describe('stored files that no one touched', () => {
  test('are hashed once; the next process knows them by what the file system says', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const { files } = await lab.ensure(lab.profile());
    await lab.ensure(lab.profile());
    const hashed: string[] = [];
    const nextProcess = (): Host => {
      const host = lab.host();
      const sha256 = (path: string): Promise<string> => {
        hashed.push(path);
        return host.files.sha256(path);
      };
      return { ...host, files: { ...host.files, sha256 } };
    };
    expect((await lab.ensure(lab.profile(), { host: nextProcess() })).cached).toBe(true);
    expect(hashed).toEqual([]);
    const now = new Date();
    await utimes(files.vmlinuz, now, now);
    expect((await lab.ensure(lab.profile(), { host: nextProcess() })).cached).toBe(true);
    expect(hashed).toEqual([files.vmlinuz]);
  });

  test('are hashed again when what is known about them is damaged', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const { files } = await lab.ensure(lab.profile());
    await lab.ensure(lab.profile());
    await writeFile(join(lab.cacheDir, 'stamps'), `${files.record.vmlinuz.sha256} 1 2 3\nnonsense`);
    await appendFile(files.vmlinuz, 'x');
    expect((await lab.ensure(lab.profile())).cached).toBe(false);
  });
});

describe('a full disk', () => {
  test('is noticed before the download, with what is needed and where', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const host = lab.host();
    const full = { ...host, files: { ...host.files, freeBytes: async () => 1_000_000 } };
    await expect(lab.ensure(lab.profile(), { host: full })).rejects.toMatchObject({
      code: 'no_space',
      message: expect.stringMatching(/needs [\d.]+ MB in .*cache, 1\.0 MB are free.*BPFCOMPAT_CACHE_DIR/),
    });
    expect(lab.server.requests).toEqual([]);
    expect(await lab.names('tmp')).toEqual([]);
  });

  test('while writing is the same error and leaves nothing', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const host = lab.host();
    const failing = {
      ...host,
      files: {
        ...host.files,
        rename: async () => {
          throw Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC' });
        },
      },
    };
    await expect(lab.ensure(lab.profile(), { host: failing })).rejects.toMatchObject({
      code: 'no_space',
      message: expect.stringContaining('bpfcompat kernels prune'),
    });
    expect(await lab.names('tmp')).toEqual([]);
    expect(await lab.names('kernels')).toEqual([]);
  });

  test('a store that cannot be written says so', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    await writeFile(lab.cacheDir, 'a file where the directory should be');
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      message: expect.stringContaining(lab.cacheDir),
    });
  });
});

describe('list and prune', () => {
  test('list shows what is stored; prune removes what no one refers to', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const host = lab.host();
    expect(await listKernels(host)).toEqual({ root: lab.cacheDir, kernels: [], bytes: 0 });
    expect(existsSync(lab.cacheDir)).toBe(false);
    await lab.ensure(lab.profile({}, 'one'));
    await lab.ensure(lab.profile({}, 'two'));
    const list = await listKernels(host);
    expect(list.kernels.map(({ record }) => record.profile)).toEqual(['one', 'two']);
    expect(list.kernels[0]?.bytes).toBe(list.bytes);

    const stray = '0'.repeat(64);
    await writeFile(join(lab.cacheDir, 'blobs/sha256', stray), 'stray');
    await mkdir(join(lab.cacheDir, 'tmp/left-over'));
    const [first] = list.kernels;
    const own = first === undefined ? expect.fail() : modulesName(first.record);
    for (const dir of [own, stray]) await mkdir(join(lab.cacheDir, 'modules', dir), { recursive: true });
    expect(await pruneKernels(host)).toEqual({
      removedKernels: [],
      removedBlobs: 1,
      freedBytes: 5,
      keptBytes: list.bytes,
    });
    expect(await lab.names('tmp')).toEqual([]);
    expect(await lab.names('modules')).toEqual([own]);
    expect((await lab.ensure(lab.profile({}, 'one'))).cached).toBe(true);
  });

  test('keep and all', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    await lab.ensure(lab.profile({}, 'one'));
    await lab.ensure(lab.profile({}, 'two'));
    expect(await pruneKernels(lab.host(), { keep: ['two'] })).toMatchObject({
      removedKernels: ['one'],
      removedBlobs: 0,
    });
    expect((await lab.ensure(lab.profile({}, 'two'))).cached).toBe(true);
    const { bytes } = await listKernels(lab.host());
    const all = await pruneKernels(lab.host(), { all: true });
    expect(all).toMatchObject({ removedKernels: ['two'], freedBytes: bytes, keptBytes: 0 });
    expect(await lab.names('apt')).toEqual([]);
    expect(await lab.names('blobs/sha256')).toEqual([]);
    expect((await lab.ensure(lab.profile({}, 'two'))).cached).toBe(false);
  });
});

describe('storeRoot', () => {
  test.each([
    [{ BPFCOMPAT_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/c'],
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/bpfcompat'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/bpfcompat'],
    [{ HOME: '/h' }, '/h/.cache/bpfcompat'],
  ])('%j', (env, root) => {
    expect(storeRoot(env)).toBe(root);
  });

  test('without any place, and with a relative one', () => {
    expect(() => storeRoot({})).toThrow(/BPFCOMPAT_CACHE_DIR/);
    expect(() => storeRoot({ BPFCOMPAT_CACHE_DIR: 'here' })).toThrow(/absolute/);
  });
});

describe('a profile that cannot be used', () => {
  test('without a kernel block, or with an id that is none', async () => {
    await using lab = await openLab(keys);
    await expect(lab.ensure({ ...lab.profile(), kernel: undefined })).rejects.toMatchObject({
      code: 'no_kernel_source',
      message: expect.stringContaining('lab-kernel.yaml'),
    });
    await expect(lab.ensure(lab.profile({}, '../escape'))).rejects.toMatchObject({ code: 'bad_id' });
  });
});

describe('whose kernel it is', () => {
  const builtin = (lab: KernelLab): Profile => ({ ...lab.profile(), builtinKernel: true });

  test('two kernel blocks under one id never find each other', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    const first = await lab.ensure(builtin(lab));
    const other = lab.profile({ mirror: 'http://127.0.0.1/elsewhere' });
    await expect(lab.ensure(other, { offline: true })).rejects.toMatchObject({ code: 'kernel_not_stored' });
    expect((await lab.ensure(other)).cached).toBe(false);
    const again = await lab.ensure(builtin(lab), { offline: true });
    expect(again.files.record).toEqual(first.files.record);
    expect(first.files.record.vouched).toEqual({ by: 'signature', file: 'built-in: lab-kernel.yaml' });
    expect(await lab.names('kernels')).toHaveLength(2);
  });

  /** Makes of the stored record what an older version would have written. */
  async function makeOld(lab: KernelLab, change: (old: { package: { files: { sha256: string }[] } }) => void) {
    const { record } = (await lab.ensure(builtin(lab))).files;
    const { source: _, vouched: __, ...rest } = structuredClone(record);
    const old = { ...rest, schema: 'bpfcompat_kernel.v2' };
    change(old);
    await rm(join(lab.cacheDir, 'kernels'), { recursive: true });
    await mkdir(join(lab.cacheDir, 'kernels'));
    await writeFile(join(lab.cacheDir, 'kernels', 'lab-kernel.json'), JSON.stringify(old));
  }

  test('what an older version stored is taken over offline when the signed lists name its packages', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    await makeOld(lab, () => {});
    const { cached, files } = await lab.ensure(builtin(lab), { offline: true });
    expect(cached).toBe(true);
    expect(files.record.vouched.by).toBe('signature');
    await expect(lab.ensure(lab.profile({ mirror: 'http://127.0.0.1/x' }), { offline: true })).rejects.toMatchObject({
      code: 'kernel_not_stored',
    });
  });

  test('and is fetched again, with a word about it, when they do not', async () => {
    await using lab = await openLab(keys);
    lab.offer(KERNEL);
    await makeOld(lab, (old) => {
      for (const file of old.package.files) file.sha256 = '0'.repeat(64);
    });
    expect((await lab.ensure(builtin(lab))).cached).toBe(false);
    expect(lab.notes.join()).toContain('not in the signed package lists');
  });
});
