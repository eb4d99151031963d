import { join } from 'node:path';
import type { Host, TempDir } from '../../host/host.ts';
import type { GuestFacts } from '../../model/cell.ts';
import { CancelledError } from '../../model/errors.ts';
import { type Guest, GuestError, type GuestSource, type OpenOptions } from '../guest.ts';
import { stampOf as fileStamp } from '../snapshot/stamp.ts';
import { bootedOneByOne, machineGaveUp } from '../without-copies.ts';
import { type MicroVmSpec, openVm, type SavedVm } from './microvm.ts';
import { type SavedFiles, saveRequests } from './requests.ts';
import type { Vmm } from './vmm.ts';

interface SavedSpec extends MicroVmSpec {
  readonly facts: GuestFacts;
  readonly cacheDir: string;
  readonly boot: (options: OpenOptions) => Promise<Guest>;
  readonly onNote: (message: string) => void;
}

const MEGABYTE = 1024 * 1024;
const READ_ONLY = 0o444;

/**
 * Guests that are copies of one that was booted and saved: `warm` does so for several cells. A kernel with one cell gets a
 * guest that boots, and so does every cell where guests cannot be saved, or copies of them not be started.
 */
export function savedSource(spec: SavedSpec): GuestSource {
  const { facts, release, onNote } = spec;
  let saving: Promise<{ readonly dir: TempDir; readonly saved: SavedVm } | undefined> | undefined;
  let copies = true;
  return {
    facts,
    async warm(options) {
      saving ??= save(spec, options).catch((error: unknown) => {
        if (options.signal.aborted) throw new CancelledError('cancelled', { cause: error });
        // A kernel that does not boot says so to each cell.
        if (!(error instanceof GuestError) || machineGaveUp(error)) onNote(bootedOneByOne(release, error));
        return undefined;
      });
      await saving;
    },
    async open(options) {
      const found = options.fresh || !copies ? undefined : await saving;
      if (found === undefined) return await spec.boot(options);
      try {
        return await copyOf(spec, found.saved, options);
      } catch (error) {
        if (!machineGaveUp(error) || options.signal.aborted) throw error;
        // Several cells may find out at the same time.
        if (copies) onNote(bootedOneByOne(release, error));
        copies = false;
        return await spec.boot(options);
      }
    },
    async [Symbol.asyncDispose]() {
      await (await saving?.catch(() => undefined))?.dir[Symbol.asyncDispose]();
    },
  };
}

async function copyOf(spec: SavedSpec, saved: SavedVm, options: OpenOptions): Promise<Guest> {
  const guest = await openVm(spec, options, { saved });
  return {
    ...guest,
    // No result counts, good or bad, of a guest whose memory somebody changed under it.
    run: async (request, requested) => {
      const [result] = await Promise.allSettled([guest.run(request, requested)]);
      if ((await stampOf(spec.host, saved.memory)) !== saved.stamp) {
        const words = `the saved guest of ${spec.release} was changed while a copy of it ran: ${saved.memory}`;
        throw new GuestError('internal', words);
      }
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    },
  };
}

async function save(spec: SavedSpec, options: OpenOptions): Promise<{ dir: TempDir; saved: SavedVm }> {
  const { host, vm, cacheDir } = spec;
  const parent = (await host.files.readOnly(cacheDir)) ? undefined : cacheDir;
  const dir = await host.files.tempDir('bpfcompat-saved-', parent);
  try {
    const freeMb = Math.floor((await host.files.freeBytes(dir.path)) / MEGABYTE);
    // The file is as large as the memory, and in a jail it is copied.
    if (freeMb < 2 * vm.memoryMb)
      throw new Error(`${cacheDir} has ${freeMb} MB free, to save guests takes ${2 * vm.memoryMb} MB; free some`);
    const files = { state: join(dir.path, 'state'), memory: join(dir.path, 'memory') };
    const onUp = (vmm: Vmm): Promise<void> => saveVm(host, vmm, files);
    const guest = await openVm(spec, options, { onUp });
    await guest[Symbol.asyncDispose]();
    return { dir, saved: { ...files, hello: guest.hello, stamp: await stampOf(host, files.memory) } };
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
}

/** Has Firecracker write its files where it may, and takes them. */
async function saveVm(host: Host, vmm: Vmm, files: SavedFiles): Promise<void> {
  const [state, memory] = [vmm.own('state'), vmm.own('memory')];
  await vmm.send(saveRequests({ state: state.inside, memory: memory.inside }));
  for (const [from, to] of [
    [state.outside, files.state],
    [memory.outside, files.memory],
  ] as const) {
    await host.files.copy(from, to);
    await host.files.setMode(to, READ_ONLY);
  }
}

async function stampOf(host: Host, path: string): Promise<string> {
  const stat = await host.files.stat(path);
  return stat === undefined ? 'gone' : fileStamp(stat);
}
