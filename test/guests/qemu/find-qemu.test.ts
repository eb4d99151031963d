import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findQemu } from '../../../src/guests/qemu/find-qemu.ts';
import { detectSandbox } from '../../../src/guests/qemu/sandbox.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { TempDir } from '../../../src/host/host.ts';
import { startError } from '../../../src/host/start-error.ts';
import { script } from './script.ts';

const { signal } = new AbortController();
let dir: TempDir;

beforeAll(async () => {
  dir = await createHost({ env: {} }).files.tempDir('bpfcompat-qemu-test-');
});
afterAll(() => dir[Symbol.asyncDispose]());

async function find(text: string) {
  const path = await script(dir.path, 'qemu', text);
  return await findQemu(createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_QEMU: path } }), 'x86_64', signal);
}

describe('findQemu', () => {
  it('finds the installed one', async () => {
    const qemu = await findQemu(createHost({ env: { PATH: process.env['PATH'] } }), 'x86_64', signal);
    expect(qemu.command).toBe('qemu-system-x86_64');
    expect(qemu.version).toMatch(/^\d+\.\d+/);
  });

  describe('run inside of the layers of this machine', () => {
    const within = async (mode: number): Promise<{ readonly uid: number; readonly own: boolean }> => {
      await chmod(dir.path, mode);
      const path = await script(dir.path, 'who', 'echo "QEMU emulator version 9.9.$(id -u) (x)"');
      const host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_QEMU: path } });
      const sandbox = await detectSandbox(host, signal);
      const { version } = await findQemu(host, 'x86_64', signal, sandbox);
      return { uid: Number(version.split('.')[2]), own: sandbox.layers.includes('own-uid') };
    };

    it('runs as no one else, as guests do', async () => {
      const { uid, own } = await within(0o755);
      expect(uid >= 1_900_000_000).toBe(own);
    });

    it('is found as well where only its user can reach it', async () => {
      expect((await within(0o700)).uid).toBe(process.getuid?.());
    });
  });

  it.each(['7.2.0', '7.2.22', '10.0.3', '10.1.92'])('takes %s', async (version) => {
    expect((await find(`echo "QEMU emulator version ${version} (Debian 1:x)"`)).version).toBe(version);
  });

  it.each(['7.1.0', '6.2.0', '2.11.1'])('rejects %s and says what to do', async (version) => {
    await expect(find(`echo "QEMU emulator version ${version}"`)).rejects.toMatchObject({
      name: 'HostError',
      code: 'qemu_too_old',
      message: expect.stringMatching(/at least 7\.2 is needed.*BPFCOMPAT_QEMU/),
    });
  });

  it('rejects a program that is not QEMU or does not start', async () => {
    await expect(find('echo hello')).rejects.toMatchObject({ code: 'qemu_broken' });
    await expect(find('echo "missing libfoo.so" >&2; exit 127')).rejects.toMatchObject({
      code: 'qemu_broken',
      message: expect.stringContaining('missing libfoo.so'),
    });
  });

  it('names the package when there is none', async () => {
    const host = createHost({ env: { PATH: dir.path } });
    await expect(findQemu(host, 'x86_64', signal)).rejects.toMatchObject({
      name: 'HostError',
      code: 'qemu_missing',
      message: expect.stringContaining('apt-get install qemu-system-x86'),
    });
  });

  it('names the variable when that is what names it', async () => {
    const host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_QEMU: '/no/qemu' } });
    const message = expect.stringMatching(/^cannot run BPFCOMPAT_QEMU=\/no\/qemu; .*unset the variable/);
    await expect(findQemu(host, 'x86_64', signal)).rejects.toMatchObject({ code: 'qemu_missing', message });
  });

  it('does not advise to install what could not be started for another reason', async () => {
    const run = () => Promise.reject(startError('qemu', Object.assign(new Error('x'), { code: 'EMFILE' })));
    await expect(findQemu({ ...createHost({ env: {} }), run }, 'x86_64', signal)).rejects.toMatchObject({
      code: 'limit_reached',
      message: expect.stringMatching(/too many open files.*ulimit -n/),
    });
  });

  it('stops when cancelled', async () => {
    const cancel = new AbortController();
    cancel.abort();
    const host = createHost({ env: { PATH: process.env['PATH'] } });
    await expect(findQemu(host, 'x86_64', cancel.signal)).rejects.toMatchObject({ name: 'CancelledError' });
  });
});
