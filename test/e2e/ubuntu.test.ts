import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { serveFiles } from '../fakes/file-server.ts';
import { type KeyRing, makeKeys } from '../fakes/kernel-lab.ts';
import { makeUbuntu, ubuntuPackages } from '../fakes/ubuntu-archive.ts';
import { bpfcompat } from './support/cli.ts';
import { example } from './support/places.ts';
import { readReport } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// A kernel of Debian that is stored here, packed as Ubuntu packs its own, in an archive like Ubuntu's.
const KERNEL = 'debian-13-6.12';
/** What a guest wants; the store has as modules what is not built in. */
const WANTED = ['virtio_pci', 'virtio_console', 'dummy', 'veth', 'sch_ingress', 'cls_bpf'];
const scratch = scratchDir();
let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

test('a kernel out of an Ubuntu archive boots and responds', async () => {
  const environment = environmentOf({});
  const profile = await findProfile(createCatalog(environment), KERNEL);
  const { files } = await ensureKernel(profile, { host: environment.host, offline: true });
  const { release } = files.record;
  const modules = new Map(files.modules.map(({ name, path }) => [name, readFileSync(path)]));
  const builtin = WANTED.filter((name) => !modules.has(name));
  const packages = ubuntuPackages({
    release,
    version: '6.12.0-1.1',
    vmlinuz: readFileSync(files.vmlinuz),
    config: readFileSync(files.config ?? ''),
    builtin: builtin.map((name) => `kernel/drivers/${name}.ko`),
    modules,
  });
  const root = join(mkdtempSync(join(scratch, 'archive-')), 'ubuntu');
  mkdirSync(root);
  makeUbuntu(root, 'plucky', [], keys.good);
  makeUbuntu(root, 'plucky-updates', packages, keys.good);
  makeUbuntu(root, 'plucky-security', [], keys.good);
  await using server = await serveFiles(root);
  const cwd = mkdtempSync(join(scratch, 'work-'));
  const keyring = `/etc/apt/keyrings/bpfcompat-test-${process.pid}.gpg`;
  mkdirSync(join(cwd, 'vm/profiles'), { recursive: true });
  mkdirSync('/etc/apt/keyrings', { recursive: true });
  writeFileSync(keyring, readFileSync(keys.good.keyring));
  writeFileSync(
    join(cwd, 'vm/profiles/repacked-6.12.yaml'),
    `id: repacked-6.12
distro: ubuntu
version: "25.04"
kernel_family: "6.12"
arch: x86_64
kernel:
  source: deb
  archive: ubuntu
  suite: plucky-updates plucky-security plucky
  package: linux-image-6.12.*-cloud-amd64
  keyring: ${keyring}
boot: {kernel_args: [lockdown=integrity]}
`,
  );
  try {
    const env = { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache'), BPFCOMPAT_UBUNTU_MIRROR: server.url };
    const args = [
      'test',
      '--artifact',
      example('simple-pass'),
      '--kernels',
      'repacked-6.12',
      '--allow-profile-override',
    ];
    const { code, stdout, stderr } = await bpfcompat([...args, '--out', 'r.json'], { cwd, env, limitMs: 300_000 });
    expect(`${stdout}${stderr}`).toContain('repacked-6.12');
    expect(code).toBe(0);
    const [target] = readReport(join(cwd, 'r.json')).targets ?? [];
    expect(target).toMatchObject({ status: 'pass', profile_id: 'repacked-6.12' });
    // As the profile says; a kernel that does not lock itself down would be an infra error.
    expect(readFileSync(join(cwd, 'r.json'), 'utf8')).toContain('"lockdown": "none [integrity] confidentiality"');
  } finally {
    rmSync(keyring);
  }
});
