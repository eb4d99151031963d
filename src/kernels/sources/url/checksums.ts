import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { globMatches } from '../../../model/glob-matches.ts';
import { checkClearSigned, checkSignature, signatureError } from '../rpm/gpgv.ts';
import type { Keyring } from '../rpm/keyring.ts';

export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}
/** Digests by name of file. */
type Checksums = ReadonlyMap<string, Checksum>;

const ALGORITHMS: Readonly<Record<number, Checksum['algorithm']>> = { 64: 'sha256', 128: 'sha512' };

/**
 * Lines such as `HEX  NAME` and `SHA256 (NAME) = HEX`, whatever stands between them. Digests other than SHA-256 and SHA-512 do not count; directories
 * are left out of names.
 */
export function readChecksums(text: string): Checksums {
  const found = new Map<string, Checksum>();
  const plain = text.matchAll(/^([0-9a-fA-F]{64}|[0-9a-fA-F]{128})[ \t]+\*?(\S+)[ \t]*\r?$/gm);
  const named = text.matchAll(/^SHA(?:256|512) \((\S{1,1000})\) = ([0-9a-fA-F]{64}|[0-9a-fA-F]{128})[ \t]*\r?$/gm);
  const lines = [...plain].map(([, hex = '', path = '']) => ({ hex, path }));
  const more = [...named].map(([, path = '', hex = '']) => ({ hex, path }));
  for (const { hex, path } of [...lines, ...more]) {
    const name = path.split('/').at(-1) ?? '';
    const algorithm = ALGORITHMS[hex.length];
    if (name === '' || algorithm === undefined || found.get(name)?.algorithm === 'sha256') continue;
    found.set(name, { algorithm, hex: hex.toLowerCase() });
  }
  return found;
}

const MAX_CHECKSUMS = 4 * 1024 * 1024;

export interface Signed {
  /** Address of the list. */
  readonly url: string;
  readonly checksums: Checksums;
  /** Fingerprint of the key that signed them. */
  readonly signer: string;
}

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

/** The one file of a list that a pattern names. @throws HostError `package_not_found` with what there is */
export function nameIn({ url, checksums }: Signed, pattern: string): string {
  const found = [...checksums.keys()].filter((name) => globMatches(pattern, name));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const debs = [...checksums.keys()].filter((name) => name.endsWith('.deb')).join(', ');
  const what = found.length === 0 ? `there is ${debs || 'no .deb at all'}` : `it fits ${found.join(', ')}`;
  throw new HostError('package_not_found', `${url}: kernel.packages "${pattern}" names no single file; ${what}`);
}
