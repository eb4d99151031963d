import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { KernelRecord, KernelSource, Profile } from '../model/kernel.ts';
import { commitKernel } from './commit.ts';
import { checkLocked } from './locked.ts';
import { keepsPackages, placePackages } from './packages.ts';
import { sourceKey } from './source-key.ts';
import { fetchKernel } from './sources/sources.ts';
import { recordName, type Store } from './store.ts';
import type { FetchListener } from './unpacked.ts';

/**
 * Fetches the kernel of a profile, verifies and stores it. Call it under the profile's lock.
 * @param stored what is there already; it is the result when nothing newer is offered
 * @param packagesDir the only place to use, instead of the network
 */
export async function fetchInto(
  host: Host,
  store: Store,
  profile: Profile,
  source: KernelSource,
  stored: KernelRecord | undefined,
  listener: FetchListener,
  packagesDir?: string,
): Promise<KernelRecord> {
  const parent = join(store.tmp, profile.id);
  // We hold the profile's lock: whatever lies here was left by a process that was killed.
  await host.files.remove(parent);
  await host.files.makeDir(parent);
  try {
    await using work = await host.files.tempDir('fetch-', parent);
    const keepDir = packagesDir === undefined && keepsPackages(host.env) ? join(work.path, 'keep') : undefined;
    const paths = { root: store.root, aptDir: store.apt, lockDir: store.locks, workDir: work.path, keepDir };
    const request = {
      arch: profile.arch,
      source,
      paths,
      listener,
      stored: stored?.package,
      packagesDir,
      top: profile.top,
    };
    const fetched = await fetchKernel(host, request);
    if (fetched === 'unchanged' && stored !== undefined) return stored;
    if (fetched === 'unchanged') throw new TypeError('the source called a kernel unchanged that we do not have');
    checkLocked(profile, fetched.package);
    const key = sourceKey(profile.arch, source);
    const record = await commitKernel(host, store, profile, key, fetched, work.path, listener.signal);
    if (keepDir !== undefined) await placePackages(host, store, keepDir, recordName(record));
    return record;
  } finally {
    await host.files.remove(parent);
  }
}
