import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, throwIfCancelled } from '../model/errors.ts';
import { Arch, type DebKernelSource, type StoredFile, UserlandRecord } from '../model/kernel.ts';
import { flag, option, phrase } from '../model/wording.ts';
import { keepsPackages, placePackages } from './packages.ts';
import type { LocalMirror } from './sources/deb/lists.ts';
import { fetchPackages, packageOf, type Recipe } from './sources/deb.ts';
import { asStoreError } from './space.ts';
import { blobPath, locateStore, lockProfile, lockStore, openStore, type Store } from './store.ts';
import type { EnsureOptions } from './supply.ts';
import type { FetchedKernel, FetchListener } from './unpacked.ts';
import { damageOf, removeDamaged } from './verify.ts';

/**
 * The small userland that a guest gets when commands run in it: one static program with a shell and the usual tools.
 * It comes from the distribution as kernels do: named by a signed index, checked by digest, kept in the store.
 */
const SOURCE: DebKernelSource = {
  source: 'deb',
  archive: 'debian',
  suite: 'bookworm',
  package: 'busybox-static',
  mirror: 'http://ftp.debian.org/debian',
};

/** Where the userland comes from. @param keyring default: Debian's own */
export function userlandSource(keyring?: string): DebKernelSource {
  return keyring === undefined ? SOURCE : { ...SOURCE, keyring };
}

/** Name of the userland of an architecture among the profile ids, none of which looks like it. */
export function userlandId(arch: Arch): string {
  return `${USERLAND}${arch}`;
}

/** The architecture of the userland that an id names; undefined for ids of profiles. */
export function userlandArch(id: string): Arch | undefined {
  return id.startsWith(USERLAND) ? (id.slice(USERLAND.length) as Arch) : undefined;
}

/** The programs that commands find in a guest of the direct lane. */
export interface Userland {
  /** The static program; its digest has been checked in this process. */
  readonly busybox: string;
  readonly record: UserlandRecord;
  readonly cached: boolean;
}

export interface UserlandOptions extends Omit<EnsureOptions, 'refresh'> {
  /** Keyring of the archive; default Debian's own. */
  readonly keyring?: string;
}

const USERLAND = 'userland+';
const MAX_RECORD = 64 * 1024;

function recordPath(store: Store, arch: Arch): string {
  return join(store.userland, `${arch}.json`);
}

/** The record of a stored userland; undefined when there is none. Whether its bytes are whole is checked apart. */
export async function readUserland(host: Host, store: Store, arch: Arch): Promise<UserlandRecord | undefined> {
  try {
    const text = (await host.files.read(recordPath(store, arch), MAX_RECORD)).toString('utf8');
    const record = UserlandRecord.parse(JSON.parse(text));
    return record.arch === arch ? record : undefined;
  } catch {
    // There is none, or it cannot be understood: then it is fetched again.
    return undefined;
  }
}

async function writeUserland(host: Host, store: Store, record: UserlandRecord): Promise<void> {
  await host.files.makeDir(store.userland);
  await host.files.writeAtomic(recordPath(store, record.arch), `${JSON.stringify(record, null, 2)}\n`);
}

/** Files of the store that a userland needs, whatever the architecture. */
export async function userlandFiles(host: Host, store: Store): Promise<StoredFile[]> {
  const records = await Promise.all(Arch.options.map((arch) => readUserland(host, store, arch)));
  return records.flatMap((record) => (record === undefined ? [] : [record.busybox]));
}

/** Forgets the userlands; their bytes go with the next clean-up of the store. */
export async function removeUserlands(host: Host, store: Store): Promise<void> {
  await host.files.remove(store.userland);
}

interface Fetched {
  readonly path: string;
  readonly package: FetchedKernel['package'];
}

const RECIPE: Recipe<Fetched> = {
  parts: async (_apt, first) => ({ first, all: [first], missing: [] }),
  take: (files, choice, from) => {
    const path = files.get('bin/busybox') ?? files.get('usr/bin/busybox');
    if (path !== undefined) return { path, package: packageOf(choice, from) };
    const { name, version } = choice.first;
    throw new HostError('userland_unusable', `${name} ${version} holds no bin/busybox; try another mirror`);
  },
};

/** Fetches, verifies and stores a userland. Call it under the lock of its name. @param local see `fetchPackages` */
export async function fetchUserland(
  host: Host,
  store: Store,
  arch: Arch,
  source: DebKernelSource,
  listener: FetchListener,
  local?: LocalMirror,
): Promise<UserlandRecord> {
  const parent = join(store.tmp, `userland-${arch}`);
  // We hold the lock: whatever lies here was left by a process that was killed.
  await host.files.remove(parent);
  await host.files.makeDir(parent);
  try {
    const keepDir = local === undefined && keepsPackages(host.env) ? join(parent, 'keep') : undefined;
    const paths = { root: store.root, aptDir: store.apt, lockDir: store.locks, workDir: parent, keepDir };
    const fetched = await fetchPackages(host, arch, source, paths, listener, undefined, RECIPE, local);
    if (fetched === 'unchanged') throw new TypeError('the source called a userland unchanged that we do not have');
    const size = (await host.files.stat(fetched.path))?.size ?? 0;
    const record: UserlandRecord = {
      schema: 'bpfcompat_userland.v2',
      arch,
      package: fetched.package,
      vouched: { by: 'signature', file: 'built-in: userland' },
      busybox: { sha256: await host.files.sha256(fetched.path), size },
      fetchedAt: host.now().toISOString(),
    };
    await using _lock = await lockStore(host, store, listener.signal);
    await host.files.rename(fetched.path, blobPath(store, record.busybox));
    await writeUserland(host, store, record);
    if (keepDir !== undefined) await placePackages(host, store, keepDir, userlandId(arch));
    return record;
  } finally {
    await host.files.remove(parent);
  }
}

/**
 * The userland of an architecture: from the store when it is there (digest checked), else fetched, verified and stored.
 * Several processes may call it at once.
 * @throws HostError when it cannot be had (network, signature, space, missing tool); CancelledError. Nothing half-made
 * is left in either case
 */
export async function ensureUserland(arch: Arch, options: UserlandOptions): Promise<Userland> {
  const { host, signal } = options;
  const listener: FetchListener = {
    signal,
    onProgress: options.onProgress ?? (() => {}),
    onNote: options.onNote ?? (() => {}),
  };
  throwIfCancelled(signal);
  const store = locateStore(host);
  const userland = (record: UserlandRecord, cached: boolean): Userland => ({
    busybox: blobPath(store, record.busybox),
    record,
    cached,
  });
  try {
    await openStore(host);
    await using _lock = await lockProfile(host, store, `userland-${arch}`, signal, listener.onNote);
    const stored = await readUserland(host, store, arch);
    const damage = stored && (await damageOf(host, store, [stored.busybox]));
    if (stored && damage === undefined) return userland(stored, true);
    if (stored) {
      listener.onNote(`the stored userland for commands ${damage}; fetching it again`);
      await using _store = await lockStore(host, store, signal);
      await removeDamaged(host, store, [stored.busybox]);
    }
    if (options.offline === true) {
      throw new HostError(
        'userland_not_stored',
        phrase`the shell for commands in guests (busybox-static) is not stored and ${option('offline')} forbids fetching it; fetch it first: bpfcompat kernels fetch ${flag('userland')}`,
      );
    }
    return userland(await fetchUserland(host, store, arch, userlandSource(options.keyring), listener), false);
  } catch (error) {
    throwIfCancelled(signal);
    throw asStoreError(error, store.root);
  }
}
