import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseAccel } from '../../../src/guests/qemu/accel.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, RunResult, TempDir } from '../../../src/host/host.ts';
import { script } from './script.ts';

const PLAIN = { layers: [], userNamespace: false } as const;
let dir: TempDir;

beforeEach(async () => {
  dir = await createHost({ env: {} }).files.tempDir('bpfcompat-accel-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

/** The real host, on a machine with or without a /dev/kvm that opens. */
function hostWith(kvm: 'absent' | 'denied' | 'opens', env: Host['env'] = {}): Host {
  const real = createHost({ env: { PATH: process.env['PATH'], ...env } });
  const done: RunResult = {
    ...{ exitCode: kvm === 'opens' ? 0 : 2, signal: null, truncated: false, timedOut: false, cancelled: false },
    ...{ stdout: Buffer.from('0\n'), stderr: Buffer.alloc(0), durationMs: 1 },
  };
  const aboutKvm = (args: readonly string[]): boolean => args.some((word) => word.includes('/dev/kvm'));
  return {
    ...real,
    arch: 'x86_64',
    run: async (command, args, options) => (aboutKvm(args) ? done : await real.run(command, args, options)),
    files: {
      ...real.files,
      stat: async (path) => {
        if (path !== '/dev/kvm') return await real.files.stat(path);
        return kvm === 'absent' ? undefined : await real.files.stat('/');
      },
    },
  };
}

async function choose(host: Host, qemuScript: string, signal = new AbortController().signal) {
  const command = await script(dir.path, 'qemu', `echo run >> '${dir.path}/runs'\n${qemuScript}`);
  const qemu = { command, version: '7.2.0', build: 'QEMU emulator version 7.2.0' };
  const chosen = await chooseAccel(host, {
    arch: 'x86_64',
    qemu,
    sandbox: PLAIN,
    cacheDir: join(dir.path, 'cache'),
    signal,
  });
  return chosen.accel;
}

const runs = async (): Promise<number> =>
  (await readFile(join(dir.path, 'runs'), 'utf8').catch(() => '')).split('\n').length - 1;

describe('chooseAccel', () => {
  it('takes KVM when the probe guest came through, and remembers it', async () => {
    const host = hostWith('opens');
    const accel = { accel: 'kvm', reason: 'a probe guest ran under KVM' };
    expect(await choose(host, 'exit 85')).toEqual(accel);
    expect(await choose(host, 'exit 85')).toEqual(accel);
    expect(await runs()).toBe(1);
  });

  it('does not look for a way to open a KVM that failed before', async () => {
    expect(await choose(hostWith('opens'), 'exit 1')).toMatchObject({ accel: 'tcg' });
    const host = hostWith('opens');
    const run = () => Promise.reject(new Error('it was opened'));
    expect(await choose({ ...host, run }, 'exit 85')).toMatchObject({ accel: 'tcg' });
    expect(await runs()).toBe(1);
  });

  it('probes again when the result on disk is damaged or from another QEMU', async () => {
    const host = hostWith('opens');
    await choose(host, 'exit 85');
    await host.files.writeAtomic(join(dir.path, 'cache/accel.json'), '{"key":"other","accel":"kvm","reason":"x"}');
    expect(await choose(host, 'exit 1')).toMatchObject({ accel: 'tcg' });
    await host.files.writeAtomic(join(dir.path, 'cache/accel.json'), '[');
    expect(await choose(host, 'exit 85')).toMatchObject({ accel: 'kvm' });
  });

  it('ends a probe that reports a KVM error and stays alive, and says which', async () => {
    const started = performance.now();
    const accel = await choose(hostWith('opens'), 'echo "KVM internal error. Suberror: 1" >&2; exec sleep 60');
    expect(accel).toEqual({
      accel: 'tcg',
      reason: '/dev/kvm opens, but a probe guest failed under KVM: KVM internal error. Suberror: 1',
    });
    expect(performance.now() - started).toBeLessThan(2900);
  });

  it('gives a hanging guest three seconds', async () => {
    const accel = await choose(hostWith('opens'), 'exec sleep 60');
    expect(accel).toMatchObject({ accel: 'tcg', reason: expect.stringContaining('no output within 3 s') });
  });

  it.each([
    ['absent', 'there is no /dev/kvm'],
    ['denied', 'join the group kvm'],
  ] as const)('takes TCG without a probe when /dev/kvm is %s', async (kvm, reason) => {
    expect(await choose(hostWith(kvm), 'exit 85')).toMatchObject({
      accel: 'tcg',
      reason: expect.stringContaining(reason),
    });
    expect(await runs()).toBe(0);
  });

  it('does what BPFCOMPAT_ACCEL says', async () => {
    expect(await choose(hostWith('opens', { BPFCOMPAT_ACCEL: 'tcg' }), 'exit 85')).toMatchObject({ accel: 'tcg' });
    expect(await runs()).toBe(0);
    expect(await choose(hostWith('opens', { BPFCOMPAT_ACCEL: 'kvm' }), 'exit 85')).toMatchObject({ accel: 'kvm' });
    expect(await runs()).toBe(1);
    await expect(choose(hostWith('opens', { BPFCOMPAT_ACCEL: 'fast' }), 'exit 85')).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('auto, kvm or tcg'),
    });
  });

  it.each([
    ['absent', 'exit 85', 'there is no /dev/kvm'],
    ['denied', 'exit 85', 'join the group kvm'],
    ['opens', 'echo broken >&2; exit 1', 'broken'],
    ['opens', 'exec sleep 60', 'no output within 3 s'],
  ] as const)('says within seconds why KVM cannot be had: %s, %s', async (kvm, qemu, reason) => {
    const started = performance.now();
    await expect(choose(hostWith(kvm, { BPFCOMPAT_ACCEL: 'kvm' }), qemu)).rejects.toMatchObject({
      name: 'HostError',
      code: 'kvm_unusable',
      message: expect.stringContaining(reason),
    });
    expect(performance.now() - started).toBeLessThan(6000);
  });

  it('probes again for who insists on KVM, whatever was found out before', async () => {
    await choose(hostWith('opens'), 'exit 1');
    expect(await choose(hostWith('opens', { BPFCOMPAT_ACCEL: 'kvm' }), 'exit 85')).toMatchObject({ accel: 'kvm' });
  });

  it('believes a silent probe for a while only, and a result until the next boot', async () => {
    const at = (minutes: number): Host => ({ ...hostWith('opens'), now: () => new Date(minutes * 60_000) });
    await choose(at(1000), 'exec sleep 60');
    await choose(at(1009), 'exit 85');
    expect(await runs()).toBe(1);
    expect(await choose(at(1011), 'exit 1')).toMatchObject({ accel: 'tcg' });
    await choose(at(9999), 'exit 85');
    expect(await runs()).toBe(2);
  });

  it('needs no cache that can be written', async () => {
    const host = hostWith('opens');
    await host.files.writeAtomic(join(dir.path, 'cache'), 'a file');
    expect(await choose(host, 'exit 85')).toMatchObject({ accel: 'kvm' });
  });

  it('remembers nothing when cancelled', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 200);
    await expect(choose(hostWith('opens'), 'exec sleep 60', cancel.signal)).rejects.toMatchObject({
      name: 'CancelledError',
    });
    expect(await choose(hostWith('opens'), 'exit 85')).toMatchObject({ accel: 'kvm' });
  });
});
