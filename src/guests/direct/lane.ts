import type { Host } from '../../host/host.ts';
import type { GuestFacts, Isolation } from '../../model/cell.ts';
import { throwIfCancelled } from '../../model/errors.ts';
import type { KernelFiles, Profile } from '../../model/kernel.ts';
import type { Guest, GuestSource, Lane, OpenOptions } from '../guest.ts';
import { cpuModel, type Machine, qemuArgv } from '../qemu/argv.ts';
import { serialConsole, validatorPort } from '../qemu/devices.ts';
import { GUEST_KERNEL_ARGS } from '../qemu/kernel-args.ts';
import type { QemuHost } from '../qemu/qemu-host.ts';
import { layerNote, sandboxForFiles, sandboxLayers, wrap, wrappedFile } from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { templateSource } from '../snapshot/source.ts';
import { storeInitramfs, type ValidatorBinary } from './stored-initramfs.ts';

export interface DirectLaneOptions extends QemuHost {
  readonly host: Host;
  readonly validator: ValidatorBinary;
  /** Directory that keeps what can be made again. */
  readonly cacheDir: string;
  readonly isolation: Isolation;
  /** Bytes that saved guests may take in the cache directory. */
  readonly maxBytes: number;
  /** Hears of things the user should know although nothing failed. */
  readonly onNote: (message: string) => void;
}

/** Descriptor of the first channel of a child of the host. */
const PORT_FD = 3;

/** The direct lane: the vendor's kernel, our initramfs with the validator as PID 1, a fresh boot per guest. */
export function directLane(options: DirectLaneOptions): Lane {
  const reported = new Set<string>();
  // What keeps the guests of one kernel from being copied mostly does so for all: one note of a kind is enough.
  const onNote = (message: string): void => {
    const [kind = message] = message.split(':');
    if (!reported.has(kind)) options.onNote(message);
    reported.add(kind);
  };
  return {
    name: 'direct',
    unavailable: directLaneUnavailable,
    prepare: (profile, files, signal) => prepare({ ...options, onNote }, profile, files, signal),
  };
}

/** Why the direct lane cannot run this profile; undefined when it can. */
function directLaneUnavailable(profile: Profile): string | undefined {
  if (profile.arch !== 'x86_64') return `the direct lane boots x86_64 kernels; ${profile.id} is ${profile.arch}`;
  if (profile.unbootable !== undefined) return `${profile.id} cannot be booted: ${profile.unbootable}`;
  if (profile.kernel === undefined) return `${profile.id} does not say where its kernel comes from (kernel: block)`;
  return undefined;
}

async function prepare(
  options: DirectLaneOptions,
  profile: Profile,
  kernel: KernelFiles,
  signal: AbortSignal,
): Promise<GuestSource> {
  const { host, qemu, accel } = options;
  throwIfCancelled(signal);
  const initramfs = await storeInitramfs(host, options.cacheDir, options.validator, kernel);
  const files = [kernel.vmlinuz, initramfs.path] as const;
  const sandbox = await sandboxForFiles(host, options.sandbox, { read: files }, signal, true);
  const note = layerNote(sandbox);
  if (note !== undefined) options.onNote(note);
  const machine: Machine = {
    accel: accel.accel,
    memoryMb: profile.memoryMb,
    cpus: profile.cpus,
    kernel: wrappedFile(0),
    initrd: wrappedFile(1),
    kernelArgs: [...GUEST_KERNEL_ARGS, ...(profile.kernelArgs ?? [])],
  };
  const { channel = 'virtio-serial', release } = kernel.record;
  const devices = [serialConsole, validatorPort(channel, PORT_FD)];
  const argv = qemuArgv(machine, devices);
  const facts: GuestFacts = {
    lane: 'direct',
    isolation: 'boot',
    accel: accel.accel,
    accelReason: accel.reason,
    machine: 'q35',
    channel,
    cpuModel: cpuModel(accel.accel),
    memoryMb: profile.memoryMb,
    qemuVersion: qemu.version,
    sandboxLayers: sandboxLayers(sandbox),
    // With the paths that a person can use, instead of the descriptors that QEMU was given.
    argv: [qemu.command, ...qemuArgv({ ...machine, kernel: kernel.vmlinuz, initrd: initramfs.path }, devices)],
  };
  const boot = (open: OpenOptions): Promise<Guest> =>
    openGuest(host, { qemu: wrap(sandbox, qemu.command, argv, { files }), release, channel }, open);
  if (options.isolation === 'boot')
    return { facts, open: boot, [Symbol.asyncDispose]: () => initramfs[Symbol.asyncDispose]() };
  const source = templateSource({
    ...options,
    machine,
    files,
    release,
    channel,
    vmlinuzSha256: kernel.record.vmlinuz.sha256,
    initramfsSha256: initramfs.sha256,
    facts,
    boot,
  });
  return {
    ...source,
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]();
      await initramfs[Symbol.asyncDispose]();
    },
  };
}
