import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, throwIfCancelled } from '../model/errors.ts';
import type { KernelRecord, Profile } from '../model/kernel.ts';
import { isLocal } from '../model/kernel-source.ts';
import { option, phrase } from '../model/wording.ts';
import { copiedModules } from './copied-modules.ts';
import { modulesName } from './derived.ts';
import { imageBtf } from './image/image-facts.ts';
import { withoutZboot } from './image/zboot.ts';
import { kernelSourceOf } from './locked.ts';
import { indexModules } from './modules/index-modules.ts';
import { baseStrings } from './modules/module-btf.ts';
import { type ModuleShelf, openShelf } from './modules/module-shelf.ts';
import { exactly, fetchKernel } from './sources/sources.ts';
import { asStoreError } from './space.ts';
import { locateStore, lockProfile, openStore, recordName, type Store } from './store.ts';
import type { EnsureOptions } from './supply.ts';
import type { FetchListener, UnpackedKernel } from './unpacked.ts';

function modulesPath(store: Store, record: KernelRecord): string {
  return join(store.modules, modulesName(record));
}

/** The packages of a stored kernel once more: the very build, or nothing. */
async function fetchAgain(
  host: Host,
  store: Store,
  profile: Profile,
  record: KernelRecord,
  listener: FetchListener,
  workDir: string,
): Promise<UnpackedKernel> {
  const requested = kernelSourceOf(profile);
  if (requested === undefined) throw new HostError('kernel_unusable', `${profile.file} names no kernel`);
  const kept = join(store.packages, recordName(record));
  await host.files.makeDir(workDir);
  const fetched = await fetchKernel(host, {
    arch: profile.arch,
    source: isLocal(requested) ? requested : exactly(requested, record.package),
    paths: { root: store.root, aptDir: store.apt, lockDir: store.locks, workDir },
    listener,
    packagesDir: (await host.files.stat(kept))?.isDirectory ? kept : undefined,
    top: profile.top,
  });
  if (fetched === 'unchanged') throw new TypeError('the source called packages unchanged that it was not given');
  const { kernel: packed, tree } = fetched;
  // What is stored is the image that is booted.
  const vmlinuz = await withoutZboot(host, packed.vmlinuz, join(workDir, 'image'), listener.signal);
  const kernel = { ...packed, vmlinuz };
  const isSame = kernel.release === record.release && tree === record.tree;
  if (isSame && (await host.files.sha256(kernel.vmlinuz)) === record.vmlinuz.sha256)
    return requested.source === 'file' ? copiedModules(host, kernel, join(workDir, 'copies')) : kernel;
  throw new HostError(
    'kernel_unusable',
    phrase`what is offered for ${profile.id} now is another build than the stored ${record.release}; ${option('refresh-kernels')} fetches it again`,
  );
}

async function makeShelf(
  host: Host,
  store: Store,
  profile: Profile,
  record: KernelRecord,
  listener: FetchListener,
): Promise<void> {
  const parent = join(store.tmp, `modules-${record.vmlinuz.sha256.slice(0, 16)}`);
  // We hold the lock: whatever lies here was left by a process that was killed.
  await host.files.remove(parent);
  await host.files.makeDir(parent);
  try {
    const kernel = await fetchAgain(host, store, profile, record, listener, join(parent, 'work'));
    listener.onProgress(`reading the modules of ${record.release}`, 0, 0);
    const btf = await imageBtf(host, kernel.vmlinuz, listener.signal);
    const made = join(parent, 'made');
    await indexModules(host, kernel, btf && baseStrings(btf), made, listener.signal);
    await host.files.makeDir(store.modules);
    await host.files.remove(modulesPath(store, record));
    await host.files.rename(made, modulesPath(store, record));
  } finally {
    await host.files.remove(parent);
  }
}

/** All modules of a stored kernel where somebody looked into them before; undefined where no one did. */
export async function storedModules(host: Host, record: KernelRecord): Promise<ModuleShelf | undefined> {
  const present = record.modules.map(({ name }) => name);
  return await openShelf(host, modulesPath(locateStore(host), record), present);
}

/**
 * All modules of a stored kernel: from the store where somebody looked into them before, else out of its packages, which
 * are fetched once more for that.
 * @throws HostError when they cannot be had; CancelledError. Nothing half-made is left in either case
 */
export async function ensureModules(
  profile: Profile,
  record: KernelRecord,
  options: Omit<EnsureOptions, 'refresh'>,
): Promise<ModuleShelf> {
  const { host, signal, onProgress = () => {}, onNote = () => {} } = options;
  throwIfCancelled(signal);
  const store = locateStore(host);
  const present = record.modules.map(({ name }) => name);
  const open = (): Promise<ModuleShelf | undefined> => openShelf(host, modulesPath(store, record), present);
  const known = await open();
  if (known !== undefined) return known;
  const local = profile.kernel !== undefined && isLocal(profile.kernel);
  if (options.offline === true && !local) {
    throw new HostError(
      'kernel_not_stored',
      phrase`the modules of ${record.release} are not stored and ${option('offline')} forbids fetching them; run once without it`,
    );
  }
  try {
    await openStore(host);
    const name = `modules-${record.vmlinuz.sha256.slice(0, 16)}`;
    await using _lock = await lockProfile(host, store, name, signal, onNote);
    const made = await open();
    if (made !== undefined) return made;
    await makeShelf(host, store, profile, record, { signal, onProgress, onNote });
  } catch (error) {
    throwIfCancelled(signal);
    throw asStoreError(error, store.root);
  }
  const shelf = await open();
  if (shelf === undefined)
    throw new HostError('kernel_damaged', `the modules of ${record.release} were written and cannot be read`);
  return shelf;
}
