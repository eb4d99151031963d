import type { Device } from './devices.ts';

/** A virtual PC that boots a kernel directly. */
export interface Machine {
  readonly accel: 'kvm' | 'tcg';
  readonly memoryMb: number;
  readonly cpus: number;
  /** Paths as QEMU sees them. */
  readonly kernel: string;
  readonly initrd: string;
  readonly kernelArgs: readonly string[];
}

/** Refuses every system call QEMU does not need once it runs; `-runas` and `-daemonize` do not go with it. */
const SECCOMP = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/**
 * q35 is one of the machines QEMU gives security guarantees for; what no guest of ours needs is switched off.
 * `dump-guest-core=off` keeps guest memory out of core files.
 */
export function machineType(accel: 'kvm' | 'tcg'): string {
  return `q35,accel=${accel},usb=off,vmport=off,smm=off,sata=off,smbus=off,hpet=off,i8042=off,dump-guest-core=off`;
}

/**
 * TCG: x86-64-v2, the level distros build for. `max` boots 5 to 10 % slower and loads programs a third slower, because
 * every extra feature is emulated. RDRAND costs nothing and gives the guest its entropy at once (without it
 * getrandom(2) can block for a second on old kernels).
 */
export function cpuModel(accel: 'kvm' | 'tcg'): string {
  return accel === 'kvm' ? 'host' : 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+lahf-lm,+rdrand';
}

/** What every QEMU of ours is started with, whatever it runs: nothing implicit, no network, no way in or out. */
export const BASE_ARGS: readonly string[] = [
  ...['-no-user-config', '-nodefaults'],
  ...['-sandbox', SECCOMP],
  ...['-display', 'none', '-vga', 'none', '-parallel', 'none', '-monitor', 'none', '-nic', 'none'],
  // With panic=-1 a panic or reboot ends QEMU at once.
  '-no-reboot',
];

/** The arguments of `qemu-system-x86_64` for a machine with these devices. */
export function qemuArgv(machine: Machine, devices: readonly Device[]): string[] {
  const kernelArgs = [...devices.flatMap((device) => device.kernelArgs), ...machine.kernelArgs];
  return [
    ...BASE_ARGS,
    ...['-machine', machineType(machine.accel), '-cpu', cpuModel(machine.accel)],
    ...['-smp', String(machine.cpus), '-m', String(machine.memoryMb)],
    ...devices.flatMap((device) => device.args),
    ...['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', kernelArgs.join(' ')],
  ];
}
