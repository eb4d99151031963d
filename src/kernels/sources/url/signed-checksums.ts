import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { checkClearSigned, checkSignature, signatureError } from '../rpm/gpgv.ts';
import type { Keyring } from '../rpm/keyring.ts';
import { readChecksums, type Signed } from './checksums.ts';

const MAX_CHECKSUMS = 4 * 1024 * 1024;

/**
 * The digests of a text once its signature is found good.
 * @param signature a file with a detached signature; undefined: the text is signed in itself
 * @throws HostError `bad_signature`, `bad_index`
 */
export async function verifiedChecksums(
  host: Host,
  keyring: Keyring,
  { file, url, signature, dir }: { file: string; url: string; signature: string | undefined; dir: string },
  signal: AbortSignal | undefined,
): Promise<Signed> {
  // Only what gpgv itself says was signed is read: a text may have more around it.
  const text = signature === undefined ? join(dir, 'signed-text') : file;
  const word =
    signature === undefined
      ? await checkClearSigned(host, keyring, file, text, signal)
      : await checkSignature(host, keyring, { signature, data: file }, signal);
  if (word.status !== 'good') throw signatureError(url, keyring, word);
  const checksums = readChecksums((await host.files.read(text, MAX_CHECKSUMS)).toString('utf8'));
  if (checksums.size > 0) return { url, checksums, signer: word.key };
  throw new HostError('bad_index', `${url} has no SHA-256 and no SHA-512 of any file; nothing was used`);
}
