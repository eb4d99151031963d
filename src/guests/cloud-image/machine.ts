import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import type { DiskImage } from '../../model/disk-image.ts';
import type { Guest, OpenOptions } from '../guest.ts';
import type { QemuHost } from '../qemu/qemu-host.ts';
import { layerNote, type NeededFiles, sandboxForFiles, type Wrapped, wrap, wrappedFile } from '../qemu/sandbox.ts';
import { openGuest, type RunningGuest } from '../running-guest.ts';
import { type DiskMachine, type DiskPaths, diskArgv } from './argv.ts';
import { bootTrouble } from './boot-trouble.ts';
import { diskRoom } from './disk-room.ts';
import { emptyOverlay } from './overlay.ts';

/** One image with everything that its guests are made of. */
export interface SystemSpec extends QemuHost {
  readonly host: Host;
  readonly cacheDir: string;
  readonly machine: DiskMachine;
  readonly image: DiskImage;
  /** Bytes of the disk that guests see: at least those of the image. */
  readonly diskBytes: number;
  /** Path and digest of the disk with what cloud-init does. */
  readonly seed: { readonly path: string; readonly sha256: string; readonly bytes: number };
  readonly facts: GuestFacts;
  /** Bytes that all saved guests together may take on disk. */
  readonly maxBytes: number;
  readonly onNote: (message: string) => void;
}

/** QEMU runs as a user of its own, and this one writes into these; their directory is private. */
export const WRITTEN_MODE = 0o666;

/** Files for QEMU by what they are; memory only with `use`. */
export interface SystemFiles {
  readonly overlay: string;
  readonly saved?: string;
  /** The disk with packages to install. */
  readonly packages?: string;
  readonly ram?: { readonly path: string; readonly use: 'written' | 'read-only' | 'own' };
  /** Is not opened again: QEMU goes on with the descriptor that it has. */
  readonly state?: string;
}

/** A disk that no one has written to. */
export async function newOverlay(
  host: Host,
  { diskBytes }: Pick<SystemSpec, 'diskBytes'>,
  path: string,
): Promise<void> {
  await host.files.writeAtomic(path, emptyOverlay(diskBytes));
  await host.files.setMode(path, WRITTEN_MODE);
}

/** The command line of QEMU, and on which descriptor it has the saved state. */
export async function wrapSystem(
  spec: SystemSpec,
  { overlay, saved, packages, ram, state }: SystemFiles,
  signal: AbortSignal,
): Promise<{ readonly qemu: Wrapped; readonly stateIndex: number }> {
  const { host, image, seed } = spec;
  const ramRead = ram?.use === 'read-only';
  // A shell hands over few descriptors, and two of them are the channels. Who goes on where it was saved reads no seed.
  const disks = [saved, state === undefined ? seed.path : undefined, packages].filter((path) => path !== undefined);
  const read = [image.path, ...disks, ...(ram && ramRead ? [ram.path] : [])];
  const write = [overlay, ...(ram && !ramRead ? [ram.path] : [])];
  const needed: NeededFiles = { read, write };
  // An image of the user's own keeps its mode.
  const sandbox = await sandboxForFiles(host, spec.sandbox, needed, signal, image.path.startsWith(spec.cacheDir));
  const note = layerNote(sandbox);
  if (note !== undefined) spec.onNote(note);
  const files = [...read, ...write, ...(state === undefined ? [] : [state])];
  const at = (path: string): string => wrappedFile(files.indexOf(path));
  const paths: DiskPaths = {
    base: at(image.path),
    seed: state === undefined ? at(seed.path) : { bytes: seed.bytes },
    overlay: at(overlay),
    packages: packages === undefined ? undefined : at(packages),
    saved: saved === undefined ? undefined : at(saved),
    ram: ram && { path: at(ram.path), use: ram.use },
  };
  const argv = diskArgv(spec.machine, paths);
  const maxFileBytes = await diskRoom(host, dirname(overlay), ram?.use === 'written' || packages !== undefined);
  return { qemu: wrap(sandbox, spec.qemu.command, argv, { files, maxFileBytes }), stateIndex: files.length - 1 };
}

/** Boots the system of the image from nothing. Its disk is gone when it has ended. */
export async function bootSystem(
  spec: SystemSpec,
  files: SystemFiles,
  release: string | undefined,
  options: OpenOptions,
): Promise<RunningGuest> {
  const { qemu } = await wrapSystem(spec, files, options.signal);
  const controlled = files.ram !== undefined;
  return openGuest(spec.host, { qemu, release, channel: 'virtio-serial', controlled, trouble: bootTrouble }, options);
}

/**
 * The same with a disk of its own, as a guest for one cell.
 * @param saved what another boot of it wrote, a kernel that it installed among it; undefined: the image as it is
 */
export async function bootOnce(
  spec: SystemSpec,
  saved: string | undefined,
  release: string,
  options: OpenOptions,
): Promise<Guest> {
  // QEMU has it open once the guest runs.
  await using dir = await spec.host.files.tempDir('bpfcompat-disk-');
  const overlay = join(dir.path, 'disk');
  await newOverlay(spec.host, spec, overlay);
  return await bootSystem(spec, { overlay, ...(saved !== undefined && { saved }) }, release, options);
}
