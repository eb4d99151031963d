import { rmSync } from 'node:fs';
import { CHECKABLE, type KernelTransfer } from '../api/kernel-transfer.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import { findEntry, saveEntry, unpackEntry } from './cache-entry.ts';
import { say } from './commands.ts';
import { TooSlow, within } from './limit.ts';
import { type Env, expandHome, KERNEL_CACHE, type Runner } from './runner.ts';
import type { State } from './state.ts';

/** Bump it when the layout below changes: entries of another layout are then never found. */
const LAYOUT = 'v2';
const AT_ONCE = 4;

/** Milliseconds for one kernel: to download and unpack it, to look whether it is there, to upload it. */
const RESTORE_MS = 60_000;
const LOOKUP_MS = 20_000;
const SAVE_MS = 120_000;
/** A service that fails only after so long does not work, and is not called again. */
const SLOW_MS = 8000;

/** Whether a service is worth another call. */
interface Trust {
  lost: boolean;
}

/** A request to the cache. One that takes too long, or fails slowly, is the last one. */
async function callCache<T>(trust: Trust, ms: number, isNo: (response: T) => boolean, work: Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    const response = await within(ms, 'the cache service', work);
    if (isNo(response) && performance.now() - started > SLOW_MS) trust.lost = true;
    return response;
  } catch (error) {
    if (error instanceof TooSlow) trust.lost = true;
    throw error;
  }
}

/** What the token of this job may do (`cache-mode` of the workflow, or what the trigger is trusted with). */
function mayUse(env: Env, what: 'read' | 'write'): boolean {
  const mode = env['ACTIONS_CACHE_MODE'] || 'write';
  if (mode === 'none') return false;
  return what === 'read' ? mode !== 'write-only' : mode !== 'read';
}

/**
 * One entry per kernel. No profile id holds `/`, so that no id is the beginning of another's key. The digest at the end
 * is that of the kernel's record: an entry never changes, a newer kernel has another key, and the newest is found by
 * the beginning of the key. No one believes a key: what an entry holds is verified for itself.
 */
function keyStart(arch: string, profile: string): string {
  return `bpfcompat-kernel/${LAYOUT}/${arch}/${profile}/`;
}

function cachePath(profile: string): string {
  return `${KERNEL_CACHE}/kernels/${profile}`;
}

export interface RestoredKernels {
  /** Profiles that came from the cache. */
  readonly restored: readonly string[];
  /** Profiles that were stored on this machine already. */
  readonly present: readonly string[];
  /** Profiles that must be fetched. */
  readonly missing: readonly string[];
  /** Profiles to save when the job ends, unless an entry is there by then. */
  readonly toSave: State['kernels'];
}

interface One {
  readonly came: 'restored' | 'present' | 'missing';
  readonly suffix: string;
}

async function restoreOne(profile: string, { arch, host, kernels, runner, trust }: Restoring): Promise<One> {
  const started = performance.now();
  const entry = await callCache(
    trust,
    LOOKUP_MS,
    (response) => response === undefined,
    findEntry(cachePath(profile), keyStart(arch, profile)),
  );
  if (entry === undefined) return { came: 'missing', suffix: '' };
  await using work = await host.files.tempDir('bpfcompat-cached-');
  // Nothing but the packages and their signed lists: a mirror has them so, and they are verified like those of one.
  const dir = await callCache(trust, RESTORE_MS, () => false, unpackEntry(host, entry, work.path, CHECKABLE));
  const why = dir === undefined ? 'it cannot be unpacked' : await kernels.take(profile, dir);
  if (why === undefined) {
    say(`${profile}: from the cache, verified in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return { came: 'restored', suffix: '' };
  }
  say(`${profile}: the cache entry is not used: ${why}; downloading again`);
  // Entries are immutable: where one is broken, a good one needs another key, which is newer and found first.
  return { came: 'missing', suffix: `-${runner.runId}-${runner.attempt}` };
}

interface Restoring {
  readonly arch: string;
  readonly host: Host;
  readonly kernels: KernelTransfer;
  readonly runner: Runner;
  readonly trust: Trust;
}

/**
 * Takes kernels from the cache of GitHub Actions into the store, each verified. Never throws: what cannot be had is
 * fetched.
 */
export async function restoreKernels(
  profiles: readonly string[],
  kernels: KernelTransfer,
  { env, runner, arch }: { readonly env: Env; readonly runner: Runner; readonly arch: string },
): Promise<RestoredKernels> {
  const { isFeatureAvailable } = await import('./clients.ts');
  const available = isFeatureAvailable();
  const reads = available && mayUse(env, 'read');
  if (!reads) {
    const why = available ? 'may not be read by this job' : 'is not available here';
    say(`the cache of GitHub Actions ${why}: kernels are fetched where they are not stored`);
  }
  const host = createHost({ env });
  const trust = { lost: false };
  const found = new Map<string, One>();
  const queue = [...profiles];
  const worker = async (): Promise<void> => {
    for (let profile = queue.shift(); profile !== undefined; profile = queue.shift()) {
      try {
        const here = (await kernels.stored(profile)) !== undefined;
        if (here) found.set(profile, { came: 'present', suffix: '' });
        else if (reads && !trust.lost)
          found.set(profile, await restoreOne(profile, { arch, host, kernels, runner, trust }));
      } catch (error) {
        say(`${profile}: nothing from the cache: ${messageOf(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (trust.lost) say('the cache service timed out: kernels are downloaded where they are not stored');
  const came = (how: One['came']): string[] => profiles.filter((profile) => found.get(profile)?.came === how);
  const toSave = profiles.filter((profile) => found.get(profile)?.came !== 'restored');
  const suffixOf = (profile: string): string => found.get(profile)?.suffix ?? '';
  return {
    restored: came('restored'),
    present: came('present'),
    missing: profiles.filter((profile) => (found.get(profile)?.came ?? 'missing') === 'missing'),
    // A service that did not respond before will not take minutes of the end of the job either.
    toSave: available && !trust.lost ? toSave.map((profile) => ({ profile, suffix: suffixOf(profile) })) : [],
  };
}

async function saveOne(
  { profile, suffix }: State['kernels'][number],
  { arch, kernels, trust, reads }: Omit<Restoring, 'runner' | 'host'> & { readonly reads: boolean },
): Promise<string> {
  const digest = await kernels.stored(profile);
  if (digest === undefined) return 'is not stored, nothing to save';
  const path = cachePath(profile);
  const key = `${keyStart(arch, profile)}${digest}${suffix}`;
  const place = expandHome(path);
  // First: the packages stay for a later job when the cache cannot be reached, and go once it has them.
  const found =
    reads && (await callCache(trust, LOOKUP_MS, (response) => response === undefined, findEntry(path, key)));
  if (trust.lost) return 'was not saved';
  try {
    const given = await kernels.give(profile, place);
    if (found && found.key === key) return 'is in the cache already';
    if (!given) return 'was stored before, without its packages: nothing to save';
    const id = await callCache(trust, SAVE_MS, (response) => response < 0, saveEntry(path, key));
    return id < 0 ? 'was not saved' : 'saved';
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Saves kernels that the cache does not have. Never throws. */
export async function saveKernels(
  needed: State['kernels'],
  kernels: KernelTransfer,
  { env, arch }: { readonly env: Env; readonly arch: string },
): Promise<void> {
  if (needed.length === 0) return;
  if (!mayUse(env, 'write')) {
    say('the cache may not be written by this job: save skipped');
    return;
  }
  const trust = { lost: false };
  const reads = mayUse(env, 'read');
  for (const one of needed) {
    if (trust.lost) {
      say('the cache service timed out: the other kernels are not saved');
      return;
    }
    try {
      say(`${one.profile}: ${await saveOne(one, { arch, kernels, trust, reads })}`);
    } catch (error) {
      say(`${one.profile}: was not saved: ${messageOf(error)}`);
    }
  }
}
