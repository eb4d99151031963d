import { dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, messageOf } from '../model/errors.ts';
import { type KernelFiles, KernelRecord, OldKernelRecord, type StoredFile } from '../model/kernel.ts';
import { secureRoot, storeRoot } from './store-root.ts';

const MAX_RECORD = 1024 * 1024;
const ROOT_MODE = 0o700;
const PARENT_MODE = 0o755;

/**
 * The content-addressed store on disk:
 * `blobs/sha256/<hex>` bytes, `modules/<sha256 of the vmlinuz>@<source and packages>/` all modules of a kernel with their index,
 * `facts/<sha256 of the vmlinuz>@<release and configuration>` what is read of a kernel without booting it,
 * `kernels/<profile>@<source>.json` and `userland/<arch>.json` records, `apt/` package lists,
 * `packages/<record>/` packages kept for a cache, `disks/` disk images of vendors with their records, `tmp/<profile>/` work in progress, `locks/`. Lock order: profile, apt, store.
 */
export interface Store {
  readonly root: string;
  readonly blobs: string;
  readonly records: string;
  readonly userland: string;
  /** All modules of kernels, where they were looked into. */
  readonly modules: string;
  /** What is read of kernels without booting them. */
  readonly facts: string;
  /** Packages that stored things were made of, for caches (BPFCOMPAT_KEEP_PACKAGES). */
  readonly packages: string;
  readonly apt: string;
  readonly tmp: string;
  readonly locks: string;
}

/** Names the places; touches nothing. */
export function locateStore(host: Host): Store {
  const root = storeRoot(host.env);
  return {
    root,
    blobs: join(root, 'blobs', 'sha256'),
    records: join(root, 'kernels'),
    userland: join(root, 'userland'),
    modules: join(root, 'modules'),
    facts: join(root, 'facts'),
    packages: join(root, 'packages'),
    apt: join(root, 'apt'),
    tmp: join(root, 'tmp'),
    locks: join(root, 'locks'),
  };
}

/** The store with its directories made; the root is private (0700) when we are the one who makes it. One that
 * may only be read is taken as it is. */
export async function openStore(host: Host): Promise<Store> {
  const store = locateStore(host);
  if (await host.files.readOnly(store.root)) return store;
  if (!(await host.files.stat(store.root))?.isDirectory) {
    await makeRoot(host, store.root);
  }
  await secureRoot(host, store.root);
  for (const dir of [store.blobs, store.records, store.apt, store.tmp, store.locks]) await host.files.makeDir(dir);
  return store;
}

/** Who may write to a directory above the store may put another store there. @throws HostError `cache_unwritable` */
async function makeRoot(host: Host, root: string): Promise<void> {
  try {
    await host.files.makeDir(dirname(root), PARENT_MODE);
    await host.files.makeDir(root, ROOT_MODE);
  } catch (cause) {
    const remedy = 'set BPFCOMPAT_CACHE_DIR to a directory that you can write to';
    throw new HostError('cache_unwritable', `cannot make ${root}: ${messageOf(cause)}; ${remedy}`, { cause });
  }
}

/** Everybody who works on one profile takes this lock first. @param onNote hears that another process has had it for seconds */
export function lockProfile(
  host: Host,
  store: Store,
  profile: string,
  signal: AbortSignal | undefined,
  onNote?: (message: string) => void,
): Promise<AsyncDisposable> {
  const name = `profile-${profile}`;
  return lockIn(host, store, name, signal, () => onNote?.(waitingWords(join(store.locks, name))));
}

/** The note about a lock that another process holds. */
export function waitingWords(path: string): string {
  return `${path} is locked by another process, most likely another bpfcompat; waiting for it (fuser ${path} names it)`;
}

/** Held for the moment in which blobs and records change together. */
export function lockStore(host: Host, store: Store, signal: AbortSignal | undefined): Promise<AsyncDisposable> {
  return lockIn(host, store, 'store', signal);
}

/**
 * A lock among those of the store. What no one here can change needs no lock, and could not have one.
 * @param name below `locks/`
 * @param onWait called once when another process has held it for seconds
 */
export async function lockIn(
  host: Host,
  store: Store,
  name: string,
  signal: AbortSignal | undefined,
  onWait?: () => void,
): Promise<AsyncDisposable> {
  if (await host.files.readOnly(store.root)) return { [Symbol.asyncDispose]: async () => {} };
  return host.files.lock(join(store.locks, name), signal, onWait);
}

/** Digits of the source's digest in a record's name: enough to distinguish sources, and the record holds all of it. */
const NAME_DIGITS = 16;

/** Name of a record. No profile id holds `@`. */
export function recordName({ profile, source }: Pick<KernelRecord, 'profile' | 'source'>): string {
  return `${profile}@${source.slice(0, NAME_DIGITS)}`;
}

function recordPath(store: Store, name: string): string {
  return join(store.records, `${name}.json`);
}

/** Path of a blob; whether it is there and whole is checked apart (`verifiedBlob`). */
export function blobPath(store: Store, file: StoredFile): string {
  return join(store.blobs, file.sha256);
}

async function readJson(host: Host, path: string): Promise<unknown> {
  if (!(await host.files.stat(path))?.isFile) return undefined;
  try {
    return JSON.parse((await host.files.read(path, MAX_RECORD)).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The record of this name; undefined when there is none or it cannot be understood (then it is fetched again). */
export async function readRecord(host: Host, store: Store, name: string): Promise<KernelRecord | undefined> {
  const { data } = KernelRecord.safeParse(await readJson(host, recordPath(store, name)));
  return data && recordName(data) === name ? data : undefined;
}

/** What an older version stored under a profile's id. */
export async function readOldRecord(host: Host, store: Store, profile: string): Promise<OldKernelRecord | undefined> {
  const { data } = OldKernelRecord.safeParse(await readJson(host, recordPath(store, profile)));
  return data?.profile === profile ? data : undefined;
}

export async function writeRecord(host: Host, store: Store, record: KernelRecord): Promise<void> {
  await host.files.writeAtomic(recordPath(store, recordName(record)), `${JSON.stringify(record, null, 2)}\n`);
}

/** @param name that of a record, or the id of a profile for what an older version stored */
export async function removeRecord(host: Host, store: Store, name: string): Promise<void> {
  await host.files.remove(recordPath(store, name));
}

/** Names of all records, those of older versions (without `@`) too, sorted. */
export async function recordNames(host: Host, store: Store): Promise<string[]> {
  if (!(await host.files.stat(store.records))?.isDirectory) return [];
  const names = await host.files.list(store.records);
  return names
    .filter((name) => /^[A-Za-z0-9].*\.json$/.test(name))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** Profile of a record's name. */
export function profileOfName(name: string): string {
  return name.replace(/@[0-9a-f]*$/, '');
}

/** Every blob a record refers to. */
export function filesOf(record: Pick<KernelRecord, 'vmlinuz' | 'config' | 'modules'>): StoredFile[] {
  return [record.vmlinuz, ...(record.config ? [record.config] : []), ...record.modules.map(({ file }) => file)];
}

/** Where the record's files lie. Only for a record whose blobs were verified. */
export function kernelFiles(store: Store, record: KernelRecord): KernelFiles {
  return {
    record,
    vmlinuz: blobPath(store, record.vmlinuz),
    config: record.config ? blobPath(store, record.config) : undefined,
    modules: record.modules.map(({ name, file }) => ({ name, path: blobPath(store, file) })),
  };
}
