import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelFiles } from '../../src/model/kernel.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { type FakeDeb, makeArchive } from '../fakes/deb-archive.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { type KeyRing, makeKeys } from '../fakes/kernel-lab.ts';
import { bpfcompat } from './support/cli.ts';
import { example } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Two stored kernels of Debian as six builds of one package: the last two are the newer kernel, on which the function
// that the object attaches to has another name. One build in the middle is not a kernel at all.
const scratch = scratchDir();
const SUITE = 'test-backports';
const keyring = `/etc/apt/keyrings/bpfcompat-bisect-${process.pid}.gpg`;
let keys: KeyRing;
let server: FileServer;
let cwd: string;
let env: Record<string, string>;

async function stored(id: string): Promise<KernelFiles> {
  const environment = environmentOf({});
  const profile = await findProfile(createCatalog(environment), id);
  return (await ensureKernel(profile, { host: environment.host, offline: true })).files;
}

function build(kernel: KernelFiles, version: string): FakeDeb {
  const { release } = kernel.record;
  const dir = `lib/modules/${release}`;
  const modules = kernel.modules.map(({ name, path }) => [`${dir}/kernel/${name}.ko`, readFileSync(path)] as const);
  return {
    name: 'linux-image-lab-amd64',
    version,
    files: {
      [`boot/vmlinuz-${release}`]: readFileSync(kernel.vmlinuz),
      [`boot/config-${release}`]: readFileSync(kernel.config ?? ''),
      [`${dir}/modules.builtin`]: ['virtio_pci', 'virtio_console', 'dummy', 'veth', 'sch_ingress', 'cls_bpf']
        .filter((name) => !kernel.modules.some((one) => one.name === name))
        .map((name) => `kernel/drivers/${name}.ko\n`)
        .join(''),
      ...Object.fromEntries(modules),
    },
  };
}

beforeAll(async () => {
  keys = makeKeys();
  const [older, newer] = [await stored('debian-12-6.1'), await stored('debian-13-7.3')];
  const root = join(scratch, 'archive');
  mkdirSync(root);
  const broken = { name: 'linux-image-lab-amd64', version: '3', files: { 'usr/share/doc/lab/README': 'no kernel' } };
  const old = ['1', '2', '4'].map((version) => build(older, version));
  const recent = ['5', '6'].map((version) => build(newer, version));
  makeArchive(root, SUITE, [...old, broken, ...recent], keys.good);
  server = await serveFiles(root);
  cwd = mkdtempSync(join(scratch, 'work-'));
  env = { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache'), BPFCOMPAT_DEBIAN_MIRROR: server.url };
  mkdirSync('/etc/apt/keyrings', { recursive: true });
  writeFileSync(keyring, readFileSync(keys.good.keyring));
  mkdirSync(join(cwd, 'vm/profiles'), { recursive: true });
  writeFileSync(
    join(cwd, 'vm/profiles/lab.yaml'),
    `id: lab
distro: debian
kernel_family: any
arch: x86_64
kernel: {source: deb, archive: debian, suite: ${SUITE}, package: linux-image-lab-amd64, keyring: ${keyring}}
`,
  );
}, 300_000);
afterAll(async () => {
  rmSync(keyring, { force: true });
  keys.drop();
  await server?.[Symbol.asyncDispose]();
});

const FENTRY = [
  'bisect',
  '--artifact',
  example('fentry-unlink'),
  '--manifest',
  join(dirname(example('fentry-unlink')), 'manifest.yaml'),
];
const call = (args: readonly string[]) =>
  bpfcompat([...args, '--allow-profile-override'], { cwd, env, limitMs: 400_000 });

test('the first build that rejects is found in few boots, and both verdicts stand beside each other', async () => {
  const { code, stdout, stderr } = await call([...FENTRY, '--good', 'lab', '--bad', 'lab']);
  expect(code, stdout + stderr).toBe(2);
  const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, '  '));
  expect(lines[0]).toBe(
    '6 kernels from linux-image-lab-amd64 1 to linux-image-lab-amd64 6: the ends and at most 3 boots between them',
  );
  const requests = lines.slice(1, 7).map((line) => line.replace(/:.*/, ''));
  expect(requests).toEqual([
    'accepts linux-image-lab-amd64 1',
    'rejects linux-image-lab-amd64 6',
    'unknown linux-image-lab-amd64 3',
    'accepts linux-image-lab-amd64 2',
    'accepts linux-image-lab-amd64 4',
    'rejects linux-image-lab-amd64 5',
  ]);
  expect(lines[3]).toMatch(/no result, skipped: .*holds no kernel/);
  expect(stdout).toContain(
    'First to reject: linux-image-lab-amd64 5 (6 of 6 kernels tested; 1 inconclusive and skipped)',
  );
  expect(lines).toContain('version  4  5');
  expect(lines).toContainEqual(expect.stringMatching(/^kernel {2}6\.1\.\S+ {2}7\.3\S+$/));
  expect(lines).toContainEqual(expect.stringMatching(/^verdict {2}pass {2}fail \([A-Z_]+\)$/));
  expect(stdout).toContain('do_unlinkat');
}, 500_000);

test('an end that does not do its part is an error, and JSON says which', async () => {
  const { code, stdout } = await call([...FENTRY, '--good', 'lab@5', '--bad', 'lab@6', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'bpfcompat_bisect.v1',
    status: 'good_rejects',
    exit_code: 1,
    kernels: 2,
    rejects: { version: '5', result: 'rejects', finding: { title: expect.stringContaining('do_unlinkat') } },
    steps: [{ position: 0 }],
  });
}, 500_000);

test('several objects are an error, and an object of which nothing is loaded is accepted by no kernel', async () => {
  const ends = ['--good', 'lab@1', '--bad', 'lab@2'];
  const pattern = join(dirname(dirname(example('simple-pass'))), '{simple-pass,fentry-unlink}/*.bpf.o');
  const several = await call(['bisect', '--artifact', pattern, ...ends]);
  expect(several.code).toBe(1);
  expect(several.stderr).toContain('these are 2 objects (');
  const manifest = join(cwd, 'off.yaml');
  writeFileSync(manifest, 'programs: [{name: handle_exec, autoload: off}]\n');
  const { code, stdout } = await call([
    'bisect',
    '--artifact',
    example('simple-pass'),
    '--manifest',
    manifest,
    ...ends,
  ]);
  expect(code, stdout).toBe(1);
  expect(stdout).toContain('no result, skipped: no program of the object was loaded');
  expect(stdout).toContain('An end is inconclusive');
}, 500_000);

test('a build that no one offers, one build twice and another vendor are reported before anything boots', async () => {
  const said = async (good: string, bad: string) => {
    const { code, stderr } = await call([...FENTRY, '--good', good, '--bad', bad]);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await said('lab@7', 'lab')).toContain('--good lab@7: that build is not offered; there are 1, 2, 3, 4, 5, 6');
  expect(await said('lab@6', 'lab')).toContain('--good and --bad are one build, 6');
  expect(await said('lab', 'rocky-9-5.14')).toContain('are of two vendors');
  expect(await said('lab@', 'lab')).toContain('--good "lab@" is not a kernel');
});

test('a lock decides which build a run tests, online and offline, and a digest that is not that of the archive stops it', async () => {
  const locked = await call(['lock', '--kernels', 'lab']);
  expect(locked.code, locked.stderr).toBe(0);
  expect(locked.stdout).toContain('bpfcompat.lock is written');
  const args = ['test', '--artifact', example('simple-pass'), '--kernels', 'lab', '--locked', '--out', 'locked.json'];
  const { code, stderr } = await call([...args, '--offline']);
  expect(code, stderr).toBe(0);
  expect(targetOf(readReport(join(cwd, 'locked.json')), 'lab').kernel_package).toMatchObject({
    version: '6',
    locked: true,
    signer: expect.stringMatching(/^[0-9A-F]{40}$/),
    signer_owner: 'Test Archive <test@example.org>',
    url: expect.stringContaining(server.url),
  });

  const fresh = await call(['kernel-freshness', '--fail-on-stale', '--json']);
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(JSON.parse(fresh.stdout)).toMatchObject([{ profile: 'lab', status: 'fresh' }]);

  const file = join(cwd, 'bpfcompat.lock');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/sha256: .{8}/, 'sha256: 00000000'));
  const changed = await call(args);
  expect(changed.code).toBe(1);
  const { infra_error: why } = targetOf(readReport(join(cwd, 'locked.json')), 'lab');
  expect(why).toMatch(/^bpfcompat\.lock:6:14: linux-image-lab-amd64 6 has the digest .*and the lock has 00000000/);
  rmSync(file);
}, 500_000);
