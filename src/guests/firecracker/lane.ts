import type { GuestFacts } from '../../model/cell.ts';
import { HostError, throwIfCancelled } from '../../model/errors.ts';
import { type GuestFile, SHELL_PATH } from '../../model/guest-entry.ts';
import type { KernelFiles, Profile } from '../../model/kernel.ts';
import type { DirectLaneOptions } from '../direct/lane.ts';
import { type StoredInitramfs, storeInitramfs } from '../direct/stored-initramfs.ts';
import type { Guest, GuestSource, Lane, OpenOptions } from '../guest.ts';
import { guestKernelArgs } from '../qemu/kernel-args.ts';
import { toolsOf, toolsProblem } from '../tools.ts';
import type { Firecracker } from './find-firecracker.ts';
import { type MicroVmSpec, openVm } from './microvm.ts';
import { bootRequests, type MicroVm } from './requests.ts';
import { savedSource } from './saved.ts';

export interface FirecrackerLaneOptions extends DirectLaneOptions {
  /** Firecracker on this machine, which ran a guest, or why there is none; absent: this run has not looked. */
  readonly firecracker?: Firecracker | string | undefined;
  /** The ELF file in a kernel image. */
  readonly elfKernel?: ((kernel: KernelFiles, signal: AbortSignal) => Promise<string>) | undefined;
  /** The bytes of a static busybox, for the shell of guests. */
  readonly busybox?: ((signal: AbortSignal) => Promise<Uint8Array>) | undefined;
}

/** What the machine lacks: no PCI, a keyboard controller that restarts it, and a serial line as the only port. */
const MACHINE_ARGS: readonly string[] = ['reboot=k', 'pci=off', 'bpfcompat_port=serial'];

/** The Firecracker lane: the kernel of a profile in a microVM, with our initramfs, over its serial line. */
export function firecrackerLane(options: FirecrackerLaneOptions): Lane {
  return {
    name: 'firecracker',
    unavailable: (profile) => firecrackerUnavailable(options, profile) ?? toolsProblem(options.tools, profile),
    prepare: (profile, files, signal) => prepare(options, profile, files, signal),
  };
}

/** Why this lane cannot run the profile on this host; undefined when it can. */
function firecrackerUnavailable(options: FirecrackerLaneOptions, profile: Profile): string | undefined {
  const { id, arch, firecracker: settings } = profile;
  if (settings === undefined) return `${id} does not name a kernel for Firecracker (firecracker.kernel_image_path)`;
  if (arch !== 'x86_64') return `the Firecracker lane boots x86_64 kernels; ${id} is ${arch}`;
  const { firecracker, elfKernel } = options;
  if (typeof firecracker === 'string') return `${id} needs Firecracker: ${firecracker}`;
  return firecracker === undefined || elfKernel === undefined
    ? `${id} needs Firecracker, which this run has not looked for`
    : undefined;
}

async function prepare(
  options: FirecrackerLaneOptions,
  profile: Profile,
  kernel: KernelFiles,
  signal: AbortSignal,
): Promise<GuestSource> {
  const { host, firecracker, elfKernel, cacheDir, onNote } = options;
  const { firecracker: settings } = profile;
  if (typeof firecracker !== 'object' || elfKernel === undefined || settings === undefined)
    throw new HostError('firecracker_missing', firecrackerUnavailable(options, profile) ?? '');
  throwIfCancelled(signal);
  if (firecracker.unjailed !== undefined) onNote(`Firecracker runs without its jailer: ${firecracker.unjailed}`);
  const tools = toolsOf(options.tools, profile);
  const vmlinux = await elfKernel(kernel, signal);
  const files = [...(options.files ?? []), ...(await shellOf(options, signal))];
  const initramfs = await storeInitramfs(host, cacheDir, tools.validator, kernel, files, settings.initrd);
  const vm: MicroVm = {
    memoryMb: profile.memoryMb,
    cpus: profile.cpus,
    kernel: vmlinux,
    initrd: initramfs.path,
    kernelArgs: [
      ...['console=ttyS0', '8250.nr_uarts=1', ...MACHINE_ARGS],
      ...guestKernelArgs(profile.arch).filter((word) => !/^(?:console|8250\.nr_uarts)=/.test(word)),
      ...(profile.kernelArgs ?? []),
      ...settings.bootArgs,
    ],
    disk: settings.rootfs,
  };
  const spec: MicroVmSpec = { host, firecracker, tools, release: kernel.record.release, vm };
  const saves = options.isolation === 'cell';
  const facts = factsOf(spec, saves);
  const boot = (open: OpenOptions): Promise<Guest> => openVm(spec, open);
  const source = saves ? savedSource({ ...spec, facts, cacheDir, onNote, boot }) : { facts, open: boot };
  return { ...source, files, [Symbol.asyncDispose]: () => released(source, initramfs) };
}

/** Over a serial line a shell takes seconds. Where there is none, cells that need one say so. */
async function shellOf({ busybox }: FirecrackerLaneOptions, signal: AbortSignal): Promise<GuestFile[]> {
  try {
    const bytes = await busybox?.(signal);
    return bytes === undefined ? [] : [{ kind: 'file', path: SHELL_PATH, executable: true, bytes }];
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return [];
  }
}

async function released(source: Pick<GuestSource, 'open'> & Partial<AsyncDisposable>, initramfs: StoredInitramfs) {
  await source[Symbol.asyncDispose]?.();
  await initramfs[Symbol.asyncDispose]();
}

function factsOf({ firecracker, tools, vm }: MicroVmSpec, saves: boolean): GuestFacts {
  const { sandbox } = tools;
  return {
    lane: 'firecracker',
    isolation: saves ? 'cell' : 'boot',
    accel: 'kvm',
    accelReason: 'a probe guest ran in Firecracker, which has KVM alone',
    machine: `microvm (Firecracker ${firecracker.version})`,
    channel: 'serial',
    cpuModel: 'host',
    memoryMb: vm.memoryMb,
    qemuVersion: '',
    sandboxLayers: firecracker.jailer === undefined ? ['seccomp', ...sandbox.layers] : ['seccomp', 'jailer'],
    argv: [
      ...[firecracker.command, '--api-sock', 'SOCKET'],
      ...bootRequests(vm).map(({ method, target, body }) => `${method} ${target} ${JSON.stringify(body)}`),
    ],
  };
}
