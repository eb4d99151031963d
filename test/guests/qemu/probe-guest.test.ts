import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpuModel, MACHINES, machineType } from '../../../src/guests/qemu/machines.ts';
import { PROBE_GUESTS } from '../../../src/guests/qemu/probe-guest.ts';
import { createHost } from '../../../src/host/create-host.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const SOURCES = join(import.meta.dirname, '../../../src/guests/qemu');

test('the guest for x86_64 is what its source assembles to', async () => {
  await using dir = await host.files.tempDir('bpfcompat-probe-test-');
  const object = join(dir.path, 'probe.o');
  const binary = join(dir.path, 'probe.bin');
  const assembled = await host.run('as', ['--64', join(SOURCES, 'probe-guest.S'), '-o', object]);
  expect(assembled.stderr.toString()).toBe('');
  await host.run('ld', ['-Ttext=0x100000', '-e', '0x100000', '--oformat', 'binary', '-o', binary, object]);
  expect((await host.files.read(binary, 4096)).toString('hex')).toBe(PROBE_GUESTS.x86_64.image.toString('hex'));
});

test('the guest for arm64 is what its source assembles to', async () => {
  await using dir = await host.files.tempDir('bpfcompat-probe-test-');
  const object = join(dir.path, 'probe.o');
  const binary = join(dir.path, 'probe.bin');
  const assembled = await host.run('aarch64-linux-gnu-as', [join(SOURCES, 'probe-guest-aarch64.S'), '-o', object]);
  expect(assembled.stderr.toString()).toBe('');
  await host.run('aarch64-linux-gnu-objcopy', ['-O', 'binary', object, binary]);
  expect((await host.files.read(binary, 8192)).toString('hex')).toBe(PROBE_GUESTS.aarch64.image.toString('hex'));
});

test.each(['x86_64', 'aarch64'] as const)('the guest for %s gets through everything where guests run', async (arch) => {
  await using dir = await host.files.tempDir('bpfcompat-probe-test-');
  const { image, args, passed } = PROBE_GUESTS[arch];
  const kernel = join(dir.path, 'probe');
  const run = async (bytes: Buffer): Promise<boolean> => {
    await host.files.writeAtomic(kernel, bytes);
    const machine = ['-machine', machineType(arch, 'tcg'), '-cpu', cpuModel(arch, 'tcg'), '-m', '64'];
    const quiet = ['-nodefaults', '-display', 'none', '-no-reboot'];
    const options = { timeoutMs: 5000 };
    const ended = await host.run(MACHINES[arch].command, [...quiet, ...machine, ...args, '-kernel', kernel], options);
    return passed(ended.exitCode, ended.stdout.toString());
  };
  expect(await run(image)).toBe(true);
  // One whose last step is left out is no pass.
  const broken = Buffer.from(image);
  broken.fill(0, arch === 'aarch64' ? 0x400 : image.length - 64);
  expect(await run(broken)).toBe(false);
});
