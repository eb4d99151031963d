import { describe, expect, it } from 'vitest';
import { type Machine, qemuArgv } from '../../../src/guests/qemu/argv.ts';
import { validatorPort } from '../../../src/guests/qemu/devices.ts';
import { guestKernelArgs } from '../../../src/guests/qemu/kernel-args.ts';
import { MACHINES } from '../../../src/guests/qemu/machines.ts';

const machine: Machine = {
  arch: 'x86_64',
  accel: 'tcg',
  memoryMb: 1024,
  cpus: 1,
  kernel: '/proc/self/fd/9',
  initrd: '/proc/self/fd/8',
  kernelArgs: guestKernelArgs('x86_64'),
};
const devices = [MACHINES.x86_64.console, validatorPort('virtio-serial', 3)];

describe('qemuArgv', () => {
  it('under TCG', () => {
    expect(qemuArgv(machine, devices).join('\n')).toMatchInlineSnapshot(`
      "-no-user-config
      -nodefaults
      -sandbox
      on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
      -display
      none
      -vga
      none
      -parallel
      none
      -monitor
      none
      -nic
      none
      -no-reboot
      -machine
      q35,accel=tcg,usb=off,vmport=off,smm=off,sata=off,smbus=off,hpet=off,i8042=off,dump-guest-core=off
      -cpu
      qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+lahf-lm,+rdrand
      -smp
      1
      -m
      1024
      -chardev
      stdio,id=console,signal=off
      -serial
      chardev:console
      -device
      virtio-serial-pci,max_ports=2
      -chardev
      socket,id=port,fd=3
      -device
      virtserialport,chardev=port,name=org.bpfcompat.port
      -kernel
      /proc/self/fd/9
      -initrd
      /proc/self/fd/8
      -append
      console=ttyS0 8250.nr_uarts=1 quiet panic=-1 cryptomgr.notests rcupdate.rcu_expedited=1 noreplace-smp"
    `);
  });

  it('has the other machine, processor and console for arm64, and the same devices', () => {
    const own = qemuArgv({ ...machine, arch: 'aarch64', kernelArgs: guestKernelArgs('aarch64') }, [
      MACHINES.aarch64.console,
      validatorPort('virtio-serial', 3),
    ]);
    const x86 = qemuArgv(machine, devices);
    expect(own.filter((word, index) => word !== x86[index])).toEqual([
      'virt,accel=tcg,highmem=on,dump-guest-core=off',
      'cortex-a72',
      'console=ttyAMA0 quiet panic=-1 cryptomgr.notests rcupdate.rcu_expedited=1',
    ]);
  });

  it('differs under KVM in accelerator and CPU only', () => {
    const tcg = qemuArgv(machine, devices);
    const kvm = qemuArgv({ ...machine, accel: 'kvm' }, devices);
    const changed = kvm.filter((word, index) => word !== tcg[index]);
    expect(changed).toEqual([expect.stringContaining('q35,accel=kvm,'), 'host']);
  });

  it('has a disk that we serve where the kernel has no such port, and reports PID 1', () => {
    const words = qemuArgv(machine, [MACHINES.x86_64.console, validatorPort('virtio-blk', 3)]);
    const port = words.slice(words.indexOf('-blockdev'), words.indexOf('-kernel'));
    expect(port).toEqual([
      ...['-blockdev', 'driver=nbd,node-name=port,server.type=fd,server.str=3'],
      '-device',
      'virtio-blk-pci,drive=port,serial=org.bpfcompat.port,num-queues=1,discard=off,write-zeroes=off',
    ]);
    expect(words.at(-1)).toMatch(/^console=ttyS0 8250\.nr_uarts=1 bpfcompat_port=disk quiet /);
    expect(words.join(' ')).not.toMatch(/virtio-serial|virtserialport/);
  });

  it.each(['virtio-serial', 'virtio-blk'] as const)('has no way in or out besides console and port (%s)', (channel) => {
    const words = qemuArgv(machine, [MACHINES.x86_64.console, validatorPort(channel, 3)]);
    for (const option of ['-netdev', '-virtfs', '-drive', '-runas', '-qmp', '-daemonize']) {
      expect(words).not.toContain(option);
    }
  });
});
