import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const SETUP = fileURLToPath(new URL('../../scripts/setup.sh', import.meta.url));
const SHELL_TOOLS = ['sh', 'cat', 'cut', 'sort', 'tr', 'sed'];
const dirs: string[] = [];

afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** Runs setup.sh on a machine whose PATH holds these programs and nothing else. */
function setup(programs: Record<string, string>, ...args: string[]) {
  const bin = join(mkdtempSync(join(tmpdir(), 'setup-test-')), 'bin');
  dirs.push(join(bin, '..'));
  mkdirSync(bin);
  for (const tool of SHELL_TOOLS) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(bin, tool));
  }
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const { status, stderr } = spawnSync('/bin/sh', [SETUP, ...args], { env: { PATH: bin }, encoding: 'utf8' });
  return { status, stderr };
}

const NODE = { node: 'echo v20.1.0', npm: ':' };

test('names the remedy when node is missing or too old', () => {
  expect(setup({})).toMatchObject({ status: 1, stderr: expect.stringContaining('install Node.js 20 or newer') });
  const old = setup({ ...NODE, node: 'echo v18.19.0' });
  expect(old).toMatchObject({ status: 1, stderr: expect.stringContaining('v18.19.0 is too old') });
  expect(setup({ node: NODE.node })).toMatchObject({ status: 1, stderr: expect.stringContaining('npm is missing') });
});

test('is content with node alone when no purpose is given', () => {
  expect(setup(NODE)).toEqual({ status: 0, stderr: '' });
});

test('lists what is missing on a system without apt and stops', () => {
  const { status, stderr } = setup({ ...NODE, zstd: ':' }, 'run');
  expect(status).toBe(1);
  expect(stderr).toContain('qemu-system-x86_64  (package qemu-system-x86: boots the kernels)');
  expect(stderr).not.toContain('package zstd');
  expect(stderr).toContain('not a Debian or Ubuntu system');
});

test('only reports with --check', () => {
  const { status, stderr } = setup({ ...NODE, 'apt-get': 'echo APT WAS CALLED >&2' }, '--check', 'run');
  expect(status).toBe(1);
  expect(stderr).toMatch(/to install: apt-get update && apt-get install -y --no-install-recommends .*qemu-system-x86/);
  expect(stderr).not.toContain('APT WAS CALLED');
});

test('prints the one command when it may not install', () => {
  const may = { ...NODE, 'apt-get': 'echo APT WAS CALLED >&2', id: 'echo 1000' };
  const withSudo = setup({ ...may, sudo: 'exit 1' }, 'run');
  expect(withSudo.status).toBe(1);
  expect(withSudo.stderr).toMatch(/^ {2}sudo sh -c 'apt-get update && apt-get install .*'$/m);
  expect(withSudo.stderr).not.toContain('APT WAS CALLED');
  expect(setup(may, 'run').stderr).toMatch(/^ {2}su -c 'apt-get update && apt-get install .*'$/m);
});

test('installs as root and says so when packages are still missing afterwards', () => {
  const calls = { 'apt-get': 'echo "apt-get $*" >&2', 'apt-cache': ':', id: 'echo 0', env: 'shift; exec "$@"' };
  const { status, stderr } = setup({ ...NODE, ...calls }, 'run');
  expect(stderr).toMatch(/apt-get .*update/);
  expect(stderr).toMatch(/apt-get .*install -y --no-install-recommends .*qemu-system-x86/);
  expect(stderr).toContain('still missing after the installation: cmd:qemu-system-x86_64');
  expect(status).toBe(1);
});

test('names the component to enable when the archive lacks a package', () => {
  const calls = { 'apt-get': ':', 'apt-cache': 'exit 100', id: 'echo 0', env: 'shift; exec "$@"' };
  const { status, stderr } = setup({ ...NODE, ...calls }, 'run');
  expect(status).toBe(1);
  expect(stderr).toContain('add-apt-repository universe');
});

test('Ubuntu gets everything but a browser, which it has as a snap alone', () => {
  const machine = (id: string) => `case "$*" in *os-release*) [ "$2" = ID=${id} ] ;; *) exec /bin/grep "$@" ;; esac`;
  const calls = { 'apt-get': 'echo "apt-get $*" >&2', 'apt-cache': ':', id: 'echo 0', env: 'shift; exec "$@"' };
  const install = (id: string): string =>
    /apt-get .*install .*/.exec(setup({ ...NODE, ...calls, grep: machine(id) }, 'run', 'test').stderr)?.[0] ?? '';
  expect(install('debian')).toMatch(/ chromium .*qemu-system-x86/);
  expect(install('ubuntu')).toBe(install('debian').replace(' chromium ', ' '));
});

test('rejects a purpose it does not know', () => {
  expect(setup(NODE, 'fly')).toMatchObject({ status: 1, stderr: expect.stringContaining('unknown purpose "fly"') });
});

test('Python packages are installed as they were looked at, and no others', () => {
  const commands = readFileSync(SETUP, 'utf8').match(/bin\/pip"? install[^\n]*/g) ?? [];
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) expect(command).toContain('--require-hashes');
  for (const name of ['virtme-ng', 'schemathesis']) {
    const pins = readFileSync(join(SETUP, `../${name}.txt`), 'utf8')
      .split('\n')
      .filter((line) => /^[^#\s]/.test(line));
    expect(pins.some((pin) => pin.startsWith(`${name}==`))).toBe(true);
    // Those with compiled parts have a hash for each Python and architecture.
    for (const pin of pins) expect(pin).toMatch(/^[a-z0-9-]+==[0-9.a-z]+(?: --hash=sha256:[0-9a-f]{64})+$/);
  }
});
