import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import { HostError, messageOf, UsageError } from '../model/errors.ts';
import type { Arch, KernelRecord, Profile, UserlandRecord } from '../model/kernel.ts';
import { fetchInto } from './fetch.ts';
import { kernelSourceOf } from './locked.ts';
import { movePackages, oddPackages } from './packages.ts';
import { sourceKey } from './source-key.ts';
import { localMirror } from './sources/deb.ts';
import { filesOf, lockProfile, openStore, readRecord, recordName, type Store } from './store.ts';
import type { FetchListener } from './unpacked.ts';
import { fetchUserland, readUserland, userlandId, userlandSource } from './userland.ts';
import { damageOf } from './verify.ts';

/**
 * What goes through a cache: the packages that a kernel or a userland is made of and the signed lists that name them,
 * laid out as on a mirror. Nothing else in a cache is worth believing, and this is checked again as it was when it came
 * from the network.
 */
export type Item = { readonly profile: Profile } | { readonly userland: Arch; readonly keyring?: string };

type StoredRecord = KernelRecord | UserlandRecord;

/** Why packages are not what they should be, in words for a log. */
export interface Rejected {
  readonly rejected: string;
}

/** Name of an item in the store; undefined for a profile without a kernel. */
function nameOf(item: Item): string | undefined {
  if ('userland' in item) return userlandId(item.userland);
  const { id, arch } = item.profile;
  const source = kernelSourceOf(item.profile);
  return source && recordName({ profile: id, source: sourceKey(arch, source) });
}

async function readStored(host: Host, store: Store, item: Item): Promise<StoredRecord | undefined> {
  if ('userland' in item) return readUserland(host, store, item.userland);
  const name = nameOf(item);
  return name === undefined ? undefined : readRecord(host, store, name);
}

/**
 * Digest (hex) of what is stored: everything in its record but when and from where it was fetched, and who vouched for it
 * then.
 */
export function recordDigest(record: StoredRecord): string {
  const { fetchedAt: _, vouched: __, package: from, ...what } = record;
  const { signer: ___, ...place } = from;
  const files = from.files.map(({ url: ____, ...file }) => file);
  return createHash('sha256')
    .update(JSON.stringify({ ...what, package: { ...place, files } }))
    .digest('hex');
}

/** The record of what is stored whole; undefined when it is not. */
export async function wholeRecord(host: Host, item: Item): Promise<StoredRecord | undefined> {
  const store = await openStore(host);
  const record = await readStored(host, store, item);
  if (record === undefined) return undefined;
  const files = 'busybox' in record ? [record.busybox] : filesOf(record);
  return (await damageOf(host, store, files)) === undefined ? record : undefined;
}

/** Moves the packages of what is stored into `dir`. @returns false when they were not kept (BPFCOMPAT_KEEP_PACKAGES) */
export async function givePackages(host: Host, item: Item, dir: string): Promise<boolean> {
  const name = nameOf(item);
  if (name === undefined) return false;
  return movePackages(host, await openStore(host), name, dir);
}

const SILENT: FetchListener = { signal: undefined, onProgress: () => {}, onNote: () => {} };

/**
 * Makes a kernel or a userland out of packages in `dir`, which may come from anywhere: the lists must be signed by the
 * archive and name every package, or the profile must pin it by digest. Nothing changes unless all is right. No network.
 */
export async function takePackages(host: Host, item: Item, dir: string): Promise<StoredRecord | Rejected> {
  const store = await openStore(host);
  try {
    const odd = await oddPackages(host, dir);
    if (odd !== undefined) return { rejected: odd };
    if ('userland' in item) {
      await using _lock = await lockProfile(host, store, `userland-${item.userland}`, undefined);
      const source = userlandSource(item.keyring);
      const local = await localMirror(host, source, dir);
      return await fetchUserland(host, store, item.userland, source, SILENT, local);
    }
    const source = kernelSourceOf(item.profile);
    if (source === undefined) return { rejected: 'its profile names no kernel' };
    await using _lock = await lockProfile(host, store, item.profile.id, undefined);
    return await fetchInto(host, store, item.profile, source, undefined, SILENT, dir);
  } catch (error) {
    if (error instanceof HostError || error instanceof UsageError) return { rejected: messageOf(error) };
    throw error;
  }
}
