import type { Profile, TestedKernel } from '../model/kernel.ts';
import type { BroughtBtf } from '../model/kernel-btf.ts';
import { chosenKeys, isLocal } from '../model/kernel-source.ts';
import { fileName } from '../model/object-names.ts';
import { sanitizeText, wellFormed } from '../model/sanitize.ts';
import { overrideNote } from '../report/override-note.ts';

/** What the user hears of a kernel that was looked for. */

/** Says whose keys vouch for packages where a file of the repository chose them. */
function keyringNote({ id, file, kernel }: Profile): string | undefined {
  const keys = kernel && chosenKeys(kernel);
  if (keys === undefined) return undefined;
  return `profile ${id}: its packages are checked with the keys in ${keys}, as ${file} says`;
}

/** Says what was booted where no one vouches for it. */
export function unverifiedNote(
  { id, kernel }: Profile,
  { release, vmlinuz, package: { archive, files } }: TestedKernel,
): string {
  const local = vmlinuz === undefined ? archive.startsWith('/') : kernel !== undefined && isLocal(kernel);
  const what = local ? 'a local file, unverified' : 'unverified';
  return `kernel ${id} is ${release} from ${archive}, ${what} (sha256 ${files[0]?.sha256 ?? 'unknown'})`;
}

/** Says whose BTF may stand in for the kernel's. */
export function btfNote({ id }: Profile, btf: BroughtBtf): string {
  if ('none' in btf) return `kernel ${id}: no BTF for it: ${btf.none}`;
  const { path, sha256 } = btf;
  return `kernel ${id}: where it has no BTF, CO-RE gets ${fileName(path)} (sha256 ${sha256})`;
}

/** What the user should know about a profile before its kernel is fetched. */
export function notesOf(profile: Profile): string[] {
  const replaced = profile.replaces === undefined ? undefined : overrideNote(profile);
  return [profile.note, replaced, keyringNote(profile)].filter((one) => one !== undefined);
}

const MAX_WORDS = 4000;

/** Servers, images and archives choose some of the words that reports have of kernels: plain characters, as many as a person reads. */
export function plainWords(text: string): string {
  return wellFormed(sanitizeText(text).slice(0, MAX_WORDS));
}
