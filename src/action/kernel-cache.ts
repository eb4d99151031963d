import { rmSync } from 'node:fs';
import type { KernelTransfer } from '../api/kernel-transfer.ts';
import { messageOf } from '../model/errors.ts';
import { say } from './commands.ts';
import { quietToolkit } from './quiet.ts';
import { type Env, expandHome, KERNEL_CACHE, type Runner } from './runner.ts';
import type { State } from './state.ts';

/** Bump it when the layout below changes: entries of another layout are then never found. */
const LAYOUT = 'v1';
const AT_ONCE = 4;

/** What the token of this job may do (`cache-mode` of the workflow, or what the trigger is trusted with). */
function mayUse(env: Env, what: 'read' | 'write'): boolean {
  const mode = env['ACTIONS_CACHE_MODE'] || 'write';
  if (mode === 'none') return false;
  return what === 'read' ? mode !== 'write-only' : mode !== 'read';
}

/**
 * One entry per kernel. No profile id holds `/`, so that no id is the beginning of another's key. The digest at the end
 * is that of the kernel's record: an entry never changes, a newer kernel has another key, and the newest is found by
 * the beginning of the key.
 */
export function keyStart(arch: string, profile: string): string {
  return `bpfcompat-kernel/${LAYOUT}/${arch}/${profile}/`;
}

/** The digest a key promises; undefined for a key of something else. */
export function digestOfKey(key: string, start: string): string | undefined {
  return key.startsWith(start) ? /^([0-9a-f]{64})(?:-|$)/.exec(key.slice(start.length))?.[1] : undefined;
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

async function restoreOne(profile: string, arch: string, kernels: KernelTransfer, runner: Runner): Promise<One> {
  const { restoreCache } = await import('./clients.ts');
  const start = keyStart(arch, profile);
  const path = cachePath(profile);
  const place = expandHome(path);
  rmSync(place, { recursive: true, force: true });
  try {
    const key = await restoreCache([path], start);
    if (key === undefined) return { came: 'missing', suffix: '' };
    const digest = digestOfKey(key, start);
    const why = digest === undefined ? 'its key names no digest' : await kernels.take(profile, place, digest);
    if (why === undefined) return { came: 'restored', suffix: '' };
    say(`${profile}: the cached kernel is not used: ${why}; it is fetched anew`);
    // Entries are immutable: a good one needs another key, which is newer and found first.
    return { came: 'missing', suffix: `-${runner.runId}-${runner.attempt}` };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
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
  const found = new Map<string, One>();
  const queue = [...profiles];
  const worker = async (): Promise<void> => {
    for (let profile = queue.shift(); profile !== undefined; profile = queue.shift()) {
      try {
        const here = (await kernels.stored(profile)) !== undefined;
        if (here) found.set(profile, { came: 'present', suffix: '' });
        else if (reads) found.set(profile, await restoreOne(profile, arch, kernels, runner));
      } catch (error) {
        say(`${profile}: nothing from the cache: ${messageOf(error)}`);
      }
    }
  };
  await quietToolkit(() => Promise.all(Array.from({ length: AT_ONCE }, worker)));
  const came = (how: One['came']): string[] => profiles.filter((profile) => found.get(profile)?.came === how);
  const suffixOf = (profile: string): string => found.get(profile)?.suffix ?? '';
  return {
    restored: came('restored'),
    present: came('present'),
    missing: profiles.filter((profile) => (found.get(profile)?.came ?? 'missing') === 'missing'),
    toSave: available ? profiles.map((profile) => ({ profile, suffix: suffixOf(profile) })) : [],
  };
}

async function saveOne(
  { profile, suffix }: State['kernels'][number],
  arch: string,
  kernels: KernelTransfer,
): Promise<string> {
  const { restoreCache, saveCache } = await import('./clients.ts');
  const digest = await kernels.stored(profile);
  if (digest === undefined) return 'is not stored, nothing to save';
  const path = cachePath(profile);
  const key = `${keyStart(arch, profile)}${digest}${suffix}`;
  const place = expandHome(path);
  try {
    if ((await restoreCache([path], key, undefined, { lookupOnly: true })) === key) return 'is in the cache already';
    await kernels.give(profile, place);
    return (await saveCache([path], key)) < 0 ? 'was not saved' : 'saved';
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Saves kernels that the cache does not have. Never throws. */
export async function saveKernels(
  wanted: State['kernels'],
  kernels: KernelTransfer,
  { env, arch }: { readonly env: Env; readonly arch: string },
): Promise<void> {
  if (wanted.length === 0) return;
  if (!mayUse(env, 'write')) {
    say('the cache may not be written by this job: save skipped');
    return;
  }
  await quietToolkit(async () => {
    for (const one of wanted) {
      try {
        say(`${one.profile}: ${await saveOne(one, arch, kernels)}`);
      } catch (error) {
        say(`${one.profile}: was not saved: ${messageOf(error)}`);
      }
    }
  });
}
