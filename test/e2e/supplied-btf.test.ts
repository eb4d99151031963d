import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { namedSections } from '../../src/elf/named-sections.ts';
import { bpfcompat } from './support/cli.ts';
import { confusionObject } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';
import { storedKernel, unpackedVmlinux } from './support/stored-kernel.ts';

// A kernel of Debian in whose image the file of its BTF has another name: libbpf finds none, as on kernels without it.
const scratch = scratchDir();
let sha256: string;

beforeAll(async () => {
  const vmlinux = await unpackedVmlinux(await storedKernel('debian-13-6.12'));
  const section = namedSections(vmlinux, 4096)?.find(({ name }) => name === '.BTF');
  if (section === undefined) throw new Error('the kernel has no BTF');
  const at = Number(section.offset);
  const btf = vmlinux.subarray(at, at + Number(section.size));
  sha256 = createHash('sha256').update(btf).digest('hex');
  writeFileSync(join(scratch, 'kernel.btf'), btf);
  const name = Buffer.from('\0vmlinux\0');
  for (let from = vmlinux.indexOf(name); from >= 0; from = vmlinux.indexOf(name, from + 1))
    vmlinux.write('hidden0', from + 1);
  writeFileSync(join(scratch, 'vmlinux'), vmlinux);
  const hub = ['-C', scratch, '-cJf', join(scratch, '6.12.btf.tar.xz'), 'kernel.btf'];
  execFileSync('tar', hub, { env: { ...process.env, XZ_OPT: '-0' } });
}, 120_000);

test('an object is tested with the BTF of the user where the kernel has none, and reports have both verdicts', async () => {
  const cwd = join(scratch, 'repository');
  const dir = join(cwd, 'matrices/profiles');
  mkdirSync(dir, { recursive: true });
  for (const name of ['vmlinux', 'kernel.btf']) renameSync(join(scratch, name), join(dir, name));
  writeFileSync(join(dir, 'cut.btf'), 'short');
  for (const [id, btf] of [
    ['old', 'kernel.btf'],
    ['cut', 'cut.btf'],
  ]) {
    const head = `id: ${id}\ndistro: local\nkernel_family: "6.12"\narch: x86_64\nbtf: ${btf}\n`;
    writeFileSync(join(dir, `${id}.yaml`), `${head}kernel:\n  source: file\n  image: vmlinux\n`);
  }
  const object = ['--artifact', confusionObject('core_guarded'), '--kernels', 'debian-13-6.12,old,cut'];
  const args = ['test', ...object, '--btf', '../6.12.btf.tar.xz', '--offline', '--out', 'report.json'];
  const { stdout } = await bpfcompat(args, { cwd, limitMs: 400_000 });
  const report = readReport(join(cwd, 'report.json'));
  const old = targetOf(report, 'old');
  expect(old).toMatchObject({ status: 'pass', btf: { kernel_btf_available: false } });
  expect(old.btf?.supplied).toEqual({
    path: join(dir, 'kernel.btf'),
    sha256,
    size_bytes: expect.any(Number),
    used: true,
    without: { status: 'fail', failed_stage: 'load', code: 'MISSING_BTF' },
  });
  expect(old.notes?.join('\n')).toContain('Without it: fail at load (MISSING_BTF)');
  expect(stdout).toContain(`kernel old: where it has no BTF, CO-RE gets kernel.btf (sha256 ${sha256})`);
  // Of its archive the flag has the same bytes, which a kernel with BTF has no use for.
  const own = { path: join(scratch, '6.12.btf.tar.xz'), sha256, used: false, reason: 'kernel_has_btf' };
  expect(targetOf(report, 'debian-13-6.12').btf?.supplied).toMatchObject(own);
  expect(targetOf(report, 'cut')).toMatchObject({ status: 'infra_error', infra_cause: 'profile_invalid' });
  expect(targetOf(report, 'cut').infra_error).toMatch(/cut\.yaml:5:\d+: btf .*cut\.btf: it has 5 bytes/);
}, 500_000);

test('of a directory of BTFHub each kernel gets the file of its release, and where none fits that is an error', async () => {
  const cwd = join(scratch, 'repository');
  const image = join(cwd, 'matrices/profiles/vmlinux');
  const { release } = (await storedKernel('debian-13-6.12')).record;
  const hub = join(scratch, 'hub');
  mkdirSync(join(hub, 'debian/13/x86_64'), { recursive: true });
  renameSync(join(scratch, '6.12.btf.tar.xz'), join(hub, `debian/13/x86_64/${release}.btf.tar.xz`));
  mkdirSync(join(hub, 'ubuntu/24.04/x86_64'), { recursive: true });
  const profile = `distro: ubuntu\nversion: "24.04"\nkernel_family: "6.12"\narch: x86_64\nkernel:\n  source: file\n  image: vmlinux\n`;
  writeFileSync(join(cwd, 'matrices/profiles/other.yaml'), `id: other\n${profile}`);
  const object = ['--artifact', confusionObject('core_guarded'), '--kernels', 'other', '--kernel', `${image},name=own`];
  const args = ['test', ...object, '--btf', hub, '--offline', '--out', 'report.json'];
  const { stdout, stderr, code } = await bpfcompat(args, { cwd, limitMs: 400_000 });
  expect(code, stderr).toBe(1);
  const report = readReport(join(cwd, 'report.json'));
  expect(targetOf(report, 'own')).toMatchObject({
    status: 'pass',
    btf: { supplied: { path: join(hub, `debian/13/x86_64/${release}.btf.tar.xz`), sha256, used: true } },
  });
  const other = targetOf(report, 'other');
  expect(other).toMatchObject({ status: 'infra_error', infra_cause: 'btf_unavailable' });
  expect(other.infra_error).toContain(`has no ubuntu/24.04/x86_64/${release}.btf`);
  expect(other.infra_error).toMatch(/it has debian\/13\/.*Without BTF: fail at load \(MISSING_BTF\)/);
  expect(stdout).toContain('kernel other: no BTF for it: ');
}, 500_000);
