import type { Arch } from '../../model/kernel.ts';
import type { Device } from './devices.ts';
import { cpuModel, machineType } from './machines.ts';

/** A virtual machine that boots a kernel directly. */
export interface Machine {
  readonly arch: Arch;
  readonly accel: 'kvm' | 'tcg';
  readonly memoryMb: number;
  readonly cpus: number;
  /** Paths as QEMU sees them. */
  readonly kernel: string;
  readonly initrd: string;
  readonly kernelArgs: readonly string[];
}

/** Rejects every system call QEMU does not need once it runs; `-runas` and `-daemonize` do not go with it. */
const SECCOMP = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** What every QEMU of ours is started with, whatever it runs: nothing implicit, no network, no way in or out. */
export const BASE_ARGS: readonly string[] = [
  ...['-no-user-config', '-nodefaults'],
  ...['-sandbox', SECCOMP],
  ...['-display', 'none', '-vga', 'none', '-parallel', 'none', '-monitor', 'none', '-nic', 'none'],
  // With panic=-1 a panic or reboot ends QEMU at once.
  '-no-reboot',
];

/** The arguments of QEMU for a machine with these devices. */
export function qemuArgv(machine: Machine, devices: readonly Device[]): string[] {
  const kernelArgs = [...devices.flatMap((device) => device.kernelArgs), ...machine.kernelArgs];
  return [
    ...BASE_ARGS,
    ...['-machine', machineType(machine.arch, machine.accel), '-cpu', cpuModel(machine.arch, machine.accel)],
    ...['-smp', String(machine.cpus), '-m', String(machine.memoryMb)],
    ...devices.flatMap((device) => device.args),
    ...['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', kernelArgs.join(' ')],
  ];
}
