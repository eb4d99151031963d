import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { Guest, OpenOptions } from '../guest.ts';
import { sandboxForFiles, wrap, wrappedFile } from '../qemu/sandbox.ts';
import { openGuest, type RunningGuest } from '../running-guest.ts';
import { sharesRam } from './devices.ts';
import { evictTemplates, touchTemplate } from './evict.ts';
import { copyMemory, fastMemory } from './fast-memory.ts';
import { saveState } from './save.ts';
import { machineArgv, type TemplateSpec } from './spec.ts';
import { hostCpu, templateKey } from './template-key.ts';
import {
  lockTemplate,
  readTemplate,
  sealTemplate,
  type Template,
  templateFiles,
  templatesDir,
  wantsNames,
} from './template-store.ts';

/** QEMU runs as a user of its own, and this one writes into the memory. */
const SAVING_MODE = 0o666;
/** From then on no one does, where QEMU can do without: a guest that took it over would write into all others' memory. */
const SAVED_MODE = 0o444;
const PRIVATE_DIR = 0o700;
const MEGABYTE = 1024 * 1024;
/** More than any kernel's setup code (at most 64 sectors), which QEMU insists on. */
const KERNEL_START_BYTES = 64 * 1024;
/** Kernels 5.10 to 7.3 have touched 119 to 143 MB when they say hello; the rest of the file stays a hole. */
const WANTED_MB = 512;

/** What a caller of `ensureTemplate` gets beside the template. */
export interface Wishes {
  /** The kernel's names are going to be looked for: they are read before the guest is saved. */
  readonly named: boolean;
  /**
   * Takes the guest that was booted to be saved, which is as untouched as any copy. The taker ends it. Not called where
   * there was nothing to make, where that guest's memory is the template's own, or where it talks over a disk.
   */
  readonly take?: (guest: Guest) => void;
}

/**
 * The saved guest of a kernel: the one in the store when it can be trusted, else a new one.
 * @throws Error with words for the user when this machine cannot save guests, GuestError when the guest did not come up
 */
export async function ensureTemplate(spec: TemplateSpec, options: OpenOptions, wishes: Wishes): Promise<Template> {
  const { host } = spec;
  const root = templatesDir(spec.cacheDir);
  const key = templateKey({
    argv: machineArgv(spec, '', { saving: false, named: false }),
    qemuBuild: spec.qemu.build,
    vmlinuzSha256: spec.vmlinuzSha256,
    initramfsSha256: spec.initramfsSha256,
    hostCpu: await hostCpu(host, spec.machine.accel),
  });
  const dir = join(root, key);
  if (await host.files.readOnly(spec.cacheDir)) {
    const known = await readTemplate(host, dir);
    if (known === undefined) throw new Error(`${spec.cacheDir} may only be read`);
    return known;
  }
  const ready = await requestedTemplate(host, dir, wishes);
  if (ready !== undefined) return ready;
  // Several processes may want the same one: the first makes it, the others wait and use it.
  await using _lock = await lockTemplate(host, spec.cacheDir, key, options.signal, () =>
    spec.onNote(`another bpfcompat prepares the same guests, which takes it seconds: waiting for ${spec.release}`),
  );
  const made = await requestedTemplate(host, dir, wishes);
  if (made !== undefined) return made;
  const named = wishes.named || (await wantsNames(host, dir));
  const template = await makeTemplate(spec, dir, options, { ...wishes, named });
  await markUsed(host, dir);
  await evictTemplates(host, root, spec.maxBytes, dir);
  return template;
}

/** The saved guest that is there, if it can be trusted and has what is wished for. Needs no lock: what makes it one is written last, and whole. */
async function requestedTemplate(host: Host, dir: string, { named }: Wishes): Promise<Template | undefined> {
  const known = await readTemplate(host, dir);
  if (known === undefined || (!known.named && (named || (await wantsNames(host, dir))))) return undefined;
  await markUsed(host, dir);
  return known;
}

/** A cache that may only be read serves as well. */
async function markUsed(host: Host, dir: string): Promise<void> {
  await touchTemplate(host, dir).catch(() => {});
}

/** Makes room for a template. @throws Error with words for the user when the disk is too full */
async function makeTemplateDir(host: Host, root: string, dir: string): Promise<void> {
  await host.files.remove(dir);
  await host.files.makeDir(root);
  // Whatever the directory above allows: no one else may reach memory that anybody could write while it is made.
  await host.files.setMode(root, PRIVATE_DIR);
  // A guest that finds no space for its memory is killed, and a full disk hurts everybody.
  const freeMb = Math.floor((await host.files.freeBytes(root)) / MEGABYTE);
  if (freeMb < WANTED_MB)
    throw new Error(`${root} has ${freeMb} MB free, to save guests takes ${WANTED_MB} MB; free some`);
  await host.files.makeDir(dir);
}

/** @param ram file that its memory is in; it is made */
async function bootWithRam(
  spec: TemplateSpec,
  ram: string,
  options: OpenOptions,
  named: boolean,
): Promise<RunningGuest> {
  const { host, qemu, release, channel } = spec;
  await host.files.createSparse(ram, spec.machine.memoryMb * MEGABYTE, SAVING_MODE);
  const sandbox = await sandboxForFiles(host, spec.sandbox, { read: spec.files, write: [ram] }, options.signal);
  const argv = machineArgv(spec, wrappedFile(spec.files.length), { saving: true, named });
  const wrapped = wrap(sandbox, qemu.command, argv, { files: [...spec.files, ram] });
  return await openGuest(host, { qemu: wrapped, release, channel, controlled: true }, options);
}

/** Keeps what a guest is: its state, its memory and its kernel's start. @param bootRam where its memory is */
async function keepGuest(
  spec: TemplateSpec,
  dir: string,
  guest: RunningGuest,
  bootRam: string,
  { named, take }: Wishes,
): Promise<Template> {
  const { host, qemu } = spec;
  const { ram, state, kernel } = templateFiles(dir);
  if (guest.control === undefined) throw new Error('QEMU has no control channel');
  const stopped = await saveState(host, guest.control, state);
  // QEMU lets go of disks with the state, so a guest that talks over one stays where it stopped.
  const goesOn = take !== undefined && bootRam !== ram && spec.channel === 'virtio-serial';
  if (!goesOn) await guest[Symbol.asyncDispose]();
  await copyStart(host, spec.files[0], kernel);
  if (bootRam !== ram) await copyMemory(host, bootRam, ram);
  await host.files.setMode(ram, sharesRam(qemu.version) ? SAVED_MODE : SAVING_MODE);
  const template = await sealTemplate(host, dir, { hello: guest.hello, named });
  if (goesOn) {
    await stopped.goOn();
    take({ ...guest, restored: true });
  }
  return template;
}

/** Boots the kernel once more with its memory in a file, and keeps what it was when it had said hello. */
async function makeTemplate(spec: TemplateSpec, dir: string, options: OpenOptions, wishes: Wishes): Promise<Template> {
  const { host } = spec;
  await makeTemplateDir(host, templatesDir(spec.cacheDir), dir);
  let guest: RunningGuest | undefined;
  try {
    // Gone with its directory: who runs from it has it open.
    await using fast = await fastMemory(host, WANTED_MB * MEGABYTE, dir);
    const bootRam = templateFiles(fast.path).ram;
    guest = await bootWithRam(spec, bootRam, options, wishes.named);
    return await keepGuest(spec, dir, guest, bootRam, wishes);
  } catch (error) {
    await guest?.[Symbol.asyncDispose]();
    await host.files.remove(dir);
    throw error;
  }
}

/** Keeps what a copied guest's QEMU needs of the kernel's file: it reads all it is given, which takes 7 of 40 ms. */
async function copyStart(host: Host, from: string, to: string): Promise<void> {
  const { exitCode, stdout, stderr } = await host.run('head', ['-c', String(KERNEL_START_BYTES), '--', from]);
  if (exitCode !== 0) throw new Error(`cannot read ${from}: ${stderr.toString('utf8').slice(0, 200)}`);
  await host.files.writeAtomic(to, stdout);
}
