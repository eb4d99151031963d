import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import type { OfferedBuild } from './sources/source.ts';
import { offeredBuilds } from './sources/sources.ts';
import { lockProfile, openStore } from './store.ts';
import type { FetchListener } from './unpacked.ts';

/**
 * Every build that a profile's source offers, newest first. Nothing is downloaded but the index.
 * @throws UsageError for a profile without a kernel block; HostError as a fetch; CancelledError
 */
export async function offersOf(
  host: Host,
  profile: Profile,
  listener: FetchListener,
): Promise<readonly OfferedBuild[]> {
  const { kernel: source, arch, id } = profile;
  if (source === undefined) {
    throw new UsageError('no_kernel_source', `${profile.file}: profile ${id} has no kernel block; add one`);
  }
  const store = await openStore(host);
  await using _lock = await lockProfile(host, store, id, listener.signal);
  const parent = join(store.tmp, id);
  await host.files.makeDir(parent);
  await using work = await host.files.tempDir('offers-', parent);
  const paths = { root: store.root, aptDir: store.apt, lockDir: store.locks, workDir: work.path };
  return await offeredBuilds(host, { arch, source, paths, listener });
}
