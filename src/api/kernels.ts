import type { KernelChoice } from '../config/kernel-choice.ts';
import { removeBootFiles } from '../guests/boot-files.ts';
import { removeSavedGuests, type SavedGuests, savedGuests } from '../guests/snapshot/evict.ts';
import { listDisks, type StoredDisk } from '../kernels/disks/list.ts';
import type { EnsuredDisk } from '../kernels/disks/supply.ts';
import { ensureSystem } from '../kernels/disks/system-kernel.ts';
import { type KernelList, listKernels, type PruneResult, pruneKernels } from '../kernels/inventory.ts';
import { reserveStore } from '../kernels/lease.ts';
import { kernelSourceOf } from '../kernels/locked.ts';
import { ensureModules } from '../kernels/module-supply.ts';
import { sourceKey } from '../kernels/source-key.ts';
import { locateStore } from '../kernels/store.ts';
import { storeRoot } from '../kernels/store-root.ts';
import { type EnsuredKernel, type EnsureOptions, ensureKernel } from '../kernels/supply.ts';
import { ensureUserland, type Userland } from '../kernels/userland.ts';
import type { LaneChoice } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { Arch, KernelRecord, Profile } from '../model/kernel.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { createCatalog, resolveKernels, resolveProfiles } from '../run/resolve.ts';
import { createSlots } from '../run/slots.ts';
import { localEntries } from './local-kernels.ts';
import { type Environment, environmentOf } from './services.ts';
import { useStore } from './store-use.ts';

/** Whether a stored kernel is the one that a profile stands for. */
export function isRecordOf({ profile, source }: KernelRecord, requested: Profile): boolean {
  const kernel = kernelSourceOf(requested);
  return profile === requested.id && kernel !== undefined && source === sourceKey(requested.arch, kernel);
}

/** The catalog beside what is stored. */
export interface KnownKernels {
  readonly store: KernelList;
  readonly profiles: readonly Profile[];
  /** Booted guests that are kept to be copied. */
  readonly savedGuests: SavedGuests;
  readonly disks: readonly StoredDisk[];
}

/** Every profile of the catalog and what the store holds. */
export async function knownKernels(options: Environment = {}): Promise<KnownKernels> {
  const environment = environmentOf(options);
  const { host } = environment;
  const profiles = await resolveProfiles(createCatalog(environment), { kind: 'catalog' });
  return {
    store: await listKernels(host),
    profiles,
    savedGuests: await savedGuests(host, storeRoot(host.env)),
    disks: await listDisks(host, locateStore(host)),
  };
}

/** Ids of a matrix, in its order. @param matrix a file or the name of a built-in one */
export async function matrixProfiles(matrix: string, options: Environment = {}): Promise<string[]> {
  const { entries } = await resolveKernels(createCatalog(environmentOf(options)), { kind: 'matrix', value: matrix });
  return entries.map(({ id }) => id);
}

export interface FetchKernelsOptions extends Environment {
  readonly choice: KernelChoice;
  /** Kernels of one's own besides those; paths are relative to `cwd`. */
  readonly localKernels?: readonly LocalKernel[] | undefined;
  readonly refresh?: boolean;
  /** `image`: the disk images of the profiles, with the kernels that are to be installed in them. Default `direct`. */
  readonly lane?: LaneChoice | undefined;
  /** Their modules as well, with the index of what these have. Default false. */
  readonly modules?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the profile's id when its fetch begins. */
  readonly onStart?: (profile: string) => void;
  /** Called while something is read: what it is, bytes so far and in all (0: not known). */
  readonly onProgress?: (profile: string, what: string, bytes: number, total: number) => void;
  /** Called with what is worth knowing and no error, in words. */
  readonly onNote?: (message: string) => void;
  /** Called after each kernel: with the kernel, or with what went wrong, of a disk image too. */
  readonly onEnd?: (profile: string, result: EnsuredKernel | Error) => void;
  /** Called after each disk image that could be had. */
  readonly onImage?: (profile: string, result: EnsuredDisk) => void;
}

/** Kernels fetched at the same time. */
const PARALLEL_FETCHES = 4;

/** @throws UsageError for a profile that has none; HostError when it cannot be had */
async function fetchOne(
  profile: Profile,
  { lane = 'direct', modules = false, onEnd, onImage }: FetchKernelsOptions,
  options: EnsureOptions,
): Promise<void> {
  const { id, problem, unbootable, image } = profile;
  if (problem !== undefined) throw new UsageError('no_profile', problem);
  if (lane === 'image') {
    if (image === undefined)
      throw new UsageError('image_missing', `${id} has no image block; only its kernel is known`);
    onImage?.(id, await ensureSystem(profile, options));
    return;
  }
  if (unbootable !== undefined) throw new UsageError('no_kernel_source', unbootable);
  const kernel = await ensureKernel(profile, options);
  if (modules) await ensureModules(profile, kernel.files.record, options);
  onEnd?.(id, kernel);
}

/**
 * Fetches kernels, or disk images, some at a time; one that fails does not stop the others. Resolves with the number that failed.
 * @throws CancelledError when `signal` was aborted, after all have ended
 */
export async function fetchKernels(options: FetchKernelsOptions): Promise<number> {
  const environment = environmentOf(options);
  const { host } = environment;
  const { signal = new AbortController().signal } = options;
  const chosen = await resolveProfiles(createCatalog(environment), options.choice);
  const ids = chosen.map(({ id }) => id);
  const own = await localEntries(environment, options.localKernels, ids);
  const profiles = [...chosen, ...own.map(({ profile }) => profile)];
  await using _store = await useStore(host, signal);
  const slots = createSlots(PARALLEL_FETCHES, signal);
  const fetch = async (profile: Profile): Promise<boolean> => {
    options.onStart?.(profile.id);
    try {
      const common = {
        host,
        signal,
        onProgress: (what: string, bytes: number, total: number) =>
          options.onProgress?.(profile.id, what, bytes, total),
        onNote: (message: string) => options.onNote?.(message),
      };
      await fetchOne(profile, options, { ...common, refresh: options.refresh ?? false });
      return true;
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) throw error;
      options.onEnd?.(profile.id, error);
      return false;
    }
  };
  const ends = await Promise.allSettled(profiles.map((profile) => slots.use(0, () => fetch(profile))));
  let failed = 0;
  for (const end of ends) {
    if (end.status === 'rejected') throw end.reason;
    if (!end.value) failed++;
  }
  return failed;
}

export interface FetchUserlandOptions extends Environment {
  /** Default x86_64. */
  readonly arch?: Arch;
  readonly signal?: AbortSignal;
  /** Called while something is read: what it is, bytes so far and in all (0: not known). */
  readonly onProgress?: (what: string, bytes: number, total: number) => void;
  /** Called with what is worth knowing and no error, in words. */
  readonly onNote?: (message: string) => void;
}

/** Fetches the shell for commands in guests of an architecture, unless it is stored already. @throws HostError when it cannot be had */
export async function fetchUserland(options: FetchUserlandOptions = {}): Promise<Userland> {
  const { host } = environmentOf(options);
  const { arch = 'x86_64', signal = new AbortController().signal } = options;
  const { onProgress = () => {}, onNote = () => {} } = options;
  await using _store = await useStore(host, signal);
  return await ensureUserland(arch, { host, signal, onProgress, onNote });
}

/** What was removed. */
export interface CleanedKernels extends PruneResult {
  readonly savedGuests: SavedGuests;
}

/**
 * Removes saved guests and what no profile needs; with `keep` all kernels but some, with `all` everything. What is gone
 * is made or fetched again when it is needed.
 */
export async function cleanKernels(
  options: Environment & { readonly keep?: readonly string[]; readonly all?: boolean; readonly signal?: AbortSignal },
): Promise<CleanedKernels> {
  const { host } = environmentOf(options);
  const { keep, all, signal } = options;
  await using _alone = await reserveStore(host, signal);
  const root = storeRoot(host.env);
  const saved = await removeSavedGuests(host, root, signal);
  const bootFiles = await removeBootFiles(host, root);
  const pruned = await pruneKernels(host, { signal, ...(keep ? { keep } : {}), ...(all ? { all } : {}) });
  return { ...pruned, freedBytes: pruned.freedBytes + bootFiles, savedGuests: saved };
}
