import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import { CancelledError, messageOf } from '../../model/errors.ts';
import { type Guest, GuestError, type GuestSource, type OpenOptions } from '../guest.ts';
import { type Machine, qemuArgv } from '../qemu/argv.ts';
import { serialConsole, validatorPort } from '../qemu/devices.ts';
import type { QemuHost } from '../qemu/qemu-host.ts';
import { sandboxForFiles, wrap, wrappedFd, wrappedFile } from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { controlChannel, incoming, ramFile } from './devices.ts';
import { evictTemplates, touchTemplate } from './evict.ts';
import { resumeFrom, saveState } from './save.ts';
import { hostCpu, templateKey } from './template-key.ts';
import { readTemplate, sealTemplate, type Template, templateFiles, templatesDir, untouched } from './template-store.ts';

/** One kernel with everything that its guests are made of. */
export interface TemplateSpec extends QemuHost {
  readonly host: Host;
  readonly cacheDir: string;
  readonly machine: Machine;
  /** Kernel and initramfs, in the order of the paths in `machine`. */
  readonly files: readonly [kernel: string, initramfs: string];
  readonly release: string;
  readonly vmlinuzSha256: string;
  readonly initramfsSha256: string;
  readonly facts: GuestFacts;
  /** Bytes that all templates together may take on disk. */
  readonly maxBytes: number;
  /** Boots a guest from nothing. */
  readonly boot: (options: OpenOptions) => Promise<Guest>;
  readonly onNote: (message: string) => void;
}

const PORT_FD = 3;
const CONTROL_FD = 4;
const RAM = 2;
const STATE = 3;
/** QEMU runs as a user of its own and opens memory for writing, always. */
const RAM_MODE = 0o666;
const PRIVATE_DIR = 0o700;
const MEGABYTE = 1024 * 1024;
/** Memory that a guest has touched when it says hello is 80 to 210 MB; the rest of its file stays a hole. */
const WANTED_MB = 512;

/**
 * Guests that are copies of one saved guest: the kernel boots once per machine and kernel, every cell then starts where
 * that boot ended, with memory that nothing else ever touched. Where that cannot be done, every guest is booted.
 */
export function templateSource(spec: TemplateSpec): GuestSource {
  const { host } = spec;
  let template: Promise<Template | undefined> | undefined;

  function bootFromNowOn(error: unknown): void {
    template = Promise.resolve(undefined);
    spec.onNote(`guests are booted one by one where they cannot be copied: ${spec.release}: ${messageOf(error)}`);
  }

  async function current(options: OpenOptions): Promise<Template | undefined> {
    template ??= ensureTemplate(spec, options).catch((error: unknown) => {
      if (options.signal.aborted) throw new CancelledError('cancelled', { cause: error });
      // A kernel that does not even boot tells each cell so; that it cannot be saved is for the user to know.
      if (!(error instanceof GuestError) || refused(error)) bootFromNowOn(error);
      return undefined;
    });
    const found = await template;
    if (found === undefined || (await untouched(host, found))) return found;
    // Somebody wrote into the memory: whatever it was, it is no longer what we saved.
    template = undefined;
    return current(options);
  }

  async function open(options: OpenOptions): Promise<Guest> {
    const found = options.fresh ? undefined : await current(options);
    if (found === undefined) return spec.boot(options);
    try {
      return await restore(spec, found, options);
    } catch (error) {
      if (!refused(error) || options.signal.aborted) throw error;
      // Another process may have needed the space just now; then it is made again.
      if (await untouched(host, found)) bootFromNowOn(error);
      return open(options);
    }
  }

  return {
    facts: { ...spec.facts, isolation: 'cell' },
    async warm(options) {
      await current(options);
    },
    open,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** QEMU itself gave up, and not the guest: it will do so for every guest of this kind. */
function refused(error: unknown): boolean {
  return error instanceof GuestError && (error.infraCause === 'qemu_failed' || error.infraCause === 'no_space');
}

async function restore(spec: TemplateSpec, template: Template, options: OpenOptions): Promise<Guest> {
  const { host, qemu } = spec;
  const files = [...spec.files, template.ram, template.state];
  const sandbox = await restoreSandbox(spec, files, options.signal);
  const argv = machineArgv(spec, wrappedFile(RAM), false);
  return openGuest(
    host,
    {
      qemu: wrap(sandbox, qemu.command, argv, { files }),
      release: spec.release,
      controlled: true,
      saved: { hello: template.hello, resume: (control) => resumeFrom(control, `fd:${wrappedFd(STATE)}`) },
    },
    options,
  );
}

const checkedSandboxes = new WeakMap<TemplateSpec, Promise<QemuHost['sandbox']>>();

/** One look per kernel: the files of all its guests are the same. */
function restoreSandbox(
  spec: TemplateSpec,
  files: readonly string[],
  signal: AbortSignal,
): Promise<QemuHost['sandbox']> {
  const known = checkedSandboxes.get(spec) ?? sandboxForFiles(spec.host, spec.sandbox, files, signal);
  checkedSandboxes.set(spec, known);
  return known;
}

function machineArgv(spec: TemplateSpec, ram: string, saving: boolean): string[] {
  const devices = [
    serialConsole,
    validatorPort(PORT_FD),
    ramFile(ram, spec.machine.memoryMb, saving),
    controlChannel(CONTROL_FD),
    ...(saving ? [] : [incoming]),
  ];
  return qemuArgv(spec.machine, devices);
}

async function ensureTemplate(spec: TemplateSpec, options: OpenOptions): Promise<Template> {
  const { host } = spec;
  const root = templatesDir(spec.cacheDir);
  const key = templateKey({
    argv: machineArgv(spec, '', false),
    qemuBuild: spec.qemu.build,
    vmlinuzSha256: spec.vmlinuzSha256,
    initramfsSha256: spec.initramfsSha256,
    hostCpu: await hostCpu(host, spec.machine.accel),
  });
  const dir = join(root, key);
  // Several processes may want the same one: the first makes it, the others wait and use it.
  await using _lock = await host.files.lock(join(spec.cacheDir, 'locks', `template-${key}`), options.signal);
  const known = await readTemplate(host, dir);
  if (known === undefined) await makeTemplate(spec, dir, options);
  const template = known ?? (await readTemplate(host, dir));
  if (template === undefined) throw new Error(`the template in ${dir} is unusable although it was just made`);
  await touchTemplate(host, dir);
  if (known === undefined) await evictTemplates(host, root, spec.maxBytes, dir);
  return template;
}

/** Boots the kernel once more with its memory in a file, and keeps what it was when it had said hello. */
async function makeTemplate(spec: TemplateSpec, dir: string, options: OpenOptions): Promise<void> {
  const { host, qemu } = spec;
  const root = templatesDir(spec.cacheDir);
  await host.files.remove(dir);
  await host.files.makeDir(root);
  // Whatever the directory above allows: nobody else may reach memory that anybody could write.
  await host.files.setMode(root, PRIVATE_DIR);
  // A guest that finds no space for its memory is killed, and a full disk hurts everybody.
  const freeMb = Math.floor((await host.files.freeBytes(root)) / MEGABYTE);
  if (freeMb < WANTED_MB)
    throw new Error(`${root} has ${freeMb} MB free, to save guests takes ${WANTED_MB} MB; free some`);
  await host.files.makeDir(dir);
  try {
    const { ram, state } = templateFiles(dir);
    await host.files.createSparse(ram, spec.machine.memoryMb * MEGABYTE, RAM_MODE);
    // No artifact has been here: a user of its own is not needed, and could not reach the socket of the state.
    const sandbox = { ...spec.sandbox, layers: spec.sandbox.layers.filter((layer) => layer !== 'own-uid') };
    const argv = machineArgv(spec, ram, true);
    await using guest = await openGuest(
      host,
      { qemu: wrap(sandbox, qemu.command, argv, { files: spec.files }), release: spec.release, controlled: true },
      options,
    );
    if (guest.control === undefined) throw new Error('QEMU has no control channel');
    await saveState(host, guest.control, state);
    await guest[Symbol.asyncDispose]();
    await sealTemplate(host, dir, guest.hello);
  } catch (error) {
    await host.files.remove(dir);
    throw error;
  }
}
