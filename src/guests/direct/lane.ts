import type { Host } from '../../host/host.ts';
import type { GuestFacts, Isolation } from '../../model/cell.ts';
import { throwIfCancelled } from '../../model/errors.ts';
import type { GuestFile } from '../../model/guest-entry.ts';
import { haveWaiting } from '../../model/guest-loader.ts';
import type { Channel, KernelFiles, Profile } from '../../model/kernel.ts';
import type { Guest, GuestSource, Lane, OpenOptions } from '../guest.ts';
import { type Machine, qemuArgv } from '../qemu/argv.ts';
import { type Device, validatorPort } from '../qemu/devices.ts';
import { guestKernelArgs, WAITING_LOADERS_ARG } from '../qemu/kernel-args.ts';
import { cpuModel, MACHINES } from '../qemu/machines.ts';
import { layerNote, type Sandbox, sandboxForFiles, sandboxLayers, wrap, wrappedFile } from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { templateSource } from '../snapshot/source.ts';
import { type GuestTools, type ToolsByArch, toolsOf, toolsProblem } from '../tools.ts';
import { storeInitramfs } from './stored-initramfs.ts';

export interface DirectLaneOptions {
  readonly host: Host;
  readonly tools: ToolsByArch;
  /** Directory that keeps what can be made again. */
  readonly cacheDir: string;
  readonly isolation: Isolation;
  /** Bytes that saved guests may take in the cache directory. */
  readonly maxBytes: number;
  /** Files that every guest of the run has from its boot, so that none is sent to each; absent: none. */
  readonly files?: readonly GuestFile[];
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
    unavailable: (profile) => directLaneUnavailable(profile) ?? toolsProblem(options.tools, profile),
    prepare: (profile, files, signal) => prepare({ ...options, onNote }, profile, files, signal),
  };
}

/** Why the direct lane cannot run this profile; undefined when it can. */
function directLaneUnavailable(profile: Profile): string | undefined {
  if (profile.unbootable !== undefined) return `${profile.id} cannot be booted: ${profile.unbootable}`;
  if (profile.kernel === undefined) return `${profile.id} does not say where its kernel comes from (kernel: block)`;
  return undefined;
}

/** What the guests of one kernel are booted with. */
interface Setup {
  readonly machine: Machine;
  readonly devices: readonly Device[];
  readonly channel: Channel;
  /** The kernel and the initramfs, which QEMU is handed as descriptors. */
  readonly files: readonly [string, string];
}

function setupOf(accel: Machine['accel'], profile: Profile, { vmlinuz, record }: KernelFiles, initrd: string): Setup {
  const { channel = 'virtio-serial' } = record;
  const machine: Machine = {
    arch: profile.arch,
    accel,
    memoryMb: profile.memoryMb,
    cpus: profile.cpus,
    kernel: wrappedFile(0),
    initrd: wrappedFile(1),
    kernelArgs: [...guestKernelArgs(profile.arch), ...(profile.kernelArgs ?? [])],
  };
  return {
    machine,
    devices: [MACHINES[profile.arch].console, validatorPort(channel, PORT_FD)],
    channel,
    files: [vmlinuz, initrd],
  };
}

function factsOf(
  { qemu, accel }: GuestTools,
  arch: Profile['arch'],
  { machine, devices, channel, files }: Setup,
  sandbox: Sandbox,
): GuestFacts {
  const [kernel, initrd] = files;
  return {
    lane: 'direct',
    isolation: 'boot',
    accel: accel.accel,
    accelReason: accel.reason,
    machine: MACHINES[arch].machine,
    channel,
    cpuModel: cpuModel(arch, accel.accel),
    memoryMb: machine.memoryMb,
    qemuVersion: qemu.version,
    sandboxLayers: sandboxLayers(sandbox),
    // With the paths that a person can use, instead of the descriptors that QEMU was given.
    argv: [qemu.command, ...qemuArgv({ ...machine, kernel, initrd }, devices)],
  };
}

async function prepare(
  options: DirectLaneOptions,
  profile: Profile,
  kernel: KernelFiles,
  signal: AbortSignal,
): Promise<GuestSource> {
  const { host, files: own = [] } = options;
  const tools = toolsOf(options.tools, profile);
  const { qemu, accel } = tools;
  throwIfCancelled(signal);
  const initramfs = await storeInitramfs(host, options.cacheDir, tools.validator, kernel, own);
  const setup = setupOf(accel.accel, profile, kernel, initramfs.path);
  const { machine, devices, channel, files } = setup;
  const sandbox = await sandboxForFiles(host, tools.sandbox, { read: files }, signal, true);
  const note = layerNote(sandbox);
  if (note !== undefined) options.onNote(note);
  const facts = factsOf(tools, profile.arch, setup, sandbox);
  const { release, vmlinuz } = kernel.record;
  const argv = qemuArgv(machine, devices);
  const boot = (open: OpenOptions): Promise<Guest> =>
    openGuest(host, { qemu: wrap(sandbox, qemu.command, argv, { files }), release, channel }, open);
  if (options.isolation === 'boot')
    return { facts, files: own, open: boot, [Symbol.asyncDispose]: () => initramfs[Symbol.asyncDispose]() };
  const digests = { vmlinuzSha256: vmlinuz.sha256, initramfsSha256: initramfs.sha256 };
  const saved = haveWaiting(own) ? { ...machine, kernelArgs: [...machine.kernelArgs, WAITING_LOADERS_ARG] } : machine;
  const from = { ...options, ...tools, ...digests, files, release, channel, facts, boot };
  const source = templateSource({ ...from, machine: saved });
  return {
    ...source,
    files: own,
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]();
      await initramfs[Symbol.asyncDispose]();
    },
  };
}
