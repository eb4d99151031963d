import { type Guest, GuestError, type OpenOptions } from '../guest.ts';
import {
  layerNote,
  type NeededFiles,
  type Sandbox,
  sandboxForFiles,
  wrap,
  wrappedFd,
  wrappedFile,
} from '../qemu/sandbox.ts';
import { openGuest } from '../running-guest.ts';
import { sharesRam } from './devices.ts';
import { copyMemory, fastMemory } from './fast-memory.ts';
import { resumeFrom } from './save.ts';
import { machineArgv, type TemplateSpec } from './spec.ts';
import { changedInUse, type Template, templateFiles } from './template-store.ts';

/** Places of memory and state among the files that QEMU is handed. */
const RAM = 2;
const STATE = 3;

/** A file in a private directory, for a QEMU with a uid of its own that opens it for writing. */
const OWN_RAM_MODE = 0o666;

/** A guest that goes on where the saved one stopped. @throws GuestError */
export async function restore(spec: TemplateSpec, template: Template, options: OpenOptions): Promise<Guest> {
  const { host } = spec;
  // Older QEMUs open the memory for writing. The file's times show who writes then, wherever those can be relied on.
  if (sharesRam(spec.qemu.version) || (await host.files.timesChanges(template.ram)))
    return await restoreWith(spec, template, template.ram, options);
  const size = (await host.files.stat(template.ram))?.allocated ?? 0;
  await using disk = await host.files.tempDir('bpfcompat-');
  await using fast = await fastMemory(host, size, disk.path);
  const { ram } = templateFiles(fast.path);
  await copyMemory(host, template.ram, ram);
  await host.files.setMode(ram, OWN_RAM_MODE);
  // Gone with its directory once the guest runs: QEMU has it open.
  return await restoreWith(spec, template, ram, options);
}

/** @param ram memory of the guest: that of the template, or a copy that is its own */
async function restoreWith(spec: TemplateSpec, template: Template, ram: string, options: OpenOptions): Promise<Guest> {
  const { host, qemu } = spec;
  const [, initramfs] = spec.files;
  // The kernel itself is in the guest's memory already.
  const files = [template.kernel, initramfs, ram, template.state];
  // The state is not opened again: QEMU goes on with the descriptor that it has.
  const read = [template.kernel, initramfs];
  const needed = sharesRam(qemu.version) ? { read: [...read, ram] } : { read, write: [ram] };
  const sandbox = await restoreSandbox(spec, needed, options.signal);
  const argv = machineArgv(spec, wrappedFile(RAM), { saving: false, named: template.named });
  const guest = await openGuest(
    host,
    {
      qemu: wrap(sandbox, qemu.command, argv, { files }),
      release: spec.release,
      channel: spec.channel,
      controlled: true,
      saved: { hello: template.hello, resume: (control) => resumeFrom(control, `fd:${wrappedFd(STATE)}`) },
    },
    options,
  );
  return { ...guest, run: (request, requested) => runUnchanged(spec, template, () => guest.run(request, requested)) };
}

/** No result counts, good or bad, of a guest whose memory somebody changed under it. @throws GuestError */
async function runUnchanged<T>({ host, release }: TemplateSpec, template: Template, run: () => Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([run()]);
  if (await changedInUse(host, template)) {
    const words = `the saved guest of ${release} was changed while a copy of it ran: ${template.ram}`;
    throw new GuestError('internal', words);
  }
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

const checkedSandboxes = new WeakMap<TemplateSpec, Promise<Sandbox>>();

/** One look per kernel: the files of all its guests are the same. */
function restoreSandbox(spec: TemplateSpec, files: NeededFiles, signal: AbortSignal): Promise<Sandbox> {
  const known = checkedSandboxes.get(spec) ?? checkSandbox(spec, files, signal);
  checkedSandboxes.set(spec, known);
  known.catch(() => checkedSandboxes.delete(spec));
  return known;
}

async function checkSandbox(spec: TemplateSpec, files: NeededFiles, signal: AbortSignal): Promise<Sandbox> {
  const sandbox = await sandboxForFiles(spec.host, spec.sandbox, files, signal, true);
  const note = layerNote(sandbox);
  if (note !== undefined) spec.onNote(note);
  return sandbox;
}
