import type { Arch } from '../../model/kernel.ts';
import type { Device } from './devices.ts';

type AccelName = 'kvm' | 'tcg';

/** What differs between guests of one architecture and those of another. */
interface MachineKind {
  /** The program, and the variable that names another one. */
  readonly command: string;
  readonly variable: string;
  /** Packages that have it. */
  readonly packages: { readonly deb: string; readonly rpm: string };
  /** QEMU's name of the machine, as reports have it. */
  readonly machine: string;
  /** Value of `-machine` without the accelerator: what no guest of ours needs is switched off. */
  readonly options: string;
  /** Under TCG, where every feature of a processor is emulated; under KVM it is the host's own. */
  readonly emulatedCpu: string;
  /** Kernel console on QEMU's own stdout; `signal=off` so that bytes never become signals. */
  readonly console: Device;
  /** Of `GUEST_KERNEL_ARGS`, what this architecture alone knows. */
  readonly kernelArgs: readonly string[];
}

const CONSOLE = ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'];

export const MACHINES: Readonly<Record<Arch, MachineKind>> = {
  x86_64: {
    command: 'qemu-system-x86_64',
    variable: 'BPFCOMPAT_QEMU',
    packages: { deb: 'qemu-system-x86', rpm: 'qemu-system-x86-core' },
    // One of the machines that QEMU gives security guarantees for.
    machine: 'q35',
    options: 'usb=off,vmport=off,smm=off,sata=off,smbus=off,hpet=off,i8042=off',
    // x86-64-v2, the level distros build for. `max` boots 5 to 10 % slower and loads programs a third slower. RDRAND costs
    // nothing and gives the guest its entropy at once (without it getrandom(2) can block for a second on old kernels).
    emulatedCpu: 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+lahf-lm,+rdrand',
    // One UART instead of the 4 to 32 that distro kernels look for.
    console: { args: CONSOLE, kernelArgs: ['console=ttyS0', '8250.nr_uarts=1'] },
    // Leaves the kernel's code as it runs on every machine with several CPUs, instead of patching it for one.
    kernelArgs: ['noreplace-smp'],
  },
  aarch64: {
    command: 'qemu-system-aarch64',
    variable: 'BPFCOMPAT_QEMU_AARCH64',
    packages: { deb: 'qemu-system-arm', rpm: 'qemu-system-aarch64-core' },
    machine: 'virt',
    options: 'highmem=on',
    // Pointer authentication of `max` costs most of a boot under TCG; this model has none.
    emulatedCpu: 'cortex-a72',
    console: { args: CONSOLE, kernelArgs: ['console=ttyAMA0'] },
    kernelArgs: [],
  },
};

/** `dump-guest-core=off` keeps guest memory out of core files. */
export function machineType(arch: Arch, accel: AccelName): string {
  const { machine, options } = MACHINES[arch];
  return `${machine},accel=${accel},${options},dump-guest-core=off`;
}

export function cpuModel(arch: Arch, accel: AccelName): string {
  return accel === 'kvm' ? 'host' : MACHINES[arch].emulatedCpu;
}
