import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import type { KernelRecord, KernelSource, LockedKernel, Profile } from '../model/kernel.ts';
import { originOf } from '../model/kernel-source.ts';
import { flag, option, type Phrase, phrase } from '../model/wording.ts';
import { sourceKey, vouchedAsConfigured } from './source-key.ts';
import { exactly, matchesSource } from './sources/sources.ts';
import { profileOfName, readRecord, recordNames, type Store, writeRecord } from './store.ts';

type PackageFacts = KernelRecord['package'];

/** The block that the kernel of a profile is fetched for: of a locked one that build and no other. */
export function kernelSourceOf({ kernel, locked }: Profile): KernelSource | undefined {
  return kernel === undefined || locked === undefined ? kernel : exactly(kernel, locked);
}

function remedy({ id }: Profile): Phrase {
  return phrase`write the lock again ('bpfcompat lock ${flag('kernels')} ${id}'), or leave it aside (${option('no-lock')})`;
}

/** Why a lock does not belong to the profile as it is now; undefined when it does. */
export function misfit(profile: Profile, { name, version, origin }: LockedKernel): Phrase | undefined {
  const { kernel } = profile;
  if (kernel === undefined) return undefined;
  const { archive = '', suite = '' } = kernel.source === 'deb' ? kernel : {};
  if (matchesSource({ name, version, archive, suite, files: [] }, kernel)) return undefined;
  return phrase`${origin}: ${name} ${version} is not what the profile ${profile.id} selects now (${originOf(kernel)}); ${remedy(profile)}`;
}

/** Whether packages are those that a lock names. */
function isLocked({ name, version, files }: PackageFacts, locked: LockedKernel): boolean {
  if (name !== locked.name || version !== locked.version) return false;
  return locked.files.every((one) => files.some((file) => file.name === one.name && file.sha256 === one.sha256));
}

/** @throws HostError `wrong_digest` for packages of the right version that are not those of the lock */
export function checkLocked(profile: Profile, found: PackageFacts): void {
  const { locked } = profile;
  if (locked === undefined || isLocked(found, locked)) return;
  if (found.name === locked.name && found.version !== locked.version) {
    // An address that shows whatever is newest has no older build.
    throw new HostError(
      'package_not_found',
      phrase`${locked.origin}: ${found.archive} has ${found.name} ${found.version} now, and the lock has ${locked.version}; ${remedy(profile)}`,
    );
  }
  const other = locked.files.find(
    (one) => !found.files.some((file) => file.name === one.name && file.sha256 === one.sha256),
  );
  const has = found.files.find(({ name }) => name === other?.name);
  const words =
    has === undefined
      ? `${other?.name ?? locked.name} is not among the packages of ${found.name} ${found.version}`
      : `${has.name} ${has.version} has the digest ${has.sha256} there, and the lock has ${other?.sha256}`;
  throw new HostError(
    'wrong_digest',
    phrase`${locked.origin}: ${words}; nothing was used. A vendor does not change a package under its version: look at who changed what, then ${remedy(profile)}`,
  );
}

/**
 * The stored kernel that a lock names, whatever it was fetched for: the bytes are those of the lock's digests, so no
 * network is needed.
 */
export async function storedLocked(host: Host, store: Store, profile: Profile): Promise<KernelRecord | undefined> {
  const { locked, arch, id } = profile;
  const source = kernelSourceOf(profile);
  if (locked === undefined || locked.files.length === 0 || source === undefined) return undefined;
  for (const name of await recordNames(host, store)) {
    if (profileOfName(name) !== id) continue;
    const record = await readRecord(host, store, name);
    if (record === undefined || record.arch !== arch || !isLocked(record.package, locked)) continue;
    if (!vouchedAsConfigured(record, profile)) continue;
    // Where nothing vouched for the bytes, the digests of the lock do.
    const by = record.vouched.by === 'nobody' ? 'pin' : record.vouched.by;
    const found = { ...record, source: sourceKey(arch, source), vouched: { ...record.vouched, by } };
    await writeRecord(host, store, found);
    return found;
  }
  return undefined;
}

/** Whether a stored kernel is the build that is locked, where one is. */
export function matchesLock({ package: from }: Pick<KernelRecord, 'package'>, { locked }: Profile): boolean {
  return locked === undefined || isLocked(from, locked);
}
