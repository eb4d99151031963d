import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { storedFacts } from '../../src/kernels/facts/read-facts.ts';
import { pruneKernels } from '../../src/kernels/inventory.ts';
import { ensureModules, storedModules } from '../../src/kernels/module-supply.ts';
import type { ModuleShelf } from '../../src/kernels/modules/module-shelf.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelRecord, Profile } from '../../src/model/kernel.ts';
import { bzImage } from '../fakes/bzimage.ts';
import { kernelModule } from '../fakes/kernel-module.ts';
import { labProfile } from '../fakes/store-lab.ts';
import { arm64Image, zboot } from '../fakes/zboot.ts';

const RELEASE = '6.18.0';
const CONFIG = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n';

let dir: string;
const at = (...parts: string[]): string => join(dir, ...parts);
const put = (path: string, data: string | Uint8Array): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), data);
};
const host = () => createHost({ env: { PATH: process.env['PATH'], HOME: dir, BPFCOMPAT_CACHE_DIR: at('cache') } });
const moduleOf = (...functions: string[]): Buffer => kernelModule({ release: RELEASE, functions });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-supply-'));
  for (const whose of ['vendor', 'repository']) {
    put(`${whose}/bzImage`, bzImage({ release: RELEASE }));
    put(`${whose}/config`, whose === 'vendor' ? CONFIG : `${CONFIG}CONFIG_BPF_LSM=y\n`);
    put(`${whose}/modules/nf_conntrack.ko`, moduleOf(`of_${whose}`));
  }
  put('repository/modules/only_there.ko', moduleOf('only_there'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function profileOf(whose: string): Profile {
  const kernel = {
    source: 'file' as const,
    image: at(whose, 'bzImage'),
    config: at(whose, 'config'),
    modules: at(whose, 'modules'),
  };
  return labProfile(whose, { distro: 'local', version: '', kernelFamily: '6.18', kernel });
}

async function shelfOf(
  whose: string,
  more: Partial<Profile> = {},
): Promise<{ shelf: ModuleShelf; record: KernelRecord }> {
  const profile = { ...profileOf(whose), ...more };
  const { files } = await ensureKernel(profile, { host: host() });
  return { record: files.record, shelf: await ensureModules(profile, files.record, { host: host() }) };
}
const bytesOf = async (shelf: ModuleShelf, name: string): Promise<Buffer> =>
  Buffer.from((await shelf.read([name], undefined))[0]?.bytes ?? []);

test('modules of a repository do not pass for those of a kernel with the same image', async () => {
  const repository = await shelfOf('repository');
  expect((await repository.shelf.look(['only_there'])).found).toEqual(['module']);
  const { files } = await ensureKernel(profileOf('vendor'), { host: host() });
  expect(files.record.vmlinuz).toEqual(repository.record.vmlinuz);
  expect(await storedModules(host(), files.record)).toBeUndefined();
  const vendor = await shelfOf('vendor');
  expect((await vendor.shelf.look(['only_there'])).found).toEqual(['absent']);
  expect(await bytesOf(vendor.shelf, 'nf_conntrack')).toEqual(readFileSync(at('vendor/modules/nf_conntrack.ko')));
});

test('the same holds for what is known of a kernel without booting it', async () => {
  const factsOf = async (whose: string) =>
    storedFacts(host(), (await ensureKernel(profileOf(whose), { host: host() })).files, undefined);
  expect((await factsOf('repository')).config).toContain('CONFIG_BPF_LSM=y');
  expect((await factsOf('vendor')).config).toBe(CONFIG);
});

test('modules of this machine stay where they are, and are read again once a build has replaced them', async () => {
  cpSync(at('vendor'), at('before'), { recursive: true });
  const { shelf } = await shelfOf('vendor');
  expect(readdirSync(at('vendor/modules'))).toEqual(['nf_conntrack.ko']);
  expect(await bytesOf(shelf, 'nf_conntrack')).toEqual(readFileSync(at('before/modules/nf_conntrack.ko')));
  put('vendor/modules/nf_conntrack.ko', moduleOf('newer'));
  put('vendor/modules/added.ko', moduleOf('added'));
  const newer = (await shelfOf('vendor')).shelf;
  expect((await newer.look(['added'])).found).toEqual(['module']);
  expect(await bytesOf(newer, 'nf_conntrack')).toEqual(readFileSync(at('vendor/modules/nf_conntrack.ko')));
});

test('modules of a kernel that came as an EFI zboot image are found, though what is stored is the image in it', async () => {
  put('vendor/bzImage', zboot(arm64Image(RELEASE), 'gzip'));
  const { shelf } = await shelfOf('vendor', { arch: 'aarch64' });
  expect((await shelf.look(['nf_conntrack'])).found).toEqual(['module']);
});

test('a clean-up keeps the modules of stored kernels, and those alone', async () => {
  const { record } = await shelfOf('vendor');
  // As an older version kept them, and of a kernel that is gone.
  put(`cache/modules/${record.vmlinuz.sha256}/index`, '');
  put(`cache/modules/${'0'.repeat(64)}@${'0'.repeat(16)}/index`, '');
  await pruneKernels(host());
  expect(readdirSync(at('cache/modules'))).toHaveLength(1);
  expect(await storedModules(host(), record)).toBeDefined();
  await pruneKernels(host(), { keep: [] });
  expect(readdirSync(at('cache/modules'))).toEqual([]);
  expect(existsSync(at('vendor/modules/nf_conntrack.ko'))).toBe(true);
});
