import type { VirtmeSettings } from '../../model/runner-settings.ts';
import { cpuModel } from '../qemu/machines.ts';

/** What the guest runs first, in its own root. */
export const START_SCRIPT = '/bpfcompat-start';

/** Where the busybox lies that vng makes its initramfs with, in the root of the guest. */
export const BUSYBOX = 'bin/busybox';

export interface VngGuest {
  /** The kernel in the words of vng: a path, or a release that it has downloaded. */
  readonly run: string;
  readonly settings: Pick<VirtmeSettings, 'extraArgs'>;
  readonly accel: 'kvm' | 'tcg';
  readonly memoryMb: number;
  readonly cpus: number;
  /** Directory that is the root of the guest. */
  readonly root: string;
  /** Unix socket that the port of the guest is connected to. */
  readonly socket: string;
  readonly kernelArgs: readonly string[];
}

/**
 * The port of the guest protocol: vng passes no descriptors on, so QEMU connects to a socket. A bus of its own, because the
 * buses of vng have one port each.
 */
function portOptions(socket: string): string {
  // QEMU doubles a comma in a value.
  const path = socket.replaceAll(',', ',,');
  return [
    '-device virtio-serial-pci,id=bpfcompat,max_ports=2',
    `-chardev socket,id=bpfcompatport,path=${path}`,
    '-device virtserialport,bus=bpfcompat.0,chardev=bpfcompatport,name=org.bpfcompat.port',
    // Nothing of the host's network, which vng leaves out as well.
    '-nic none',
  ].join(' ');
}

/** The arguments of vng for a guest. The profile's own come last: the last one of a kind counts. */
export function vngArgs(guest: VngGuest): string[] {
  const { run, settings, accel, memoryMb, cpus, root, socket, kernelArgs } = guest;
  return [
    // The kernel's console, which tells a panic from a guest that is slow.
    '--verbose',
    ...['--run', run, '--root', root, '--busybox', `${root}/${BUSYBOX}`],
    // microvm has no PCI, which the port is on.
    '--disable-microvm',
    // virtiofsd does not start in the namespaces of a guest, which have no capabilities.
    '--force-9p',
    ...(accel === 'tcg' ? ['--disable-kvm'] : []),
    ...['--user', 'root', '--memory', `${memoryMb}M`, '--cpus', String(cpus)],
    ...['loglevel=5', ...kernelArgs].flatMap((word) => ['--append', word]),
    `--qemu-opts=${portOptions(socket)}${accel === 'tcg' ? ` -cpu ${cpuModel('x86_64', 'tcg')}` : ''}`,
    // A shell and files of a request go there; vng does the same for /etc, /lib, /usr and others by itself.
    ...['/bin', '/sbin', '/boot'].map((dir) => `--overlay-rwdir=${dir}`),
    ...settings.extraArgs,
    ...['--exec', START_SCRIPT],
  ];
}
