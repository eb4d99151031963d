import type { Host } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import type { Channel } from '../../model/kernel.ts';
import type { Guest, OpenOptions } from '../guest.ts';
import { type Machine, qemuArgv } from '../qemu/argv.ts';
import { validatorPort } from '../qemu/devices.ts';
import type { Qemu } from '../qemu/find-qemu.ts';
import { NAMED_GUEST_ARG } from '../qemu/kernel-args.ts';
import { MACHINES } from '../qemu/machines.ts';
import type { QemuHost } from '../qemu/qemu-host.ts';
import { controlChannel, incoming, ramFile, sharesRam } from './devices.ts';

/** One kernel with everything that its guests are made of. */
export interface TemplateSpec extends QemuHost {
  readonly host: Host;
  readonly cacheDir: string;
  readonly machine: Machine;
  /** Kernel and initramfs, in the order of the paths in `machine`. */
  readonly files: readonly [kernel: string, initramfs: string];
  readonly release: string;
  readonly channel: Channel;
  readonly vmlinuzSha256: string;
  readonly initramfsSha256: string;
  readonly facts: GuestFacts;
  /** Bytes that all templates together may take on disk. */
  readonly maxBytes: number;
  /** Boots a guest from nothing. */
  readonly boot: (options: OpenOptions) => Promise<Guest>;
  readonly onNote: (message: string) => void;
}

/** What the arguments of QEMU depend on. */
type MachineSpec = Pick<TemplateSpec, 'machine' | 'channel'> & { readonly qemu: Pick<Qemu, 'version'> };

const PORT_FD = 3;
const CONTROL_FD = 4;

/** A guest that is saved, or a copy of it. */
interface SavedMachine {
  readonly saving: boolean;
  /** Did it read the kernel's names before it was saved? */
  readonly named: boolean;
}

/** Arguments of QEMU for a saved guest. @param ram path of its memory as QEMU sees it */
export function machineArgv(spec: MachineSpec, ram: string, { saving, named }: SavedMachine): string[] {
  const use = saving ? 'written' : sharesRam(spec.qemu.version) ? 'read-only' : 'own';
  const devices = [
    MACHINES[spec.machine.arch].console,
    validatorPort(spec.channel, PORT_FD),
    ramFile(ram, spec.machine.memoryMb, use),
    controlChannel(CONTROL_FD),
    ...(saving ? [] : [incoming]),
  ];
  const { kernelArgs } = spec.machine;
  return qemuArgv({ ...spec.machine, kernelArgs: named ? [...kernelArgs, NAMED_GUEST_ARG] : kernelArgs }, devices);
}
