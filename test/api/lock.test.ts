import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockKernels } from '../../src/api/lock.ts';
import { environmentOf } from '../../src/api/services.ts';
import { LOCK_FILE } from '../../src/config/lock-file.ts';
import type { ensureKernel } from '../../src/kernels/supply.ts';
import { UsageError } from '../../src/model/errors.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { createCatalog, resolveKernels } from '../../src/run/resolve.ts';
import { wholeKernel } from '../fakes/kernel-debs.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab, SUITE } from '../fakes/kernel-lab.ts';

// A lock of a kernel whose archive moves on, over a loopback archive that is made for each test.
let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const ID = 'lab-6.1';
const OLD = ['6.1.0-9-cloud-amd64', '6.1.27-1'] as const;
const NEW = ['6.1.0-32-cloud-amd64', '6.1.129-1'] as const;
const choice = { kind: 'ids', ids: [ID], origin: '--kernels' } as const;

interface Bench extends AsyncDisposable {
  readonly lab: KernelLab;
  readonly cwd: string;
  readonly around: { env: Record<string, string>; cwd: string; allowProfileOverride: true };
  lock(options?: Parameters<typeof lockKernels>[0]): ReturnType<typeof lockKernels>;
  text(): string;
  write(text: string): void;
  /** The profile as a run sees it. */
  profile(lock?: 'use' | 'require' | 'ignore'): Promise<Profile>;
  ensure(options?: { offline?: boolean; refresh?: boolean; lock?: 'require' }): ReturnType<typeof ensureKernel>;
}

async function openBench(): Promise<Bench> {
  const lab = await openLab(keys);
  const cwd = join(lab.cacheDir, '../work');
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  writeFileSync(
    join(cwd, `matrices/profiles/${ID}.yaml`),
    `id: ${ID}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nkernel: {source: deb, archive: debian, suite: ${SUITE}, package: linux-image-*-cloud-amd64}\n`,
  );
  const around = { env: lab.env, cwd, allowProfileOverride: true } as const;
  const keyring = keys.good.keyring;
  const bench: Bench = {
    lab,
    cwd,
    around,
    lock: (options = {}) => lockKernels({ ...around, host: withKeyring(lab, keyring), choice, ...options }),
    text: () => readFileSync(join(cwd, LOCK_FILE), 'utf8'),
    write: (text) => writeFileSync(join(cwd, LOCK_FILE), text),
    async profile(lock = 'use') {
      const { entries } = await resolveKernels(createCatalog(environmentOf({ ...around, lock })), choice);
      return entries[0]?.profile as Profile;
    },
    async ensure({ lock, ...options } = {}) {
      return lab.ensure(await bench.profile(lock), { host: withKeyring(lab, keyring), ...options });
    },
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
  return bench;
}

/** A host whose archive keys are those of the test: no profile may name a key of a temporary directory. */
function withKeyring(lab: KernelLab, keyring: string) {
  const host = lab.host();
  const system = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const { files } = host;
  const real = (path: string): string => (path === system ? keyring : path);
  const run: typeof host.run = (command, args, options) => host.run(command, args.map(real), options);
  return {
    ...host,
    run,
    files: {
      ...files,
      read: (path: string, max: number) => files.read(real(path), max),
      writeAtomic: (path: string, data: string | Uint8Array) =>
        files.writeAtomic(path, typeof data === 'string' ? data.replaceAll(system, keyring) : data),
    },
  };
}

describe('a lock', () => {
  test('names package, version, digest, address and signer, and is the same when nothing changed', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    const first = await bench.lock();
    expect(first).toMatchObject({ changed: true, kernels: [{ profile: ID, before: '', release: OLD[0], error: '' }] });
    const text = bench.text();
    expect(text.replaceAll(bench.lab.server.url, 'URL')).toMatch(
      new RegExp(`^# The build of each kernel .*
# same command brings it up to date\\.

schema: bpfcompat_lock\\.v1
kernels:
  - profile: ${ID}
    package: linux-image-6\\.1\\.0-9-cloud-amd64
    version: 6\\.1\\.27-1
    release: 6\\.1\\.0-9-cloud-amd64
    signer:
      key: [0-9A-F]{40}
      owner: Test Archive <test@example\\.org>
    files:
      - name: linux-image-6\\.1\\.0-9-cloud-amd64
        version: 6\\.1\\.27-1
        sha256: [0-9a-f]{64}
        url: URL/pool/main/l/linux/linux-image-6\\.1\\.0-9-cloud-amd64_6\\.1\\.27-1_amd64\\.deb
$`),
    );
    expect(await bench.lock()).toMatchObject({ changed: false });
    expect(bench.text()).toBe(text);
  });

  test('is brought up to date without naming kernels, and says what was before; --check only reports', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    await bench.lock();
    const text = bench.text();
    bench.lab.offer([...wholeKernel(...OLD), ...wholeKernel(...NEW)]);
    expect(await bench.lock({ choice: undefined, check: true })).toMatchObject({ changed: true });
    expect(bench.text()).toBe(text);
    expect(await bench.lock({ choice: undefined })).toMatchObject({
      changed: true,
      kernels: [
        { before: `linux-image-${OLD[0]} ${OLD[1]}`, after: `linux-image-${NEW[0]} ${NEW[1]}`, release: NEW[0] },
      ],
    });
    expect((await bench.ensure()).files.record.release).toBe(NEW[0]);
  });

  test('decides which build is fetched, and says so where a newer one is offered', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    await bench.lock();
    bench.lab.offer([...wholeKernel(...OLD), ...wholeKernel(...NEW)]);
    const { files, cached } = await bench.ensure({ refresh: true });
    expect(files.record.release).toBe(OLD[0]);
    expect(cached).toBe(true);
    expect(bench.lab.notes).toEqual([
      `${ID}: linux-image-${NEW[0]} ${NEW[1]} is offered, and bpfcompat.lock:6:14 keeps linux-image-${OLD[0]} ${OLD[1]}; 'bpfcompat lock --kernels ${ID}' takes the newer one`,
    ]);
    const { locked: _, ...open } = await bench.profile();
    const newest = await bench.lab.ensure(open, { host: withKeyring(bench.lab, keys.good.keyring), refresh: true });
    expect(newest.files.record.release).toBe(NEW[0]);
    // Both are stored now; offline the lock chooses.
    expect((await bench.ensure({ offline: true })).files.record.release).toBe(OLD[0]);
  });

  test('whose build is gone gives the newest with a note, and with --locked an error', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    await bench.lock();
    const lab = bench.lab;
    // A machine that has nothing yet.
    const env = { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.cacheDir, '../other') };
    const host = { ...withKeyring(lab, keys.good.keyring), env };
    lab.offer(wholeKernel(...NEW));
    await expect(lab.ensure(await bench.profile('require'), { host })).rejects.toMatchObject({
      code: 'package_not_found',
      message: expect.stringMatching(
        new RegExp(
          `^bpfcompat\\.lock:6:14: ${ID} is locked to linux-image-6\\.1\\.0-9-cloud-amd64 6\\.1\\.27-1, which its repository no longer has`,
        ),
      ),
    });
    const { files } = await lab.ensure(await bench.profile(), { host });
    expect(files.record.release).toBe(NEW[0]);
    expect(lab.notes.at(-1)).toMatch(
      /which its repository no longer has; linux-image-6\.1\.0-32-cloud-amd64 6\.1\.129-1 is used instead\. To keep it, write the lock again: bpfcompat lock --kernels lab-6\.1$/,
    );
  });

  test('with a digest that the archive has not is rejected in every mode', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    await bench.lock();
    bench.write(bench.text().replace(/sha256: [0-9a-f]{8}/, 'sha256: 00000000'));
    for (const lock of [undefined, 'require'] as const) {
      await expect(bench.ensure({ ...(lock && { lock }) })).rejects.toMatchObject({
        code: 'wrong_digest',
        message: expect.stringMatching(
          /^bpfcompat\.lock:6:14: linux-image-.* has the digest [0-9a-f]{64} there, and the lock has 00000000/,
        ),
      });
    }
    await expect(bench.ensure({ offline: true })).rejects.toMatchObject({
      code: 'kernel_not_stored',
      message: expect.stringContaining('6.1.27-1 (bpfcompat.lock:6:14), is not stored and offline'),
    });
  });

  test('of another profile than the one that is there now is reported', async () => {
    await using bench = await openBench();
    bench.lab.offer([...wholeKernel(...OLD), ...wholeKernel('6.1.0-9-amd64', '6.1.27-1')]);
    await bench.lock();
    bench.write(bench.text().replaceAll('-cloud-amd64', '-amd64'));
    await expect(bench.ensure({ lock: 'require' })).rejects.toMatchObject({ code: 'lock_misfit' });
    expect((await bench.ensure()).files.record.release).toBe(OLD[0]);
    expect(bench.lab.notes.join('\n')).toContain(
      `bpfcompat.lock:6:14: linux-image-6.1.0-9-amd64 6.1.27-1 is not what the profile ${ID} selects now (linux-image-*-cloud-amd64 of ${SUITE})`,
    );
  });

  test('that lacks a kernel: a note, and with --locked nothing runs', async () => {
    await using bench = await openBench();
    await expect(bench.profile('require')).rejects.toThrow(
      `lock: "require": there is no bpfcompat.lock here; write it with 'bpfcompat lock --kernels ${ID}', or leave lock: "require" out`,
    );
    expect((await bench.profile()).note).toBeUndefined();
    bench.write('schema: bpfcompat_lock.v1\nkernels: []\n');
    await expect(bench.profile('require')).rejects.toThrow(`lock: "require": bpfcompat.lock has no ${ID};`);
    expect((await bench.profile()).note).toBe(
      `${ID} is not in bpfcompat.lock, so its newest build is run; 'bpfcompat lock --kernels ${ID}' adds it`,
    );
    expect((await bench.profile('ignore')).note).toBeUndefined();
  });

  test('keeps what cannot be had now, and the others do not stop', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    await bench.lock();
    const text = bench.text();
    bench.lab.offer(wholeKernel('6.1.0-9-amd64', '6.1.27-1'));
    const { kernels, changed } = await bench.lock();
    expect(changed).toBe(false);
    expect(kernels[0]?.error).toMatch(/has no package/);
    expect(bench.text()).toBe(text);
  });

  test('is not written through a link', async () => {
    await using bench = await openBench();
    bench.lab.offer(wholeKernel(...OLD));
    symlinkSync('/nonexistent/place', join(bench.cwd, LOCK_FILE));
    await expect(bench.lock()).rejects.toBeInstanceOf(UsageError);
  });
});

describe('a lock that is wrong is reported with file and line', () => {
  const entry = (more: string): string =>
    `schema: bpfcompat_lock.v1\nkernels:\n  - profile: a\n    package: linux-image-a\n    version: "1"\n    release: r\n${more}`;
  const file = `    files:\n      - {name: linux-image-a, version: "1", sha256: ${'0'.repeat(64)}}\n`;
  test.each([
    ['another version of it', 'schema: bpfcompat_lock.v9\nkernels: []\n', /^bpfcompat\.lock:1:9: schema /],
    ['no files', entry('    files: []\n'), /^bpfcompat\.lock:7:12: kernels\[0\]\.files is empty/],
    [
      'a digest that is none',
      entry(file.replace('0000', 'zzzz')),
      /^bpfcompat\.lock:8:\d+: kernels\[0\]\.files\[0\]\.sha256 /,
    ],
    [
      'an option as a version',
      entry(file).replace('"1"', '-oDir=/'),
      /^bpfcompat\.lock:5:14: kernels\[0\]\.version .*not allowed/,
    ],
    ['a key that is not known', entry(`${file}    sha: x\n`), /^bpfcompat\.lock:9:5: .*sha/],
    [
      'one kernel twice',
      entry(file) + entry(file).split('kernels:\n')[1],
      /^bpfcompat\.lock:\d+:\d+: .*"a" is a duplicate/,
    ],
    ['a merge that was left open', '<<<<<<< ours\nschema: bpfcompat_lock.v1\n', /^bpfcompat\.lock:1:1: /],
  ])('%s', async (_name, text, expected) => {
    await using bench = await openBench();
    bench.write(text);
    await expect(bench.profile()).rejects.toMatchObject({
      code: 'lock_invalid',
      message: expect.stringMatching(expected),
    });
  });

  test.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a link that leads nowhere', (path: string) => symlinkSync('nowhere', path)],
  ])('%s in its place is an error, and no lock that is not there', async (_name, make) => {
    await using bench = await openBench();
    make(join(bench.cwd, LOCK_FILE));
    await expect(bench.profile()).rejects.toMatchObject({
      code: 'lock_invalid',
      message: expect.stringMatching(/bpfcompat\.lock is a directory, or a link that leads nowhere; remove it/),
    });
    await expect(bench.profile('ignore')).resolves.toMatchObject({ id: ID });
  });
});
