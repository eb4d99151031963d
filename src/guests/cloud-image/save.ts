import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { OpenOptions } from '../guest.ts';
import type { RunningGuest } from '../running-guest.ts';
import { sharesRam } from '../snapshot/devices.ts';
import { evictTemplates, touchTemplate } from '../snapshot/evict.ts';
import { copyMemory, fastMemory } from '../snapshot/fast-memory.ts';
import { saveState } from '../snapshot/save.ts';
import { hostCpu } from '../snapshot/template-key.ts';
import { lockTemplate, templatesDir } from '../snapshot/template-store.ts';
import { diskArgv } from './argv.ts';
import { installKernel } from './install.ts';
import { bootSystem, newOverlay, type SystemSpec, WRITTEN_MODE } from './machine.ts';
import { readSystem, type SavedSystem, sealSystem, systemFiles } from './saved.ts';

/** Raised when the files of a saved system mean something else than before. */
const FORMAT = 2;
const SAVED_MODE = 0o444;
const PRIVATE_DIR = 0o700;
const MEGABYTE = 1024 * 1024;
/** What a system writes to its disk while it boots, and what it touches of its memory. */
const WANTED_MB = 1024;

/** Everything that a saved system depends on: a change of any of it makes another one. */
async function keyOf({ host, machine, qemu, image, diskBytes, seed }: SystemSpec): Promise<string> {
  const argv = diskArgv(machine, {
    base: '',
    seed: { bytes: seed.bytes },
    overlay: '',
    saved: '',
    ram: { path: '', use: 'own' },
  });
  const disk = [image.sha256, image.format, diskBytes];
  const kernel = image.kernel && [image.kernel.release, ...image.kernel.packages.map(({ sha256 }) => sha256)];
  const parts = [FORMAT, argv, qemu.build, disk, kernel ?? [], seed.sha256, await hostCpu(host, machine.accel)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * The saved system of an image: the one in the store when it can be trusted, else the image is booted and saved.
 * @throws GuestError when it does not come up, Error with words for the user when this machine cannot save it
 */
export async function ensureSystem(spec: SystemSpec, options: OpenOptions): Promise<SavedSystem> {
  const { host } = spec;
  const root = templatesDir(spec.cacheDir);
  const key = await keyOf(spec);
  const dir = join(root, key);
  const waiting = (): void =>
    spec.onNote(`another bpfcompat boots ${spec.image.name}, which takes it a minute or more: waiting for it`);
  await using _lock = await lockTemplate(host, spec.cacheDir, key, options.signal, waiting);
  const known = await readSystem(host, dir);
  const saved = known ?? (await saveSystem(spec, dir, options));
  await touchTemplate(host, dir).catch(() => {});
  if (known === undefined) await evictTemplates(host, root, spec.maxBytes, dir);
  return saved;
}

async function saveSystem(spec: SystemSpec, dir: string, options: OpenOptions): Promise<SavedSystem> {
  const { host, qemu } = spec;
  const root = templatesDir(spec.cacheDir);
  await host.files.remove(dir);
  await host.files.makeDir(root);
  await host.files.setMode(root, PRIVATE_DIR);
  const freeMb = Math.floor((await host.files.freeBytes(root)) / MEGABYTE);
  if (freeMb < WANTED_MB)
    throw new Error(`${root} has ${freeMb} MB free, to save a system takes ${WANTED_MB} MB; free some`);
  await host.files.makeDir(dir);
  let guest: RunningGuest | undefined;
  try {
    const { ram, disk, state } = systemFiles(dir);
    await using fast = await fastMemory(host, spec.machine.memoryMb * MEGABYTE, dir);
    const bootRam = join(fast.path, 'ram');
    await host.files.createSparse(bootRam, spec.machine.memoryMb * MEGABYTE, WRITTEN_MODE);
    await newOverlay(host, spec, disk);
    const { kernel } = spec.image;
    if (kernel !== undefined) await installKernel(spec, kernel, disk, options);
    const files = { overlay: disk, ram: { path: bootRam, use: 'written' as const } };
    guest = await bootSystem(spec, files, kernel?.release, options);
    if (guest.control === undefined) throw new Error('QEMU has no control channel');
    await saveState(host, guest.control, state);
    const { hello } = guest;
    await guest[Symbol.asyncDispose]();
    if (bootRam !== ram) await copyMemory(host, bootRam, ram);
    await host.files.setMode(ram, sharesRam(qemu.version) ? SAVED_MODE : WRITTEN_MODE);
    await host.files.setMode(disk, SAVED_MODE);
    return await sealSystem(host, dir, hello);
  } catch (error) {
    await guest?.[Symbol.asyncDispose]();
    await host.files.remove(dir);
    throw error;
  }
}
