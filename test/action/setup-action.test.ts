import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './support/runner.ts';

// The scripts of setup/action.yml, on a machine with next to nothing: an apt-get that says what it was given, and a uname.
const scratch = mkdtempSync(join(tmpdir(), 'setup-action-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Step {
  readonly name: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}
const { runs } = parse(readFileSync(join(ROOT, 'setup/action.yml'), 'utf8')) as { runs: { steps: readonly Step[] } };

/** A PATH with some programs of this machine, and scripts. */
function machine(uname: string, programs: readonly string[]): { path: string; installed: () => string } {
  const dir = mkdtempSync(join(scratch, 'machine-'));
  const path = join(dir, 'bin');
  const log = join(dir, 'apt.log');
  mkdirSync(path);
  writeFileSync(log, '');
  for (const name of ['bash', 'env', 'head', 'timeout']) {
    symlinkSync(spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), join(path, name));
  }
  const script = (name: string, text: string): void =>
    writeFileSync(join(path, name), `#!${path}/bash\n${text}\n`, { mode: 0o755 });
  script('apt-get', `echo "$@" >>${log}`);
  script('uname', `echo ${uname}`);
  script('id', 'echo 0');
  for (const name of programs) script(name, `echo ${name} of this machine`);
  return { path, installed: () => readFileSync(log, 'utf8') };
}

/** Runs a step as a runner does. */
function run(step: string, path: string, env: Record<string, string>) {
  const output = mkdtempSync(join(scratch, 'output-'));
  const file = join(output, 'out');
  writeFileSync(file, '');
  const script = runs.steps.find(({ name }) => name === step)?.run ?? '';
  const { status, stdout, stderr } = spawnSync(
    join(path, 'bash'),
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    { encoding: 'utf8', env: { PATH: path, GITHUB_OUTPUT: file, ...env } },
  );
  return { status, said: `${stdout}${stderr}`, output: readFileSync(file, 'utf8') };
}

describe('setup/action.yml', () => {
  test.each([
    ['x86_64', '', 'x86_64'],
    ['aarch64', '', 'aarch64'],
    ['x86_64', 'arm64', 'aarch64'],
    ['x86_64', 'x86_64, arm64', 'x86_64 aarch64'],
    ['x86_64', ' aarch64\nx86_64 ', 'aarch64 x86_64'],
    ['x86_64', ',', 'x86_64'],
  ])('on %s arch: "%s" chooses %s', (uname, ARCH, arches) => {
    expect(run('Choose architectures', machine(uname, []).path, { ARCH })).toEqual({
      ...{ status: 0, said: '', output: `arches=${arches}\n` },
    });
  });

  test('an architecture that is not known is an error, and no command of its own', () => {
    const { path } = machine('x86_64', []);
    expect(run('Choose architectures', path, { ARCH: 'x86_64,riscv64' })).toEqual({
      ...{ status: 1, said: '::error::arch: riscv64 is not known; use x86_64 or arm64\n', output: '' },
    });
    expect(run('Choose architectures', path, { ARCH: '*::warning::$(id)' }).said).toBe(
      '::error::arch: ???warning????id? is not known; use x86_64 or arm64\n',
    );
  });

  test.each([
    ['x86_64', 'qemu-system-x86', 'qemu-system-arm'],
    ['aarch64', 'qemu-system-arm', 'qemu-system-x86'],
  ])('for %s it installs %s, and not %s', (ARCHES, wanted, other) => {
    const { path, installed } = machine('x86_64', []);
    expect(run('Install QEMU', path, { ARCHES }).status).toBe(0);
    expect(installed()).toMatch(new RegExp(`^-q \\S+ \\S+ install -y --no-install-recommends ${wanted} `));
    expect(installed()).not.toContain(other);
  });

  test('it installs what is missing alone', () => {
    const { path, installed } = machine('x86_64', ['qemu-system-x86_64', 'qemu-img', 'xz', 'zstd']);
    expect(run('Install QEMU', path, { ARCHES: 'x86_64 aarch64' }).status).toBe(0);
    expect(installed()).toMatch(/ --no-install-recommends qemu-system-arm(?: debian-archive-keyring)?\n$/);
  });

  test('kernels of another architecture are emulated, whatever KVM does; where that is required it is an error', () => {
    const { path } = machine('x86_64', ['qemu-system-aarch64']);
    const emulated = run('Check', path, { ARCHES: 'aarch64', KVM: 'auto' });
    expect(emulated.status).toBe(0);
    expect(emulated.said).toBe(
      'qemu-system-aarch64 of this machine\n::notice::kernels of aarch64 are emulated on this machine\n',
    );
    expect(emulated.output).toMatch(/^kvm=(?:true|false)\n$/);
    const required = run('Check', path, { ARCHES: 'aarch64', KVM: 'require' });
    expect(required.status).toBe(1);
    expect(required.said).toContain('::error::KVM runs no kernel of aarch64 on this machine; ');
  });

  test('a QEMU that is not there fails the check', () => {
    expect(run('Check', machine('x86_64', []).path, { ARCHES: 'aarch64', KVM: 'auto' }).status).not.toBe(0);
  });
});
