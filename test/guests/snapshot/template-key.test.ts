import { describe, expect, it } from 'vitest';
import { machineArgv } from '../../../src/guests/snapshot/spec.ts';
import { hostCpu, type TemplateInputs, templateKey } from '../../../src/guests/snapshot/template-key.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';

const INPUTS: TemplateInputs = {
  argv: ['-machine', 'q35,accel=tcg', '-cpu', 'qemu64', '-m', '256', '-append', 'quiet'],
  qemuBuild: 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)',
  vmlinuzSha256: 'a'.repeat(64),
  initramfsSha256: 'b'.repeat(64),
  hostCpu: '',
};

const with_ = (...argv: string[]): TemplateInputs => ({ ...INPUTS, argv });

describe('templateKey', () => {
  it('is the same for the same inputs, and fit for a directory name', () => {
    expect(templateKey({ ...INPUTS, argv: [...INPUTS.argv] })).toBe(templateKey(INPUTS));
    expect(templateKey(INPUTS)).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, TemplateInputs]>([
    ['the machine', with_('-machine', 'q35,accel=kvm', '-cpu', 'qemu64', '-m', '256', '-append', 'quiet')],
    ['the CPU model', with_('-machine', 'q35,accel=tcg', '-cpu', 'qemu64,+rdrand', '-m', '256', '-append', 'quiet')],
    ['the memory', with_('-machine', 'q35,accel=tcg', '-cpu', 'qemu64', '-m', '257', '-append', 'quiet')],
    ['the kernel arguments', with_('-machine', 'q35,accel=tcg', '-cpu', 'qemu64', '-m', '256', '-append', 'quiet x')],
    ['where an argument ends', with_('-machine', 'q35,accel=tcg', '-cpu', 'qemu64', '-m', '256', '-append quiet')],
    ['the build of QEMU', { ...INPUTS, qemuBuild: 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-8)' }],
    ['the kernel', { ...INPUTS, vmlinuzSha256: 'c'.repeat(64) }],
    ['the initramfs', { ...INPUTS, initramfsSha256: 'c'.repeat(64) }],
    ['the processor', { ...INPUTS, hostCpu: 'vendor_id: GenuineIntel' }],
    [
      'kernel and initramfs, when swapped',
      { ...INPUTS, vmlinuzSha256: 'b'.repeat(64), initramfsSha256: 'a'.repeat(64) },
    ],
  ])('changes with %s', (_, inputs) => {
    expect(templateKey(inputs)).not.toBe(templateKey(INPUTS));
  });
});

it('the channel of a guest is in the arguments that make its key', () => {
  const machine = {
    arch: 'x86_64',
    accel: 'tcg',
    memoryMb: 256,
    cpus: 1,
    kernel: 'k',
    initrd: 'i',
    kernelArgs: ['quiet'],
  } as const;
  const keys = (['virtio-serial', 'virtio-blk'] as const).map((channel) => {
    const argv = machineArgv({ machine, channel, qemu: { version: '7.2.0' } }, '', { saving: false, named: false });
    return templateKey({ ...INPUTS, argv });
  });
  expect(new Set(keys).size).toBe(2);
});

describe('hostCpu', () => {
  const real = createHost({ env: {} });
  const withCpu = (text: string): Host => ({
    ...real,
    files: { ...real.files, read: async () => Buffer.from(text) },
  });
  const CPUINFO = [
    'processor\t: 0',
    ...['vendor_id\t: GenuineIntel', 'cpu family\t: 6', 'model\t\t: 85', 'model name\t: Xeon', 'stepping\t: 7'],
    ...['microcode\t: 0x1', 'cpu MHz\t\t: 2500.000', 'flags\t\t: fpu vme avx2', 'bogomips\t: 5000.00'],
  ].join('\n');

  it('is empty where the processor is emulated', async () => {
    expect(await hostCpu(withCpu(CPUINFO), 'tcg')).toBe('');
  });

  it('reports processors apart by what guests can see of them', async () => {
    const known = await hostCpu(withCpu(CPUINFO), 'kvm');
    for (const [from, to] of [
      ['GenuineIntel', 'AuthenticAMD'],
      [': 85', ': 86'],
      ['stepping\t: 7', 'stepping\t: 8'],
      ['0x1', '0x2'],
      ['avx2', 'avx512f'],
    ] as const) {
      expect(await hostCpu(withCpu(CPUINFO.replace(from, to)), 'kvm'), to).not.toBe(known);
    }
  });

  it('does not depend on the clock of the moment, nor on how many there are', async () => {
    const known = await hostCpu(withCpu(CPUINFO), 'kvm');
    expect(await hostCpu(withCpu(CPUINFO.replace('2500.000', '3100.123')), 'kvm')).toBe(known);
    expect(await hostCpu(withCpu(`${CPUINFO}\n\n${CPUINFO}`), 'kvm')).toBe(known);
  });
});
