import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { KernelFiles } from '../../src/model/kernel.ts';
import { bpfcompat } from './support/cli.ts';
import { example } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';
import { storedKernel, unpackedVmlinux } from './support/stored-kernel.ts';

// Stored kernels of Debian as a kernel developer has them: an image, and a directory with its modules.
const scratch = scratchDir();
let split: KernelFiles;
let whole: KernelFiles;

/** @returns the directory, with `bzImage` and `modules/lib/modules/RELEASE` in it */
function unpackTo(name: string, { record, vmlinuz, config, modules }: KernelFiles): string {
  const dir = join(scratch, name);
  const tree = join(dir, 'modules/lib/modules', record.release);
  mkdirSync(tree, { recursive: true });
  copyFileSync(vmlinuz, join(dir, 'bzImage'));
  if (config !== undefined) copyFileSync(config, join(dir, `config-${record.release}`));
  for (const module of modules) copyFileSync(module.path, join(tree, `${module.name}.ko`));
  return dir;
}

beforeAll(async () => {
  split = await storedKernel('debian-12-6.1');
  whole = await storedKernel('debian-13-6.12');
  unpackTo('split', split);
  unpackTo('whole', whole);
  mkdirSync(join(scratch, 'tree'));
  writeFileSync(join(scratch, 'tree/vmlinux'), await unpackedVmlinux(whole));
}, 120_000);

const object = ['--artifact', example('simple-pass')];

test('kernels of one run boot beside those of profiles, and reports say that no one vouches for them', async () => {
  const cwd = join(scratch, 'run');
  mkdirSync(cwd);
  const own = ['--kernel', '../split/bzImage,modules=../split/modules', '--kernel', '../whole/bzImage,name=mine'];
  own.push('--kernel', '../tree,name=elf');
  const args = ['test', ...object, '--kernels', 'debian-13-7.3', ...own, '--offline', '--out', 'report.json'];
  const { code, stdout, stderr } = await bpfcompat(args, { cwd, limitMs: 400_000 });
  expect(`${stdout}${stderr}`).toContain('Status: pass');
  expect(code).toBe(0);
  const report = readReport(join(cwd, 'report.json'));
  const id = `local-${split.record.release}`.replaceAll('+', '_');
  expect(report.targets?.map(({ profile_id }) => profile_id)).toEqual(['debian-13-7.3', id, 'mine', 'elf']);
  // The same build, packed and not.
  expect(targetOf(report, 'elf').kernel_package).toMatchObject({
    name: 'vmlinux',
    version: whole.record.release,
    build_id: targetOf(report, 'mine').kernel_package?.build_id,
  });
  expect(targetOf(report, 'elf').kernel_package?.build_id).toMatch(/^[0-9a-f]{40}$/);
  expect(targetOf(report, id)).toMatchObject({
    kernel_package: {
      name: 'bzImage',
      version: split.record.release,
      archive: join(scratch, 'split/bzImage'),
      sha256: split.record.vmlinuz.sha256,
      vouched_by: 'nobody',
    },
  });
  expect(stdout).toContain(
    `kernel mine is ${whole.record.release} from ${join(scratch, 'whole/bzImage')}, a local file, unverified (sha256 ${whole.record.vmlinuz.sha256})`,
  );
  // What a report prints runs the same on the same kernel.
  const explained = await bpfcompat(['explain', 'report.json', '--kernel', 'mine'], { cwd });
  expect(explained.stdout).toContain(`--kernel ${join(scratch, 'whole/bzImage')},name=mine`);
  expect(explained.stdout).not.toContain('--kernels');
}, 500_000);

test('a suite checks every case on the kernel that was typed, besides the kernels of its file', async () => {
  const cwd = join(scratch, 'suite');
  mkdirSync(cwd);
  for (const name of ['simple-pass', 'fentry-unlink']) copyFileSync(example(name), join(cwd, `${name}.bpf.o`));
  const cases = [
    '{name: everywhere, artifact: simple-pass.bpf.o, kernels: [debian-12-6.1]}',
    // The function that it attaches to has another name in 7.3.
    '{name: until-7.2, artifact: fentry-unlink.bpf.o, kernels: [debian-13-7.3]}',
  ];
  writeFileSync(join(cwd, 'suite.yaml'), `name: own\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`);
  const own = ['--kernel', '../whole/bzImage,name=mine', '--offline', '--out', 'suite.json'];
  const args = ['suite', '--suite', 'suite.yaml', ...own];
  const { code, stdout, stderr } = await bpfcompat(args, { cwd, limitMs: 400_000 });
  expect(code, stdout + stderr).toBe(2);
  const verdicts = ['everywhere', 'until-7.2'].map((name) => {
    const report = readReport(join(cwd, `reports/suites/${name}.json`));
    return report.targets?.map(({ profile_id, status }) => [profile_id, status]);
  });
  expect(verdicts).toEqual([
    [
      ['debian-12-6.1', 'pass'],
      ['mine', 'pass'],
    ],
    [
      ['debian-13-7.3', 'fail'],
      ['mine', 'pass'],
    ],
  ]);
  const mine = targetOf(readReport(join(cwd, 'reports/suites/until-7.2.json')), 'mine');
  expect(mine.kernel_package).toMatchObject({ archive: join(scratch, 'whole/bzImage'), vouched_by: 'nobody' });
}, 500_000);

test('a kernel without its modules is said to lack them, and does not wait for its limit', async () => {
  const cwd = join(scratch, 'alone');
  mkdirSync(cwd);
  // Without its configuration beside it no one knows before it is booted.
  copyFileSync(split.vmlinuz, join(cwd, 'bzImage'));
  const args = ['test', ...object, '--kernel', 'bzImage', '--out', 'report.json', '--timeout', '300s'];
  const { code, stdout, stderr } = await bpfcompat(args, { cwd, limitMs: 250_000 });
  expect(code, stdout + stderr).toBe(1);
  expect(stdout).toMatch(/inconclusive: .*the kernel has no driver virtio_pci; name the directory with its modules/);
}, 300_000);

test('a profile of the repository names files of it, and no others', async () => {
  const cwd = join(scratch, 'repository');
  const dir = join(cwd, 'matrices/profiles');
  mkdirSync(join(cwd, 'kernels'), { recursive: true });
  mkdirSync(dir, { recursive: true });
  copyFileSync(whole.vmlinuz, join(cwd, 'kernels/bzImage'));
  const write = (path: string): void =>
    writeFileSync(
      join(dir, 'mine.yaml'),
      `id: mine\ndistro: local\nkernel_family: "6.12"\narch: x86_64\nkernel:\n  source: file\n  image: ${path}\n`,
    );
  const run = () =>
    bpfcompat(['test', ...object, '--kernels', 'mine', '--offline', '--out', 'report.json'], { cwd, limitMs: 400_000 });
  write('../../kernels/bzImage');
  expect((await run()).stdout).toContain('Status: pass');
  write('../../../whole/bzImage');
  const outside = await run();
  expect(outside.code).toBe(1);
  expect(outside.stderr).toMatch(/mine\.yaml:7:\d+: kernel\.image "\.\.\/\.\.\/\.\.\/whole\/bzImage" lies outside of/);
}, 500_000);
