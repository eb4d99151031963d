import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import { CancelledError, HostError, throwIfCancelled } from '../../model/errors.ts';
import type { KernelFiles, Profile } from '../../model/kernel.ts';
import type { DirectLaneOptions } from '../direct/lane.ts';
import { type Guest, GuestError, type GuestSource, type Lane, type OpenOptions } from '../guest.ts';
import { latePort } from '../late-port.ts';
import { type RunningMachine, watchMachine } from '../qemu/machine.ts';
import { cpuModel } from '../qemu/machines.ts';
import { type Wrapped, withoutOwnUid, wrap } from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { type GuestTools, toolsOf, toolsProblem } from '../tools.ts';
import { type VngGuest, vngArgs } from './argv.ts';
import { vngFault } from './faults.ts';
import { ownHome, type Vng } from './find-vng.ts';
import { recordedImage } from './recorded-image.ts';
import { makeRoot } from './root.ts';

export interface VirtmeLaneOptions extends DirectLaneOptions {
  /** virtme-ng on this machine, or why there is none; absent: nobody looked. */
  readonly vng?: Vng | string | undefined;
  /** The bytes of a static busybox, for the shell of guests. */
  readonly busybox?: ((signal: AbortSignal) => Promise<Uint8Array>) | undefined;
}

/** The virtme-ng lane: a kernel of the user's own, as vng boots it, with a root of ours. Every guest boots from nothing. */
export function virtmeLane(options: VirtmeLaneOptions): Lane {
  return {
    name: 'virtme-ng',
    unavailable: (profile) => virtmeUnavailable(options, profile) ?? toolsProblem(options.tools, profile),
    prepare: (profile, files, signal) => prepare(options, profile, files, signal),
  };
}

/** Why this lane cannot run the profile on this host; undefined when it can. */
function virtmeUnavailable({ vng, busybox }: VirtmeLaneOptions, profile: Profile): string | undefined {
  const { id, arch, virtme } = profile;
  if (virtme === undefined) return `${id} does not name a kernel for virtme-ng (virtme_ng.run)`;
  if (arch !== 'x86_64') return `the virtme-ng lane boots x86_64 kernels; ${id} is ${arch}`;
  if (typeof vng === 'string') return `${id} needs virtme-ng: ${vng}`;
  return vng === undefined || busybox === undefined
    ? `${id} needs virtme-ng, which this run has not looked for`
    : undefined;
}

async function prepare(
  options: VirtmeLaneOptions,
  profile: Profile,
  kernel: KernelFiles,
  signal: AbortSignal,
): Promise<GuestSource> {
  const { host, vng, busybox } = options;
  const { virtme: settings } = profile;
  if (typeof vng !== 'object' || busybox === undefined || settings === undefined)
    throw new HostError('vng_missing', virtmeUnavailable(options, profile) ?? '');
  throwIfCancelled(signal);
  const tools = toolsOf(options.tools, profile);
  const run = await recordedImage(host, kernel);
  const root = await makeRoot(host, tools.validator, await busybox(signal), kernel);
  const { accel } = tools.accel;
  const { memoryMb, cpus, kernelArgs = [] } = profile;
  const guest = { run, settings, accel, memoryMb, cpus, root: root.path, kernelArgs };
  const boot = (open: OpenOptions): Promise<Guest> => bootVng(host, tools, vng, guest, kernel.record.release, open);
  return {
    facts: factsOf(tools, vng, guest),
    open: boot,
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

function factsOf({ qemu, accel, sandbox }: GuestTools, vng: Vng, guest: Omit<VngGuest, 'socket'>): GuestFacts {
  return {
    lane: 'virtme-ng',
    isolation: 'boot',
    accel: accel.accel,
    accelReason: accel.reason,
    machine: `q35 (virtme-ng ${vng.version})`,
    channel: 'virtio-serial',
    cpuModel: cpuModel('x86_64', accel.accel),
    memoryMb: guest.memoryMb,
    qemuVersion: qemu.version,
    sandboxLayers: wrapVng({ sandbox }, vng, []).layers,
    argv: [vng.command, ...vngArgs({ ...guest, socket: 'SOCKET' })],
  };
}

/** vng reads the files of its own installation and of the kernel's owner: it keeps the uid, and nothing else of root. */
function wrapVng({ sandbox }: Pick<GuestTools, 'sandbox'>, vng: Vng, args: readonly string[]): Wrapped {
  const own = withoutOwnUid(sandbox);
  // It has a file open for each that the guest has.
  return wrap({ ...own, layers: own.layers.filter((layer) => layer !== 'limits') }, vng.command, args, { files: [] });
}

/** One guest of vng, whose port connects to a socket of ours. */
async function bootVng(
  host: Host,
  tools: GuestTools,
  vng: Vng,
  guest: Omit<VngGuest, 'socket'>,
  release: string,
  options: OpenOptions,
): Promise<Guest> {
  if (options.signal.aborted) throw new CancelledError();
  const dir = await host.files.tempDir('bpfcompat-vng-');
  const socket = join(dir.path, 'port');
  let listener: AsyncDisposable | undefined;
  let machine: RunningMachine | undefined;
  const released = async (): Promise<void> => {
    await listener?.[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  };
  try {
    const env = await ownHome(host, vng, dir.path);
    const heard = await host.sockets.listen(socket);
    listener = heard;
    const wrapped = wrapVng(tools, vng, vngArgs({ ...guest, socket }));
    // Not before: what is started belongs to the guest, which ends it.
    const start = (): RunningMachine => {
      const child = host.start(wrapped.command, wrapped.args, { cwd: dir.path, env });
      const own = { program: 'vng', port: latePort(heard.peer), control: undefined, consoleOnStderr: true };
      machine = watchMachine(child, own);
      return machine;
    };
    const opened = await openGuest(host, { qemu: wrapped, release, channel: 'virtio-serial', start }, options);
    const end = async (): Promise<void> => {
      await opened[Symbol.asyncDispose]();
      await released();
    };
    // QEMU has no filter of system calls where vng starts it.
    return { ...opened, sandboxLayers: wrapped.layers, [Symbol.asyncDispose]: end };
  } catch (error) {
    await released();
    throw explained(error, machine?.console.text() ?? '');
  }
}

/** What vng says of itself is more than how it ended. */
function explained(error: unknown, console: string): unknown {
  if (!(error instanceof GuestError)) return error;
  const fault = vngFault(console);
  if (fault === undefined) return error;
  const { stages, consoleTail } = error;
  return new GuestError('system_failed', `the guest of virtme-ng did not come up: ${fault}; see serial.log`, {
    stages,
    consoleTail,
    cause: error,
  });
}
