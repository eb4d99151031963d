import type { KernelSource } from '../model/kernel.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { quoted } from './words.ts';

type Invalid = (key: readonly (string | number)[], message: Wording) => Error;

/**
 * Rules between the keys of blocks that name files on servers and images.
 * @param anyFile the user lets profiles choose keys of this host
 * @param invalid makes the error for a key below `kernel`
 */
export function checkFiles(kernel: KernelSource | undefined, anyFile: boolean, invalid: Invalid): void {
  if (kernel?.source === 'url') checkUrl(kernel, anyFile, invalid);
  if (kernel?.source !== 'oci') return;
  if (kernel.image === undefined && kernel.layout === undefined) {
    throw invalid([], 'kernel says nowhere where the image is; add image (HOST/NAME:TAG) or layout (a path)');
  }
  if (kernel.image !== undefined && kernel.layout !== undefined) {
    throw invalid(['layout'], 'kernel.layout and kernel.image both say where the image is; keep one of them');
  }
  if (kernel.image !== undefined && kernel.tag !== undefined) {
    throw invalid(['tag'], 'kernel.tag goes with kernel.layout; write the tag into kernel.image (HOST/NAME:TAG)');
  }
}

/** What an `image:` block says of the list with its digest. */
interface ImageList {
  readonly source_url?: string;
  readonly checksums?: string | undefined;
  readonly signature?: string | undefined;
  readonly gpgkey?: readonly string[] | undefined;
}

/** The same rules for the digests of a disk image; a list may be unsigned, as some vendors have it. */
export function checkImage(image: ImageList | undefined, anyFile: boolean, invalid: Invalid): void {
  const { source_url: url = '', checksums, signature, gpgkey } = image ?? {};
  if (checksums === undefined) {
    const orphan = signature !== undefined ? 'signature' : gpgkey !== undefined ? 'gpgkey' : undefined;
    if (orphan === undefined) return;
    throw invalid([orphan], `image.${orphan} is about image.checksums; add the address of those`);
  }
  if (url === '') throw invalid(['checksums'], 'image.checksums are those of image.source_url; add it');
  if (signature !== undefined && gpgkey === undefined) {
    throw invalid(['signature'], 'image.signature needs image.gpgkey, which says who may sign; add it');
  }
  if (!anyFile) checkKeys('image.gpgkey', gpgkey, (index, message) => invalid(['gpgkey', index], message));
}

/** A profile may come with a pull request: it must not bring the key that its own files are signed with. */
function checkKeys(
  what: string,
  keys: readonly string[] | undefined,
  invalid: (index: number, message: Wording) => Error,
): void {
  const own = (keys ?? []).findIndex((name) => name.includes('/'));
  if (own < 0) return;
  throw invalid(
    own,
    phrase`${what} ${quoted(keys?.[own] ?? '')} is a file; name a key that comes with bpfcompat, or allow it with ${option('allow-profile-override')}`,
  );
}

function checkUrl(kernel: KernelSource & { source: 'url' }, anyFile: boolean, invalid: Invalid): void {
  const { image, packages, checksums, signature, sha256, gpgkey } = kernel;
  if (image === undefined && packages === undefined) {
    throw invalid([], 'kernel names no file; add image (an address) or packages (names of .deb files) with checksums');
  }
  if (image !== undefined && packages !== undefined) {
    throw invalid(['packages'], 'kernel.packages and kernel.image both name a kernel; keep one of them');
  }
  if (packages !== undefined && checksums === undefined) {
    throw invalid(['packages'], 'kernel.packages are names among kernel.checksums; add the address of those');
  }
  for (const key of ['modules', 'config'] as const) {
    if (kernel[key] === undefined) continue;
    if (packages !== undefined) throw invalid([key], `kernel.${key} goes with kernel.image; remove it`);
    if (checksums === undefined)
      throw invalid([key], `kernel.${key} needs kernel.checksums, which vouch for it; add them`);
  }
  if (packages !== undefined && sha256 !== undefined) {
    throw invalid(['sha256'], 'kernel.sha256 is that of kernel.image; remove it');
  }
  const signed = checksums === undefined ? signature : checksums;
  const signedKey = checksums === undefined ? 'signature' : 'checksums';
  if (signed !== undefined && gpgkey === undefined) {
    throw invalid([signedKey], `kernel.${signedKey} needs kernel.gpgkey, which says who may sign; add it`);
  }
  if (signed === undefined && gpgkey !== undefined) {
    throw invalid(['gpgkey'], 'kernel.gpgkey signs nothing here; add kernel.signature or kernel.checksums');
  }
  if (signed === undefined && sha256 === undefined) {
    throw invalid(['image'], 'nothing vouches for kernel.image; add sha256, or signature or checksums with gpgkey');
  }
  if (!anyFile) checkKeys('kernel.gpgkey', gpgkey, (index, message) => invalid(['gpgkey', index], message));
}
