import { join } from 'node:path';
import type { KernelChoice } from '../config/kernel-choice.ts';
import { workspaceLock } from '../config/lock.ts';
import { LOCK_FILE, type LockedEntry, lockText } from '../config/lock-file.ts';
import type { Host } from '../host/host.ts';
import { offersOf } from '../kernels/offers.ts';
import { ensureKernel } from '../kernels/supply.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import type { KernelRecord, Profile } from '../model/kernel.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { createCatalog, resolveProfiles } from '../run/resolve.ts';
import { createSlots } from '../run/slots.ts';
import { type Environment, environmentOf } from './services.ts';
import { useStore } from './store-use.ts';
import { wantedKernels } from './wanted-kernels.ts';

/** Which kernels go into `bpfcompat.lock` (docs/lock.md). */
export interface LockKernelsOptions extends Omit<Environment, 'lock'> {
  /** Kernels to lock, besides those that are locked already. Without it, and without `suite`, these are brought up to date. */
  readonly choice?: KernelChoice | undefined;
  /** A suite file, relative to `cwd`: the kernels of its cases. */
  readonly suite?: string;
  /** Lock what is stored, whatever is offered. */
  readonly offline?: boolean;
  /** Write nothing. */
  readonly check?: boolean;
  readonly signal?: AbortSignal;
  /** Called while something is read: what it is, bytes so far and in all (0: not known). */
  readonly onProgress?: (profile: string, what: string, bytes: number, total: number) => void;
  /** Called with what is worth knowing and no error, in words. */
  readonly onNote?: (message: string) => void;
}

/** What became of one kernel. */
export interface LockedChange {
  readonly profile: string;
  /** `PACKAGE VERSION` that was locked; empty for a new entry. */
  readonly before: string;
  /** The same of now; what was before where it could not be had. */
  readonly after: string;
  /** `uname -r`; empty where it could not be had. */
  readonly release: string;
  /** Why it could not be had; empty where it could. */
  readonly error: string;
}

/** What the lock says now. */
export interface LockKernelsResult {
  /** Path of the lock. */
  readonly file: string;
  readonly kernels: readonly LockedChange[];
  /** The file is, or with `check` would be, another one than before. */
  readonly changed: boolean;
}

const PARALLEL = 4;

function titleOf(entry: LockedEntry | undefined): string {
  return entry === undefined ? '' : `${entry.package} ${entry.version}`;
}

function entryOf({ package: from, release }: KernelRecord, profile: string): LockedEntry {
  const { name, version, signer, files } = from;
  const own = files.map(({ signer: _, ...file }) => file);
  return { profile, package: name, version, release, signer, files: own };
}

interface RunRequest {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly offline: boolean;
  readonly onProgress: NonNullable<LockKernelsOptions['onProgress']>;
  readonly onNote: (message: string) => void;
}

/** The newest build of a profile, verified. What is locked already is not downloaded again. */
async function newestOf(profile: Profile, before: LockedEntry | undefined, request: RunRequest): Promise<LockedEntry> {
  const { host, signal, offline, onNote } = request;
  const { id } = profile;
  if (profile.problem !== undefined) throw new UsageError('no_profile', profile.problem);
  if (profile.unbootable !== undefined) throw new UsageError('no_kernel_source', profile.unbootable);
  const onProgress = (what: string, bytes: number, total: number): void => request.onProgress(id, what, bytes, total);
  if (before !== undefined && !offline && profile.kernel !== undefined && !('version' in profile.kernel)) {
    const [newest] = await offersOf(host, profile, { signal, onProgress, onNote });
    const same = newest?.name === before.package && newest.version === before.version;
    if (same && before.files.some(({ sha256 }) => sha256 === newest.sha256)) return before;
  }
  const { files } = await ensureKernel(profile, { host, signal, offline, refresh: !offline, onProgress, onNote });
  return entryOf(files.record, id);
}

async function profilesOf(
  options: LockKernelsOptions,
  locked: readonly LockedEntry[],
  catalog: ReturnType<typeof createCatalog>,
): Promise<Profile[]> {
  const { choice, suite } = options;
  if (choice !== undefined) return resolveProfiles(catalog, choice);
  const ids = suite ? await wantedKernels({ suite }, { ...options, lock: 'ignore' }) : locked.map((one) => one.profile);
  if (ids.length === 0) {
    const why = suite ? `${suite} names no kernels that can be fetched` : `there is no ${LOCK_FILE} here yet`;
    throw new UsageError(
      'missing_flag',
      phrase`${why}; say which kernels: ${setting('kernels', 'ID,ID')}, ${setting('matrix', 'FILE')}, ${option('quick')} or ${setting('suite', 'FILE')}`,
    );
  }
  return resolveProfiles(catalog, { kind: 'ids', ids, origin: LOCK_FILE, inFile: true });
}

/**
 * Writes `bpfcompat.lock` in `cwd`: the newest build of each kernel, fetched and verified. Kernels of an older lock stay
 * in it; one that cannot be had keeps its entry and does not stop the others.
 * @throws UsageError for unknown kernels and a lock that cannot be read; CancelledError, with nothing written
 */
export async function lockKernels(options: LockKernelsOptions = {}): Promise<LockKernelsResult> {
  const environment = environmentOf({ ...options, lock: 'ignore' });
  const { host, cwd } = environment;
  const { signal = new AbortController().signal, offline = false } = options;
  const { onProgress = () => {}, onNote = () => {} } = options;
  const catalog = createCatalog(environment);
  const file = join(cwd, LOCK_FILE);
  const old = (await workspaceLock(catalog))?.entries ?? [];
  const profiles = await profilesOf(options, old, catalog);
  const entries = new Map(old.map((entry) => [entry.profile, entry]));
  await using _store = await useStore(host, signal);
  const slots = createSlots(PARALLEL, signal);
  const lockOne = async (profile: Profile): Promise<LockedChange> => {
    const before = entries.get(profile.id);
    const about = { profile: profile.id, before: titleOf(before) };
    try {
      const entry = await newestOf(profile, before, { host, signal, offline, onProgress, onNote });
      entries.set(profile.id, entry);
      return { ...about, after: titleOf(entry), release: entry.release, error: '' };
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) throw error;
      return { ...about, after: about.before, release: '', error: messageOf(error) };
    }
  };
  const kernels = await Promise.all(profiles.map((profile) => slots.use(0, () => lockOne(profile))));
  const text = lockText([...entries.values()]);
  const changed = text !== lockText(old) && entries.size > 0;
  if (changed && options.check !== true) {
    await host.files.refuseLink(file);
    await host.files.writeAtomic(file, text);
  }
  return { file, kernels, changed };
}
