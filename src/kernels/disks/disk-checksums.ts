import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { ImageSource } from '../../model/disk-image.ts';
import { HostError } from '../../model/errors.ts';
import { openKeyring } from '../sources/rpm/keyring.ts';
import type { Signed } from '../sources/url/checksums.ts';
import { type Checksum, readChecksums } from '../sources/url/checksums.ts';
import { verifiedChecksums } from '../sources/url/signed-checksums.ts';

const MAX_TEXT = 4 * 1024 * 1024;

/** What a vendor's list says an image has to be. */
export interface ListedDigest extends Checksum {
  /** Fingerprint of the key that signed the list; undefined: no one did. */
  readonly signer: string | undefined;
}

/**
 * The digest that the list beside an image (`image.checksums`) has for it; undefined where the profile names no list.
 * @param dir an empty directory for files of ours
 * @throws HostError `mirror_unreachable`, `package_not_found`, `bad_signature`, `bad_index`; CancelledError
 */
export async function listedDigest(
  host: Host,
  source: ImageSource,
  imageUrl: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<ListedDigest | undefined> {
  const { checksums: url, signature, gpgkey } = source;
  if (url === undefined) return undefined;
  const file = await fetchText(host, url, join(dir, 'checksums'), signal);
  const { checksums, signer } =
    gpgkey === undefined
      ? { checksums: readChecksums((await host.files.read(file, MAX_TEXT)).toString('utf8')), signer: undefined }
      : await signedList(host, { url, signature, gpgkey }, file, dir, signal);
  const name = new URL(imageUrl).pathname.split('/').at(-1) ?? '';
  const found = checksums.get(name);
  if (found !== undefined) return { ...found, signer };
  throw new HostError(
    'package_not_found',
    `${url} has no SHA-256 and no SHA-512 of ${name}; nothing was used, correct image.checksums or image.source_url`,
  );
}

async function signedList(
  host: Host,
  list: { readonly url: string; readonly signature: string | undefined; readonly gpgkey: readonly string[] },
  file: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<Signed> {
  const keyring = await openKeyring(host, list.gpgkey, dir);
  const signature =
    list.signature === undefined ? undefined : await fetchText(host, list.signature, join(dir, 'signature'), signal);
  return await verifiedChecksums(host, keyring, { file, url: list.url, signature, dir }, signal);
}

async function fetchText(host: Host, url: string, to: string, signal: AbortSignal | undefined): Promise<string> {
  const { status } = await host.network.download(url, to, { maxBytes: MAX_TEXT, signal });
  if (status === 200) return to;
  const words = `${url} returned status ${status}; correct the address in the profile, or try again later`;
  throw new HostError(status === 404 ? 'package_not_found' : 'mirror_unreachable', words);
}
