import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { KernelRecord, StoredFile } from '../model/kernel.ts';
import { TYPED_KERNEL } from '../model/local-kernel.ts';
import { factsName, modulesName } from './derived.ts';
import { removeDisks } from './disks/prune.ts';
import {
  filesOf,
  locateStore,
  lockProfile,
  lockStore,
  openStore,
  profileOfName,
  readOldRecord,
  readRecord,
  recordNames,
  removeRecord,
  type Store,
} from './store.ts';
import { removeUserlands, userlandFiles } from './userland.ts';

interface StoredKernel {
  readonly record: KernelRecord;
  /** Bytes of its files; some may be shared with other kernels. */
  readonly bytes: number;
}

/** What the store of kernels holds. */
export interface KernelList {
  /** Directory of the store. */
  readonly root: string;
  readonly kernels: readonly StoredKernel[];
  /** Bytes of all blobs, each counted once. */
  readonly bytes: number;
}

export interface PruneOptions {
  readonly signal?: AbortSignal | undefined;
  /** Profiles that stay; the records of all others go. Without it every record stays. */
  readonly keep?: readonly string[];
  /** Everything goes, package lists and disk images too. */
  readonly all?: boolean;
}

export interface PruneResult {
  readonly removedKernels: readonly string[];
  /** Disk images among them. */
  readonly removedBlobs: number;
  /** Bytes of the removed blobs. */
  readonly freedBytes: number;
  readonly keptBytes: number;
}

async function records(host: Host, store: Store): Promise<KernelRecord[]> {
  const found = await Promise.all((await recordNames(host, store)).map((name) => readRecord(host, store, name)));
  return found.filter((record) => record !== undefined);
}

async function entries(host: Host, dir: string): Promise<string[]> {
  return (await host.files.stat(dir))?.isDirectory ? (await host.files.list(dir)).sort() : [];
}

async function sizeOf(host: Host, path: string): Promise<number> {
  return (await host.files.stat(path))?.size ?? 0;
}

/** What the store holds. Reads only. */
export async function listKernels(host: Host): Promise<KernelList> {
  const store = locateStore(host);
  const kernels = (await records(host, store)).map((record) => ({
    record,
    bytes: filesOf(record).reduce((sum, file) => sum + file.size, 0),
  }));
  let bytes = 0;
  for (const name of await entries(host, store.blobs)) bytes += await sizeOf(host, join(store.blobs, name));
  return { root: store.root, kernels, bytes };
}

/** Copies of kernels that were typed for one run: no profile needs them, and their files are elsewhere on this machine. */
async function typedRecords(host: Host, store: Store, names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(names.map((name) => readRecord(host, store, name)));
  return new Set(names.filter((_, index) => found[index]?.vouched.file.startsWith(TYPED_KERNEL)));
}

async function dropProfiles(host: Host, store: Store, options: PruneOptions): Promise<string[]> {
  const names = await recordNames(host, store);
  const goes = (id: string): boolean =>
    options.all === true || (options.keep !== undefined && !options.keep.includes(id));
  const dropped: string[] = [];
  // Taking the lock waits for a fetch that is under way, so its work directory is never pulled from under it.
  const typed = await typedRecords(host, store, names);
  for (const id of new Set([...names.map(profileOfName), ...(await entries(host, store.tmp))])) {
    await using _lock = await lockProfile(host, store, id, options.signal);
    await host.files.remove(join(store.tmp, id));
    const own = names.filter((name) => profileOfName(name) === id);
    const gone = goes(id) ? own : own.filter((name) => typed.has(name));
    for (const name of gone) await removeRecord(host, store, name);
    if (gone.length > 0) dropped.push(id);
  }
  return dropped;
}

/** Files of everything stored, by this version and by older ones. */
async function neededFiles(host: Host, store: Store): Promise<StoredFile[]> {
  const old = await Promise.all((await recordNames(host, store)).map((name) => readOldRecord(host, store, name)));
  const all = [...(await records(host, store)), ...old.filter((record) => record !== undefined)];
  return [...all.flatMap(filesOf), ...(await userlandFiles(host, store))];
}

async function dropLists(host: Host, store: Store, signal: AbortSignal | undefined): Promise<void> {
  for (const key of await entries(host, store.apt)) {
    await using _lock = await host.files.lock(join(store.locks, `apt-${key}`), signal);
    await host.files.remove(join(store.apt, key));
  }
}

/** Removes modules and facts of kernels that are not stored any more, and those of older versions. */
async function dropDerived(host: Host, store: Store): Promise<void> {
  const kept = new Set((await records(host, store)).flatMap((record) => [modulesName(record), factsName(record)]));
  for (const dir of [store.modules, store.facts]) {
    for (const name of await entries(host, dir)) if (!kept.has(name)) await host.files.remove(join(dir, name));
  }
}

/**
 * Removes what no one needs: blobs without a record and leftovers of killed runs; with `keep` or `all` also kernels.
 * Safe beside running fetches.
 */
export async function pruneKernels(host: Host, options: PruneOptions = {}): Promise<PruneResult> {
  const store = await openStore(host);
  const removedKernels = await dropProfiles(host, store, options);
  if (options.all === true) await dropLists(host, store, options.signal);
  await using _lock = await lockStore(host, store, options.signal);
  await host.files.remove(store.packages);
  if (options.all === true) await removeUserlands(host, store);
  const needed = new Set((await neededFiles(host, store)).map((file) => file.sha256));
  await dropDerived(host, store);
  const disks = await removeDisks(host, store, options.all === true);
  let removedBlobs = disks.count;
  let freedBytes = disks.bytes;
  let keptBytes = 0;
  for (const name of await entries(host, store.blobs)) {
    const size = await sizeOf(host, join(store.blobs, name));
    if (needed.has(name)) {
      keptBytes += size;
      continue;
    }
    await host.files.remove(join(store.blobs, name));
    removedBlobs++;
    freedBytes += size;
  }
  return { removedKernels, removedBlobs, freedBytes, keptBytes };
}
