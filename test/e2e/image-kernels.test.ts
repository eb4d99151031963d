import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelFiles } from '../../src/model/kernel.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { type Files, imageFiles } from '../fakes/registry.ts';
import { dropVendorKey, makeVendorKey, type VendorKey } from '../fakes/rpm-repository.ts';
import { bpfcompat } from './support/cli.ts';
import { example } from './support/places.ts';
import { type RealRegistry, startRegistry } from './support/real-registry.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Stored Debian kernels in the layouts of those who have no packages: each has to come through its source and boot.
const scratch = scratchDir();
const www = join(scratch, 'www');
let key: VendorKey;
let server: FileServer;
let registry: RealRegistry;

async function storedKernel(id: string): Promise<KernelFiles> {
  const environment = environmentOf({});
  const profile = await findProfile(createCatalog(environment), id);
  return (await ensureKernel(profile, { host: environment.host, offline: true })).files;
}

function put(path: string, data: Uint8Array | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  return path;
}

function modulesOf({ modules }: KernelFiles, dir: string): Files {
  return Object.fromEntries(modules.map(({ name, path }) => [`${dir}/kernel/${name}.ko`, readFileSync(path)]));
}

/** @returns the directory */
function tree(dir: string, files: Files): string {
  for (const [path, data] of Object.entries(files)) put(join(dir, path), data);
  return dir;
}

function sign(path: string, to: string): void {
  const args = ['--batch', '--detach-sign', '--output', to, path];
  execFileSync('gpg', args, { env: { PATH: process.env['PATH'], GNUPGHOME: key.home }, stdio: 'ignore' });
}

/** @returns the package's file */
function deb(name: string, files: Files): string {
  const root = tree(join(scratch, 'deb', name), files);
  const control = `Package: ${name.split('_')[0]}\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@x>\nDescription: x\n`;
  put(join(root, 'DEBIAN/control'), control);
  const file = join(www, 'mainline', name);
  mkdirSync(dirname(file), { recursive: true });
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z1', '--build', root, file], { stdio: 'ignore' });
  rmSync(root, { recursive: true });
  return file;
}

beforeAll(async () => {
  const split = await storedKernel('debian-12-6.1');
  const whole = await storedKernel('debian-13-6.12');
  const R = split.record.release;
  key = makeVendorKey(join(scratch, 'vendor'));
  // ci-kernels and Talos: no release in the name, and no configuration beside it.
  const ci = { 'boot/vmlinuz': readFileSync(split.vmlinuz), ...modulesOf(split, `usr/lib/modules/${R}`) };
  registry = await startRegistry(join(scratch, 'registry'));
  const dir = tree(join(scratch, 'ci-kernels'), ci);
  registry.push(dir, 'cilium/ci-kernels:6.1');
  registry.push(dir, 'cilium/ci-kernels:6.1-docker', 'v2s2');
  const lvh = `data/kernels/6.1-20260101.000000`;
  const local = imageFiles();
  const layer = local.layer({
    [`${lvh}/boot/vmlinuz-${R}`]: readFileSync(split.vmlinuz),
    [`${lvh}/boot/config-${R}`]: readFileSync(split.config ?? ''),
    ...modulesOf(split, `${lvh}/lib/modules/${R}`),
  });
  local.writeLayout(join(scratch, 'run/layout'), [local.image([layer])]);
  // Ubuntu mainline.
  const debs = [
    deb(`linux-image-unsigned-${R}_1_amd64.deb`, { [`boot/vmlinuz-${R}`]: readFileSync(split.vmlinuz) }),
    deb(`linux-modules-${R}_1_amd64.deb`, {
      [`boot/config-${R}`]: readFileSync(split.config ?? ''),
      ...modulesOf(split, `lib/modules/${R}`),
    }),
  ];
  const lines = debs.map((file) => {
    const hex = createHash('sha256').update(readFileSync(file)).digest('hex');
    return `${hex}  ${file.split('/').at(-1)}\n`;
  });
  sign(put(join(www, 'mainline/CHECKSUMS'), lines.join('')), join(www, 'mainline/CHECKSUMS.gpg'));
  // Flatcar: one image, everything built in.
  const pxe = put(join(www, 'flatcar/flatcar_production_pxe.vmlinuz'), readFileSync(whole.vmlinuz));
  sign(pxe, `${pxe}.sig`);
  server = await serveFiles(www);
}, 300_000);
afterAll(async () => {
  dropVendorKey(key);
  await server?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

test('a kernel of each layout is fetched, verified as its source can, boots and responds', async () => {
  const cwd = join(scratch, 'run');
  const blocks: Readonly<Record<string, readonly string[]>> = {
    'ci-6.1': ['source: oci', `image: ${registry.host}/cilium/ci-kernels:6.1`],
    'ci-docker-6.1': ['source: oci', `image: ${registry.host}/cilium/ci-kernels:6.1-docker`],
    'lvh-6.1': ['source: oci', 'layout: ../../layout'],
    'mainline-6.1': [
      'source: url',
      'packages: ["linux-image-unsigned-*_amd64.deb", "linux-modules-*_amd64.deb"]',
      `checksums: ${server.url}/mainline/CHECKSUMS`,
      `signature: ${server.url}/mainline/CHECKSUMS.gpg`,
      `gpgkey: [${key.file}]`,
    ],
    'flatcar-own-6.12': [
      'source: url',
      `image: ${server.url}/flatcar/flatcar_production_pxe.vmlinuz`,
      `signature: ${server.url}/flatcar/flatcar_production_pxe.vmlinuz.sig`,
      `gpgkey: [${key.file}]`,
    ],
  };
  const ids = Object.keys(blocks);
  for (const [id, block] of Object.entries(blocks)) {
    const head = `id: ${id}\ndistro: flatcar\nkernel_family: "${id.split('-').at(-1)}"\narch: x86_64\nkernel:\n`;
    put(join(cwd, 'matrices/profiles', `${id}.yaml`), `${head}${block.map((line) => `  ${line}\n`).join('')}`);
  }
  const args = ['--artifact', example('simple-pass'), '--kernels', ids.join(','), '--out', 'report.json'];
  const env = { BPFCOMPAT_CACHE_DIR: join(scratch, 'cache') };
  const ended = await bpfcompat(['test', ...args, '--allow-profile-override'], { cwd, env, limitMs: 900_000 });
  expect(`${ended.stdout}${ended.stderr}`).toContain('Status: pass');
  const report = readReport(join(cwd, 'report.json'));
  const vouched = ids.map((id) => targetOf(report, id).kernel_package?.vouched_by);
  expect(vouched).toEqual(['nobody', 'nobody', 'nobody', 'signature', 'signature']);
  expect(targetOf(report, 'ci-6.1').kernel_package?.version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(ended.stdout).toMatch(
    /kernel ci-6\.1 is 6\.1\.0-.* from 127\.0\.0\.1:\d+\/cilium\/ci-kernels:6\.1, unverified \(sha256/,
  );
}, 1_000_000);
