import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelFiles } from '../../src/model/kernel.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { dropVendorKey, type FakeRpm, makeRepository, makeVendorKey, type VendorKey } from '../fakes/rpm-repository.ts';
import { tryVendors, vendorsTable } from '../tools/vendors.ts';
import { bpfcompat, type CliOptions } from './support/cli.ts';
import { example } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// A stored Debian kernel in the packages of other vendors: it has to come through the rpm source and boot.
const scratch = scratchDir();
let key: VendorKey;
let server: FileServer;
let debian: KernelFiles;
let newer: KernelFiles;

/** The kernel whose modules are all files: nothing that a guest needs is built in. */
const KERNEL = 'debian-12-6.1';
/** One on which the function that `fentry-unlink` attaches to has another name. */
const NEWER = 'debian-13-7.3';

/** EL9: image in one package, packed modules in another. */
function el9(kernel: KernelFiles = debian, version = '6.1.0', release = '56.el9'): FakeRpm[] {
  const dir = `lib/modules/${kernel.record.release}`;
  const build = { version, release };
  const pack = (path: string): Buffer => execFileSync('xz', ['--check=crc32', '-c', path], { maxBuffer: 1e8 });
  const core = {
    [`${dir}/vmlinuz`]: readFileSync(kernel.vmlinuz),
    [`${dir}/config`]: readFileSync(kernel.config ?? ''),
    [`${dir}/modules.builtin`]: '',
  };
  const modules = kernel.modules.map(({ name, path }) => [`${dir}/kernel/${name}.ko.xz`, pack(path)] as const);
  return [
    { name: 'kernel-core', ...build, files: core, payload: 'w3.zstdio' },
    { name: 'kernel-modules-core', ...build, files: Object.fromEntries(modules), payload: 'w6.xzdio' },
  ];
}

/** SUSE: everything in one package, image in `boot`. */
function suse(): FakeRpm {
  const { release } = debian.record;
  const dir = `usr/lib/modules/${release}`;
  const pack = (path: string): Buffer => execFileSync('zstd', ['-qc', path], { maxBuffer: 1e8 });
  const modules = debian.modules.map(({ name, path }) => [`${dir}/kernel/${name}.ko.zst`, pack(path)] as const);
  const files = {
    [`boot/vmlinuz-${release}`]: readFileSync(debian.vmlinuz),
    [`boot/config-${release}`]: readFileSync(debian.config ?? ''),
    [`${dir}/modules.builtin`]: '',
    ...Object.fromEntries(modules),
  };
  return { name: 'kernel-default', version: '6.1.0', release: '150600.56.1', files, payload: 'w3.zstdio' };
}

async function stored(id: string): Promise<KernelFiles> {
  const environment = environmentOf({});
  const profile = await findProfile(createCatalog(environment), id);
  return (await ensureKernel(profile, { host: environment.host, offline: true })).files;
}

beforeAll(async () => {
  debian = await stored(KERNEL);
  newer = await stored(NEWER);
  key = makeVendorKey(join(scratch, 'vendor'));
  const www = join(scratch, 'www');
  makeRepository(join(www, 'el9/x86_64'), el9(), key, 'zst');
  const builds = [
    ...['9.el9', '10.el9'].flatMap((release) => el9(debian, '6.1.0', release)),
    ...['2.el9', '11.el9'].flatMap((release) => el9(newer, '7.3.0', release)),
  ];
  makeRepository(join(www, 'builds'), builds, key, 'gz');
  makeRepository(join(www, 'suse'), [suse()], key, 'xz');
  server = await serveFiles(www);
}, 300_000);
afterAll(async () => {
  dropVendorKey(key);
  await server?.[Symbol.asyncDispose]();
});

function writeProfile(cwd: string, id: string, kernel: readonly string[], family = '6.1'): void {
  const dir = join(cwd, 'matrices/profiles');
  mkdirSync(dir, { recursive: true });
  const lines = [
    `id: ${id}`,
    'distro: almalinux',
    `kernel_family: "${family}"`,
    'arch: x86_64',
    'validator: {path: /usr/local/bin/bpfcompat-validator}',
    'kernel:',
    '  source: rpm',
    ...kernel.map((line) => `  ${line}`),
    `  gpgkey: [./${basename(key.file)}]`,
  ];
  writeFileSync(join(dir, `${id}.yaml`), `${lines.join('\n')}\n`);
  writeFileSync(join(dir, basename(key.file)), readFileSync(key.file));
}

test.each([
  [
    'lab-el9-6.1',
    'kernel-core',
    ['baseurl: URL/el9/$basearch', 'package: kernel-core', 'companions: [kernel-modules-core]'],
  ],
  ['lab-suse-6.1', 'kernel-default', ['baseurl: URL/suse', 'package: kernel-default']],
])('%s is fetched, boots and loads an object', async (id, name, kernel) => {
  const cwd = join(scratch, id);
  writeProfile(
    cwd,
    id,
    kernel.map((line) => line.replace('URL', server.url)),
  );
  const options: CliOptions = { cwd, env: { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') }, limitMs: 110_000 };
  const args = ['test', '--artifact', example('simple-pass'), '--kernels', id, '--out', 'report.json'];
  const rejected = await bpfcompat(args, options);
  expect(rejected.code, rejected.stderr).toBe(1);
  expect(rejected.stderr).toContain('--allow-profile-override');

  const { code, stderr } = await bpfcompat([...args, '--allow-profile-override'], options);
  expect(code, stderr).toBe(0);
  const target = targetOf(readReport(join(cwd, 'report.json')), id);
  expect(target.status).toBe('pass');
  expect(target.profile?.kernel).toBe(debian.record.release);
  expect(target.kernel_package).toMatchObject({
    name,
    archive: expect.stringContaining(server.url),
    signer: expect.stringMatching(/^[0-9A-F]{40}$/),
  });
});

test('the weekly look at the vendors reports builds, package, key and boot, and what does not work', async () => {
  const cwd = join(scratch, 'vendors');
  writeProfile(cwd, 'lab-suse-6.1', [`baseurl: ${server.url}/suse`, 'package: kernel-default']);
  writeProfile(cwd, 'lab-gone-6.1', [`baseurl: ${server.url}/gone`, 'package: kernel-default']);
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') };
  const ids = ['lab-suse-6.1', 'lab-gone-6.1'];
  const rows = await tryVendors({ env, cwd, ids, boot: example('simple-pass'), allowProfileOverride: true });
  expect(rows).toEqual([
    {
      profile: 'lab-suse-6.1',
      index: '1 builds',
      package: 'kernel-default 6.1.0-150600.56.1',
      signer: expect.stringMatching(/^[0-9A-F]{40} Test Vendor <vendor@example\.org>$/),
      kernel: debian.record.release,
      boot: 'pass',
      problem: '',
    },
    expect.objectContaining({ profile: 'lab-gone-6.1', index: '', boot: '', problem: expect.stringContaining('404') }),
  ]);
  const table = vendorsTable(rows, '2026-01-31');
  expect(table).toContain('as their servers had them on 2026-01-31\n\n1 of 2 profiles could be had.');
  expect(table.split('\n').filter((line) => line.startsWith('| lab-'))).toHaveLength(2);
}, 300_000);

test('a bisection goes through the builds of a repository in the order of rpm', async () => {
  const cwd = join(scratch, 'bisect');
  const kernel = ['package: kernel-core', 'companions: [kernel-modules-core]'];
  writeProfile(cwd, 'lab-builds', [`baseurl: ${server.url}/builds`, ...kernel], 'any');
  const object = example('fentry-unlink');
  const files = ['--artifact', object, '--manifest', join(dirname(object), 'manifest.yaml')];
  const ends = ['--good', 'lab-builds', '--bad', 'lab-builds@7.3.0-11.el9'];
  const { code, stdout, stderr } = await bpfcompat(
    ['bisect', ...files, ...ends, '--json', '--allow-profile-override'],
    { cwd, env: { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') }, limitMs: 280_000 },
  );
  expect(code, stdout + stderr).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'found',
    kernels: 4,
    accepts: { package: 'kernel-core', version: '6.1.0-10.el9', kernel: debian.record.release },
    rejects: { package: 'kernel-core', version: '7.3.0-2.el9', kernel: newer.record.release },
    steps: [{ position: 0 }, { position: 3 }, { position: 1 }, { position: 2 }],
  });
}, 300_000);
