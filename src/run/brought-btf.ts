import { messageOf } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import type { BroughtBtf, BtfByRelease, KernelBtf } from '../model/kernel-btf.ts';
import { btfNote, plainWords } from './kernel-notes.ts';

/** Reads the BTF that a profile names; that of a directory when the release is known. @throws UsageError for what cannot be used */
export type BtfReader = (
  profile: Profile,
  named: NonNullable<Profile['btf']>,
  signal: AbortSignal,
) => Promise<KernelBtf | BtfByRelease>;

/** The BTF of a kernel that has none of its own is not what its profile says. */
export class UnusableBtf extends Error {}

function unusable(cause: unknown): never {
  throw new UnusableBtf(messageOf(cause), { cause });
}

/** Reads the BTF that a profile names, before its kernel is fetched. @throws UnusableBtf */
export async function namedBtf(read: BtfReader, profile: Profile, signal: AbortSignal) {
  return profile.btf === undefined ? undefined : read(profile, profile.btf, signal).catch(unusable);
}

/** The BTF of this very kernel, with a note that says which it is. @throws UnusableBtf */
export async function btfOf(
  profile: Profile,
  named: KernelBtf | BtfByRelease | undefined,
  release: string,
  note: (message: string) => void,
): Promise<BroughtBtf | undefined> {
  const btf = typeof named === 'function' ? await named(release).catch(unusable) : named;
  if (btf !== undefined) note(plainWords(btfNote(profile, btf)));
  return btf;
}
