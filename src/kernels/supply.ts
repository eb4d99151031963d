import type { Host } from '../host/host.ts';
import { HostError, messageOf, throwIfCancelled, UsageError } from '../model/errors.ts';
import {
  ID_PATTERN,
  type KernelFiles,
  type KernelRecord,
  type KernelSource,
  type LockedKernel,
  type Profile,
} from '../model/kernel.ts';
import { isLocal } from '../model/kernel-source.ts';
import { flag, inFlags, option, phrase, spell } from '../model/wording.ts';
import { adoptOld } from './adopt.ts';
import { fetchInto } from './fetch.ts';
import { kernelSourceOf, matchesLock, misfit, storedLocked } from './locked.ts';
import { offersOf } from './offers.ts';
import { sourceKey } from './source-key.ts';
import { matchesSource } from './sources/sources.ts';
import { asStoreError } from './space.ts';
import {
  filesOf,
  kernelFiles,
  locateStore,
  lockProfile,
  lockStore,
  openStore,
  readRecord,
  recordName,
  type Store,
} from './store.ts';
import type { FetchListener } from './unpacked.ts';
import { damageOf, removeDamaged } from './verify.ts';

export interface EnsureOptions {
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far of `total`; `total` 0 = not known yet, or not a matter of bytes. */
  readonly onProgress?: (what: string, bytes: number, total: number) => void;
  /** Things the user should know although nothing failed. */
  readonly onNote?: (message: string) => void;
  /** Look for a newer package although the store has one. */
  readonly refresh?: boolean;
  /** Never use the network: a kernel that is not stored is an error. */
  readonly offline?: boolean;
}

/** A kernel that is ready to boot. */
export interface EnsuredKernel {
  readonly files: KernelFiles;
  /** true: no byte came over the network. */
  readonly cached: boolean;
}

/** Does a stored kernel still match what the profile requests? */
function matches(record: Pick<KernelRecord, 'arch' | 'package'>, profile: Profile, source: KernelSource): boolean {
  return record.arch === profile.arch && matchesSource(record.package, source) && matchesLock(record, profile);
}

function lockedWords({ locked }: Profile): string {
  return locked === undefined ? '' : `, ${locked.name} ${locked.version} (${locked.origin}),`;
}

/**
 * The stored kernel where nothing has to be done about it, which needs no lock: records and blobs take their places whole, and
 * what is returned under the lock is used without it as well.
 */
async function readyKernel(
  host: Host,
  store: Store,
  profile: Profile,
  source: KernelSource,
): Promise<KernelRecord | undefined> {
  const record = await readRecord(
    host,
    store,
    recordName({ profile: profile.id, source: sourceKey(profile.arch, source) }),
  );
  if (record === undefined || !matches(record, profile, source)) return undefined;
  return (await damageOf(host, store, filesOf(record))) === undefined ? record : undefined;
}

/** The stored kernel when it is the one requested and every digest is right. Damaged blobs are removed. */
async function storedKernel(
  host: Host,
  store: Store,
  profile: Profile,
  source: KernelSource,
  listener: FetchListener,
  offline: boolean,
): Promise<KernelRecord | undefined> {
  const name = recordName({ profile: profile.id, source: sourceKey(profile.arch, source) });
  const record =
    (await readRecord(host, store, name)) ??
    (await storedLocked(host, store, profile)) ??
    (await adoptOld(host, store, profile, source, listener, (old) => matches(old, profile, source)));
  if (record === undefined || !matches(record, profile, source)) return undefined;
  const damage = await damageOf(host, store, filesOf(record));
  if (damage === undefined) return record;
  if (!offline) listener.onNote(`${profile.id}: stored kernel ${damage}; fetching it again`);
  await using _lock = await lockStore(host, store, listener.signal);
  await removeDamaged(host, store, filesOf(record));
  if (!offline) return undefined;
  throw new HostError(
    'kernel_damaged',
    phrase`the stored kernel of ${profile.id} is damaged (${damage}) and ${option('offline')} forbids fetching it again; fetch it first: bpfcompat kernels fetch ${profile.id}`,
  );
}

/** A fresh kernel; the stored one when no mirror can be reached. */
async function fetchOrFallBack(
  host: Host,
  store: Store,
  profile: Profile,
  source: KernelSource,
  stored: KernelRecord | undefined,
  listener: FetchListener,
): Promise<KernelRecord> {
  try {
    return await fetchInto(host, store, profile, source, stored, listener);
  } catch (error) {
    if (stored === undefined || !(error instanceof HostError) || error.code !== 'mirror_unreachable') throw error;
    throwIfCancelled(listener.signal);
    listener.onNote(`${profile.id}: using the stored kernel ${stored.release}: ${messageOf(error)}`);
    return stored;
  }
}

/** Notes a newer build than the one that is locked: a refresh is to look for it. */
async function noteNewer(profile: Profile, locked: LockedKernel, host: Host, listener: FetchListener): Promise<void> {
  const { id } = profile;
  try {
    const [newest] = await offersOf(host, profile, listener);
    if (newest === undefined || (newest.name === locked.name && newest.version === locked.version)) return;
    listener.onNote(
      `${id}: ${newest.name} ${newest.version} is offered, and ${locked.origin} keeps ${locked.name} ${locked.version}; 'bpfcompat lock ${flag('kernels')} ${id}' takes the newer one`,
    );
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    listener.onNote(`${id}: ${messageOf(error)}`);
  }
}

/**
 * The kernel of a profile, ready to boot: from the store when it is there (every digest checked), else fetched,
 * verified and stored. Works without network for what is stored; several processes may call it at once. A profile that is
 * locked to a build gets that one; where its repository no longer has it, or the lock is not of this profile, the newest
 * with a note, or an error when the lock is strict.
 * @throws UsageError when the profile names no kernel; HostError when it cannot be had (network, signature, digest,
 * space, missing tool); CancelledError. In every case nothing half-made is left.
 */
export async function ensureKernel(profile: Profile, options: EnsureOptions): Promise<EnsuredKernel> {
  const { locked, ...open } = profile;
  if (locked === undefined) return await ensureUnlocked(profile, options);
  const { onNote = () => {}, onProgress = () => {} } = options;
  const strange = misfit(profile, locked);
  if (strange !== undefined) {
    if (locked.strict) throw new HostError('lock_misfit', strange);
    onNote(spell(strange, inFlags));
    return await ensureUnlocked(open, options);
  }
  if (options.refresh === true && options.offline !== true) {
    await noteNewer(open, locked, options.host, { signal: options.signal, onNote, onProgress });
  }
  try {
    return await ensureUnlocked(profile, { ...options, refresh: false });
  } catch (error) {
    const gone = error instanceof HostError && error.code === 'package_not_found';
    if (!gone) throw error;
    const message = `${locked.origin}: ${profile.id} is locked to ${locked.name} ${locked.version}, which its repository no longer has`;
    const remedy = `write the lock again: bpfcompat lock ${flag('kernels')} ${profile.id}`;
    if (locked.strict) throw new HostError(error.code, `${message}; ${remedy}`, { cause: error });
    const other = await ensureUnlocked(open, options);
    const { name, version } = other.files.record.package;
    onNote(`${message}; ${name} ${version} is used instead. To keep it, ${remedy}`);
    return other;
  }
}

/** The same of the very build that the profile names, if it does. */
async function ensureUnlocked(profile: Profile, options: EnsureOptions): Promise<EnsuredKernel> {
  const { host, signal } = options;
  const source = kernelSourceOf(profile);
  if (source === undefined) {
    throw new UsageError(
      'no_kernel_source',
      `${profile.file}: profile ${profile.id} has no kernel block, so its kernel cannot be fetched; add one`,
    );
  }
  if (!ID_PATTERN.test(profile.id)) {
    throw new UsageError(
      'bad_id',
      `${profile.file}: "${profile.id}" is not a profile id; use letters, digits, . _ and -`,
    );
  }
  throwIfCancelled(signal);
  const listener: FetchListener = {
    signal,
    onProgress: options.onProgress ?? (() => {}),
    onNote: options.onNote ?? (() => {}),
  };
  const store = locateStore(host);
  try {
    await openStore(host);
    const local = isLocal(source);
    const ready = options.refresh === true || local ? undefined : await readyKernel(host, store, profile, source);
    if (ready !== undefined) return { files: kernelFiles(store, ready), cached: true };
    await using _lock = await lockProfile(host, store, profile.id, signal, listener.onNote);
    const whole = await storedKernel(host, store, profile, source, listener, options.offline === true && !local);
    if (whole !== undefined && options.refresh !== true && !local) {
      return { files: kernelFiles(store, whole), cached: true };
    }
    if (options.offline === true && !local) {
      throw new HostError(
        'kernel_not_stored',
        phrase`the kernel of ${profile.id}${lockedWords(profile)} is not stored and ${option('offline')} forbids fetching it; fetch it first: bpfcompat kernels fetch ${profile.id}`,
      );
    }
    const record = await fetchOrFallBack(host, store, profile, source, whole, listener);
    return { files: kernelFiles(store, record), cached: local || record === whole };
  } catch (error) {
    throwIfCancelled(signal);
    throw asStoreError(error, store.root);
  }
}
