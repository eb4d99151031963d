import { join } from 'node:path';
import type { KernelChoice } from '../config/kernel-choice.ts';
import { workspaceLock } from '../config/lock.ts';
import { LOCK_FILE, type Lock } from '../config/lock-file.ts';
import { LANE_CHOICES, type LaneChoice } from '../model/cell.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { createCatalog, resolveProfiles } from '../run/resolve.ts';
import { createSlots } from '../run/slots.ts';
import { type LockItem, LockLines } from './lock-lines.ts';
import { neededKernels } from './needed-kernels.ts';
import { type Environment, environmentOf } from './services.ts';
import { useStore } from './store-use.ts';

/** Which kernels go into `bpfcompat.lock` (docs/lock.md). */
export interface LockKernelsOptions extends Omit<Environment, 'lock'> {
  /** Kernels to lock, besides those that are locked already. Without it, and without `suite`, these are brought up to date. */
  readonly choice?: KernelChoice | undefined;
  /** What of the chosen profiles: their kernels (default), or their disk images. */
  readonly lane?: LaneChoice | undefined;
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
  /** `direct`: its kernel; `image`: its disk image. */
  readonly lane: LaneChoice;
  /** `PACKAGE VERSION`, or `FILE sha256:DIGEST`, that was locked; empty for a new entry. */
  readonly before: string;
  /** The same of now; what was before where it could not be had. */
  readonly after: string;
  /** `uname -r`; empty for an image, and where it could not be had. */
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

type Catalog = ReturnType<typeof createCatalog>;

/** What the lock has already, of the lane that is meant or of both. */
async function lockedItems(lane: LaneChoice | undefined, old: Lock | undefined, catalog: Catalog): Promise<LockItem[]> {
  const items: LockItem[] = [];
  // A lane that pins nothing has none.
  const ids: Readonly<Record<string, readonly { readonly profile: string }[] | undefined>> = {
    direct: old?.entries,
    image: old?.images,
  };
  for (const each of LANE_CHOICES) {
    const requested = lane === undefined || lane === each ? (ids[each] ?? []).map(({ profile }) => profile) : [];
    if (requested.length === 0) continue;
    const profiles = await resolveProfiles(catalog, { kind: 'ids', ids: requested, origin: LOCK_FILE, inFile: true });
    items.push(...profiles.map((profile) => ({ profile, lane: each })));
  }
  return items;
}

async function itemsOf(options: LockKernelsOptions, old: Lock | undefined, catalog: Catalog): Promise<LockItem[]> {
  const { choice, suite, lane } = options;
  const chosen = (profiles: readonly Profile[]): LockItem[] =>
    profiles.map((profile) => ({ profile, lane: lane ?? 'direct' }));
  if (choice !== undefined) return chosen(await resolveProfiles(catalog, choice));
  const ids = suite ? await neededKernels({ suite }, { ...options, lock: 'ignore' }) : [];
  if (ids.length > 0) {
    return chosen(await resolveProfiles(catalog, { kind: 'ids', ids, origin: LOCK_FILE, inFile: true }));
  }
  const items = suite ? [] : await lockedItems(lane, old, catalog);
  if (items.length > 0) return items;
  const why = suite ? `${suite} names no kernels that can be fetched` : `there is nothing in a ${LOCK_FILE} here yet`;
  throw new UsageError(
    'missing_flag',
    phrase`${why}; say which kernels: ${setting('kernels', 'ID,ID')}, ${setting('matrix', 'FILE')}, ${option('quick')} or ${setting('suite', 'FILE')}`,
  );
}

/**
 * Writes `bpfcompat.lock` in `cwd`: the newest build of each kernel, or its disk image, fetched and verified. What an older
 * lock has stays in it; one that cannot be had keeps its entry and does not stop the others.
 * @throws UsageError for unknown kernels and a lock that cannot be read; CancelledError, with nothing written
 */
export async function lockKernels(options: LockKernelsOptions = {}): Promise<LockKernelsResult> {
  const environment = environmentOf({ ...options, lock: 'ignore' });
  const { host, cwd } = environment;
  const { signal = new AbortController().signal, offline = false } = options;
  const { onProgress = () => {}, onNote = () => {} } = options;
  const catalog = createCatalog(environment);
  const file = join(cwd, LOCK_FILE);
  const old = await workspaceLock(catalog);
  const items = await itemsOf(options, old, catalog);
  const lines = new LockLines(old);
  const before = lines.text;
  await using _store = await useStore(host, signal);
  const slots = createSlots(PARALLEL, signal);
  const lockOne = async (item: LockItem): Promise<LockedChange> => {
    const about = { profile: item.profile.id, lane: item.lane, before: lines.titleOf(item) };
    try {
      const now = await lines.update(item, { host, signal, offline, onProgress, onNote });
      return { ...about, ...now, error: '' };
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) throw error;
      return { ...about, after: about.before, release: '', error: messageOf(error) };
    }
  };
  const kernels = await Promise.all(items.map((item) => slots.use(0, () => lockOne(item))));
  const changed = lines.text !== before;
  if (changed && options.check !== true) {
    await host.files.rejectLink(file);
    await host.files.writeAtomic(file, lines.text);
  }
  return { file, kernels, changed };
}
