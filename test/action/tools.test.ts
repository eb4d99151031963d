import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureTools, missingPackages } from '../../src/action/tools.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Arch } from '../../src/model/kernel.ts';

let scratch: string;
let bin: string;
const reported: string[] = [];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-tools-'));
  bin = join(scratch, 'bin');
  mkdirSync(bin);
  reported.length = 0;
});
afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** A machine with apt-get and sudo and nothing else. `installs`: what apt-get does on install. */
function machine(installs: string): void {
  for (const name of ['env', 'touch', 'chmod']) symlinkSync(`/usr/bin/${name}`, join(bin, name));
  program('sudo', 'shift\nexec "$@"');
  program('apt-get', `echo "$*" >>${scratch}/asked\ncase "$*" in *" install "*) ${installs} ;; esac`);
}

const requested = (): string =>
  existsSync(join(scratch, 'asked')) ? readFileSync(join(scratch, 'asked'), 'utf8') : '';

function ensure(install: 'auto' | 'never') {
  const env = { PATH: bin };
  const note = (text: string): void => void reported.push(text);
  const reporter = { say: note, notice: note, warning: note };
  return ensureTools(env, install, { host: createHost({ env }), signal: new AbortController().signal, log: reporter });
}

const MAKE_ALL = ['qemu-system-x86_64', 'xz', 'zstd', 'setpriv'].map((name) =>
  `touch NAME; chmod +x NAME`.replaceAll('NAME', name),
);

test('what is missing is installed in one go, and not again', async () => {
  machine(`cd ${bin} && ${MAKE_ALL.join(' && ')}`);
  await ensure('auto');
  expect(requested()).toMatch(/install -y --no-install-recommends qemu-system-x86 xz-utils zstd util-linux/);
  expect(reported.join()).toMatch(/installing qemu-system-x86 .* with apt-get \(install-qemu: never/);
  const before = requested();
  expect(missingPackages({ PATH: bin }).filter((name) => name !== 'debian-archive-keyring')).toEqual([]);
  if (missingPackages({ PATH: bin }).length > 0) return;
  await ensure('auto');
  expect(requested()).toBe(before);
});

test('stale lists get a second chance', async () => {
  machine(`[ -e ${scratch}/tried ] && exit 0; touch ${scratch}/tried; exit 100`);
  await ensure('auto');
  expect(requested().match(/\bupdate\b/g)).toHaveLength(1);
});

test('what cannot be installed is named, with the command to type', async () => {
  machine('exit 100');
  await expect(ensure('auto')).rejects.toThrow(/qemu-system-x86.*apt-get could not install.*sudo apt-get install -y/);
});

test('never means never', async () => {
  machine('exit 0');
  await expect(ensure('never')).rejects.toThrow(/install-qemu: never.*sudo apt-get install/);
  expect(requested()).toBe('');
});

test('a machine without apt gets a message', async () => {
  await expect(ensure('auto')).rejects.toThrow(/not Debian or Ubuntu/);
});

test('the QEMU of an architecture is wanted where its kernels are', () => {
  const qemus = (arches: readonly Arch[], env: Record<string, string> = {}): string[] =>
    missingPackages({ PATH: bin, ...env }, arches).filter((name) => name.startsWith('qemu-'));
  expect(qemus(['x86_64'])).toEqual(['qemu-system-x86']);
  expect(qemus(['aarch64'])).toEqual(['qemu-system-arm']);
  expect(qemus(['x86_64', 'aarch64'])).toEqual(['qemu-system-x86', 'qemu-system-arm']);
  expect(qemus(['aarch64'], { BPFCOMPAT_QEMU_AARCH64: '/opt/qemu' })).toEqual([]);
});

test('a QEMU of the user counts', () => {
  expect(missingPackages({ PATH: bin, BPFCOMPAT_QEMU: '/opt/qemu' })).not.toContain('qemu-system-x86');
});
