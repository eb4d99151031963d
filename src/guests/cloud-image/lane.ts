import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import type { DiskImage } from '../../model/disk-image.ts';
import { HostError } from '../../model/errors.ts';
import type { Profile } from '../../model/kernel.ts';
import { seedsDir } from '../boot-files.ts';
import type { DirectLaneOptions } from '../direct/lane.ts';
import { readValidator } from '../direct/stored-initramfs.ts';
import {
  type Guest,
  GuestError,
  type GuestSource,
  type ImageGuests,
  type ImageLane,
  type OpenOptions,
} from '../guest.ts';
import { cpuModel, MACHINES } from '../qemu/machines.ts';
import { sandboxLayers, wrappedFd } from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { sharesRam } from '../snapshot/devices.ts';
import { copyMemory } from '../snapshot/fast-memory.ts';
import { resumeFrom } from '../snapshot/save.ts';
import { toolsOf, toolsProblem } from '../tools.ts';
import { type DiskMachine, diskArgv } from './argv.ts';
import { firstBootOf } from './first-boot.ts';
import { ignitionConfig } from './ignition.ts';
import { bootOnce, newOverlay, type SystemSpec, WRITTEN_MODE, wrapSystem } from './machine.ts';
import { ensureSystem } from './save.ts';
import { changedSystem, type SavedSystem, untouchedSystem } from './saved.ts';
import { seedImage } from './seed.ts';

/** A whole system boots slowly where it is emulated, and slower still on a busy machine: it is waited for on its own. */
const FIRST_BOOT_MS = 15 * 60_000;

const GIBIBYTE = 1024 ** 3;

export interface ImageLaneOptions extends DirectLaneOptions {
  /** By how much the disk of guests is larger than that of their image; default 0. */
  readonly growDiskGib?: number | undefined;
}

/** The image lane: the vendor's whole system from its own disk image, booted once; every cell has a copy of that guest. */
export function cloudImageLane(options: ImageLaneOptions): ImageLane {
  return {
    name: 'image',
    unavailable: (profile) => imageLaneUnavailable(profile) ?? toolsProblem(options.tools, profile),
    prepareImage: (profile, image, open) => prepareImage(options, profile, image, open),
  };
}

/** Why this lane cannot run the profile; undefined when it can. */
function imageLaneUnavailable({ id, arch, distro, image }: Profile): string | undefined {
  if (arch !== 'x86_64') return `the image lane boots x86_64 systems; ${id} is ${arch}`;
  if (firstBootOf(distro) === undefined)
    return `${id}: images of ${distro} run neither cloud-init nor Ignition, which start the validator`;
  if (image === undefined) return `${id} does not name a disk image (image.source_url or image.local_path)`;
  return undefined;
}

async function prepareImage(
  options: ImageLaneOptions,
  profile: Profile,
  image: DiskImage,
  open: Omit<OpenOptions, 'bootTimeoutMs'>,
): Promise<ImageGuests> {
  const spec = await specOf(options, profile, image);
  const first: OpenOptions = { ...open, bootTimeoutMs: FIRST_BOOT_MS };
  let saved = await ensureSystem(spec, first);
  const { hello } = saved;
  const { release } = hello.kernel;

  async function copy(given: OpenOptions): Promise<Guest> {
    // Somebody wrote into it, or another process needed the space.
    if (!(await untouchedSystem(spec.host, saved))) saved = await ensureSystem(spec, { ...first, ...pick(given) });
    return restoreSystem(spec, saved, given);
  }
  // A kernel is installed once: it is on the disk of the saved guest.
  const boot = (given: OpenOptions): Promise<Guest> =>
    bootOnce(spec, image.kernel && saved.disk, release, { ...given, bootTimeoutMs: FIRST_BOOT_MS });
  const copies = options.isolation === 'cell';
  const source: GuestSource = {
    facts: { ...spec.facts, isolation: options.isolation },
    bootsApart: true,
    open: (given) => (copies && given.fresh !== true ? copy(given) : boot(given)),
    [Symbol.asyncDispose]: async () => {},
  };
  return { source, hello };
}

function pick({ signal, dir }: OpenOptions): Pick<OpenOptions, 'signal' | 'dir'> {
  return { signal, dir };
}

async function specOf(options: ImageLaneOptions, profile: Profile, image: DiskImage): Promise<SystemSpec> {
  const { host, cacheDir, growDiskGib = 0 } = options;
  const tools = toolsOf(options.tools, profile);
  const { qemu, accel } = tools;
  const { memoryMb, cpus } = profile;
  const ignition = firstBootOf(profile.distro) === 'ignition' ? ignitionConfig() : undefined;
  const machine: DiskMachine = { accel: accel.accel, memoryMb, cpus, format: image.format, ignition };
  const seed = await storeSeed(host, cacheDir, seedImage(await readValidator(host, tools.validator), growDiskGib > 0));
  const shown = diskArgv(machine, { base: image.path, seed: seed.path, overlay: 'OVERLAY' });
  const facts: GuestFacts = {
    lane: 'image',
    isolation: 'boot',
    accel: accel.accel,
    accelReason: accel.reason,
    machine: MACHINES[profile.arch].machine,
    channel: 'virtio-serial',
    cpuModel: cpuModel(profile.arch, accel.accel),
    memoryMb,
    qemuVersion: qemu.version,
    sandboxLayers: sandboxLayers(tools.sandbox),
    argv: [qemu.command, ...shown],
  };
  const diskBytes = image.virtualSize + growDiskGib * GIBIBYTE;
  return { ...options, ...tools, machine, image, diskBytes, seed, facts };
}

/** The seed as `<cacheDir>/seeds/<sha256>.iso`. @throws HostError where the cache cannot be written */
async function storeSeed(host: Host, cacheDir: string, bytes: Buffer): Promise<SystemSpec['seed']> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const dir = seedsDir(cacheDir);
  const path = join(dir, `${sha256}.iso`);
  const known = await host.files.stat(path);
  if (known?.size === bytes.length && (await host.files.sha256(path)) === sha256)
    return { path, sha256, bytes: bytes.length };
  if (await host.files.readOnly(cacheDir)) {
    throw new HostError('cache_unwritable', `${cacheDir} may only be read, and the image lane saves guests there`);
  }
  await host.files.makeDir(dir);
  await host.files.writeAtomic(path, bytes);
  return { path, sha256, bytes: bytes.length };
}

/** A copy of the saved system, with a disk and memory of its own. */
async function restoreSystem(spec: SystemSpec, saved: SavedSystem, options: OpenOptions): Promise<Guest> {
  const { host, qemu } = spec;
  // Gone with its directory once the guest runs: QEMU has its files open.
  await using own = await host.files.tempDir('bpfcompat-disk-');
  const overlay = join(own.path, 'disk');
  await newOverlay(host, spec, overlay);
  const ram = await memoryFor(spec, saved, own.path);
  const use = sharesRam(qemu.version) ? 'read-only' : 'own';
  const files = { overlay, saved: saved.disk, ram: { path: ram, use } as const, state: saved.state };
  const { qemu: wrapped, stateIndex } = await wrapSystem(spec, files, options.signal);
  const guest = await openGuest(
    host,
    {
      qemu: wrapped,
      release: saved.hello.kernel.release,
      channel: 'virtio-serial',
      controlled: true,
      saved: { hello: saved.hello, resume: (control) => resumeFrom(control, `fd:${wrappedFd(stateIndex)}`) },
    },
    options,
  );
  return { ...guest, run: (request, options) => runUnchanged(spec, saved, () => guest.run(request, options)) };
}

/** Older QEMUs open the memory for writing: the file's times show who writes then, where those can be relied on. */
async function memoryFor({ host, qemu }: SystemSpec, saved: SavedSystem, dir: string): Promise<string> {
  if (sharesRam(qemu.version) || (await host.files.timesChanges(saved.ram))) return saved.ram;
  const ram = join(dir, 'ram');
  await copyMemory(host, saved.ram, ram);
  await host.files.setMode(ram, WRITTEN_MODE);
  return ram;
}

/** No result counts, good or bad, of a guest whose memory or disk somebody changed under it. @throws GuestError */
async function runUnchanged<T>({ host, image }: SystemSpec, saved: SavedSystem, run: () => Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([run()]);
  if (await changedSystem(host, saved)) {
    throw new GuestError(
      'internal',
      `the saved guest of ${image.name} was changed while a copy of it ran: ${saved.ram}`,
    );
  }
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
