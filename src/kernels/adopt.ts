import type { Host } from '../host/host.ts';
import type { DebKernelSource, KernelRecord, KernelSource, OldKernelRecord, Profile } from '../model/kernel.ts';
import { sourceKey, vouchedFor } from './source-key.ts';
import { listedPackages } from './sources/deb.ts';
import { readOldRecord, type Store, writeRecord } from './store.ts';
import type { FetchListener } from './unpacked.ts';

/** Every package must be one that the signed lists kept here name, or one of the built-in profile's own pins. */
async function isVouchedFor(
  host: Host,
  store: Store,
  profile: Profile,
  source: DebKernelSource,
  old: OldKernelRecord,
): Promise<boolean> {
  const listed = await listedPackages(host, profile.arch, source, store, old.package.files);
  const known = new Set([...listed, ...(source.pinned ?? [])].map(({ name, sha256 }) => `${name} ${sha256}`));
  return old.package.files.length > 0 && old.package.files.every(({ name, sha256 }) => known.has(`${name} ${sha256}`));
}

/**
 * Takes over what an older version stored under the id of a built-in profile, without the network. That version kept
 * one kernel per id, whoever's it was; so its packages must be among those that the archive's signed lists name. The old
 * record stays for the version that wrote it.
 * @param results whether it is what the profile requests at all
 */
export async function adoptOld(
  host: Host,
  store: Store,
  profile: Profile,
  source: KernelSource,
  listener: FetchListener,
  matches: (old: OldKernelRecord) => boolean,
): Promise<KernelRecord | undefined> {
  // That version knew of no other source.
  if (!profile.builtinKernel || source.source !== 'deb') return undefined;
  const old = await readOldRecord(host, store, profile.id);
  if (old === undefined || !matches(old)) return undefined;
  if (!(await isVouchedFor(host, store, profile, source, old).catch(() => false))) {
    listener.onNote(
      `${profile.id}: the kernel that an older version stored is not in the signed package lists kept here, so it is not used`,
    );
    return undefined;
  }
  const key = sourceKey(profile.arch, source);
  const vouched = vouchedFor(profile, old.package.files);
  const record: KernelRecord = { ...old, schema: 'bpfcompat_kernel.v3', source: key, vouched };
  await writeRecord(host, store, record);
  return record;
}
