import { spawn } from 'node:child_process';
import { chmod, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BASE_ARGS } from '../../../src/guests/qemu/argv.ts';
import { cpuModel, machineType } from '../../../src/guests/qemu/machines.ts';
import { PROBE_GUESTS } from '../../../src/guests/qemu/probe-guest.ts';
import {
  detectSandbox,
  layerNote,
  type Sandbox,
  sandboxForFiles,
  withoutOwnUid,
  wrap,
  wrappedFile,
} from '../../../src/guests/qemu/sandbox.ts';
import { toolEnv } from '../../../src/guests/qemu/tool-env.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';
import { processesWith } from '../processes.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const { signal } = new AbortController();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await detectSandbox(host, signal);
});

function run(command: string, args: readonly string[], files: readonly string[] = [], used = sandbox) {
  const wrapped = wrap(used, command, args, { files });
  return host.run(wrapped.command, wrapped.args, { env: toolEnv(host), cwd: '/', timeoutMs: 20_000 });
}

describe('sandbox', () => {
  it('has at least no-new-privs and limits wherever util-linux is', () => {
    expect(sandbox.layers).toEqual(expect.arrayContaining(['no-new-privs', 'limits']));
  });

  it('shows its layers in the process that runs inside', async () => {
    const status = (await run('cat', ['/proc/self/status'])).stdout.toString();
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^CapEff:\t0{16}$/m);
    const limits = (await run('cat', ['/proc/self/limits'])).stdout.toString();
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
    expect(limits).toMatch(/^Max open files +256 +256 /m);
    const net = (await run('readlink', ['/proc/self/ns/net'])).stdout.toString().trim();
    const outside = await readlink('/proc/self/ns/net');
    expect(net !== outside).toBe(sandbox.layers.includes('namespaces'));
    const uid = Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
    expect(uid >= 1_900_000_000).toBe(sandbox.layers.includes('own-uid'));
  });

  it('passes nothing of our environment on', async () => {
    const words = (await run('env', [])).stdout.toString().trim().split('\n');
    const names = words.map((word) => word.split('=')[0]);
    // PWD, OLDPWD and _ are the shell's own.
    expect(names.filter((name) => !['PATH', 'LC_ALL', 'HOME', 'PWD', 'OLDPWD', '_'].includes(name!))).toEqual([]);
  });

  it('hands files over by descriptor, from directories the inner uid cannot enter', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const names = ['with space', "quo'te", '$(id)'];
    for (const name of names) await host.files.writeAtomic(join(dir.path, name), name);
    const files = names.map((name) => join(dir.path, name));
    const result = await run('cat', [wrappedFile(0), wrappedFile(1), wrappedFile(2)], files);
    expect(result.stdout.toString()).toBe(names.join(''));
  });

  it('lets nothing write more than it may', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    await host.files.setMode(dir.path, 0o777);
    const script = ['-c', 'exec dd if=/dev/zero of="$1" bs=64k count=64 2>/dev/null', 'sh', join(dir.path, 'disk')];
    const wrapped = wrap(sandbox, 'sh', script, { files: [], maxFileBytes: 1024 * 1024 });
    const ended = await host.run(wrapped.command, wrapped.args, { env: toolEnv(host), cwd: '/' });
    expect(ended.exitCode).not.toBe(0);
    expect((await host.files.stat(join(dir.path, 'disk')))?.size).toBe(1024 * 1024);
  });

  it('hands over as many files as leave the channels alone', () => {
    const files = ['/a', '/b', '/c', '/d', '/e'];
    const plain = { layers: [], userNamespace: false };
    expect(wrap(plain, 'true', [], { files }).args.join(' ')).toMatch(/ 5<"\$5"/);
    expect(() => wrap(plain, 'true', [], { files: [...files, '/f'] })).toThrow(/6 files, of at most 5/);
  });

  it('gives up its own uid where that could not read a file', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const file = join(dir.path, 'private');
    await host.files.writeAtomic(file, 'x');
    await chmod(file, 0o600);
    const used = await sandboxForFiles(host, sandbox, { read: [file] }, signal);
    expect(used.layers).not.toContain('own-uid');
    expect((await run('cat', [wrappedFile(0)], [file], used)).stdout.toString()).toBe('x');
  });

  it('keeps it where the file is of our own cache: a strict umask is not a reason', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const file = join(dir.path, 'private');
    await host.files.writeAtomic(file, 'x');
    await chmod(file, 0o600);
    const used = await sandboxForFiles(host, sandbox, { read: [file] }, signal, true);
    expect(used.layers).toEqual(sandbox.layers);
  });

  it('leaves a file alone that everybody can read: a changed mode would look like changed contents', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const [closed, open] = [join(dir.path, 'closed'), join(dir.path, 'open')];
    for (const file of [closed, open]) await host.files.writeAtomic(file, 'x');
    await chmod(closed, 0o600);
    await chmod(open, 0o444);
    const before = await host.files.stat(open);
    await sandboxForFiles(host, sandbox, { read: [closed, open] }, signal, true);
    expect(await host.files.stat(open)).toEqual(before);
  });

  it('is tried once for files of the same modes, and again for others', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    let tried = 0;
    const counting: Host = { ...host, run: (...call) => host.run(...call).finally(() => tried++) };
    const fresh = { ...sandbox };
    const request = async (name: string, mode: number) => {
      const file = join(dir.path, name);
      await host.files.writeAtomic(file, 'x');
      await chmod(file, mode);
      return (await sandboxForFiles(counting, fresh, { read: [file] }, signal)).layers.includes('own-uid');
    };
    const ownUid = sandbox.layers.includes('own-uid');
    expect(await request('one', 0o644)).toBe(ownUid);
    expect(await request('two', 0o644)).toBe(ownUid);
    expect(tried).toBe(ownUid ? 1 : 0);
    expect(await request('private', 0o600)).toBe(false);
    expect(tried).toBe(ownUid ? 2 : 0);
  });

  it('gives it up where a file to write can only be read', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const file = join(dir.path, 'memory');
    await host.files.writeAtomic(file, 'x');
    const request = async () => (await sandboxForFiles(host, sandbox, { read: [], write: [file] }, signal)).layers;
    expect(await request()).not.toContain('own-uid');
    await chmod(file, 0o666);
    expect(await request()).toEqual(sandbox.layers);
  });

  it('runs QEMU: the probe guest gets through under TCG', async () => {
    await using dir = await host.files.tempDir('bpfcompat-sandbox-test-');
    const guest = join(dir.path, 'probe.bin');
    const probe = PROBE_GUESTS.x86_64;
    await host.files.writeAtomic(guest, probe.image);
    const argv = [
      ...BASE_ARGS,
      ...['-machine', machineType('x86_64', 'tcg'), '-cpu', cpuModel('x86_64', 'tcg'), '-m', '64'],
      ...[...probe.args, '-kernel', wrappedFile(0)],
    ];
    const result = await run('qemu-system-x86_64', argv, [guest]);
    expect(result.stderr.toString()).toBe('');
    expect(probe.passed(result.exitCode, '')).toBe(true);
  });

  it('leaves a QEMU without rights, under seccomp, and gone with us', async () => {
    const marker = `bpfcompat-proc-status-${process.pid}`;
    const argv = [...BASE_ARGS, '-machine', 'none', '-name', marker, '-S'];
    const wrapped = wrap(sandbox, 'qemu-system-x86_64', argv, { files: [] });
    // A parent that is killed without a chance to clean up, as bpfcompat may be.
    const parent = spawn('sh', ['-c', '"$@" & wait', 'sh', wrapped.command, ...wrapped.args], { env: toolEnv(host) });
    const isQemu = (command: string): boolean => command.includes(marker) && command.startsWith('qemu-system');
    await expect.poll(async () => (await processesWith(isQemu)).length, { timeout: 5000 }).toBe(1);
    const [pid] = await processesWith(isQemu);
    await expect.poll(() => readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^CapEff:\t0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    parent.kill('SIGKILL');
    await expect.poll(() => processesWith(isQemu), { timeout: 2000 }).toEqual([]);
  });
});

describe('what the report says about layers', () => {
  it('names those that should be there and are not', () => {
    const expected = ['namespaces', 'own-uid', 'no-new-privs', 'limits'] as const;
    const all: Sandbox = { layers: expected, userNamespace: false, requested: expected };
    expect(layerNote(all)).toBeUndefined();
    expect(layerNote(withoutOwnUid(all))).toContain('QEMU runs without own-uid:');
    expect(wrap(withoutOwnUid(all), 'true', [], { files: [] }).layers).not.toContain('own-uid');
  });

  it('has nothing to say where none was found to be missing', () => {
    expect(layerNote(sandbox)).toBeUndefined();
  });
});
