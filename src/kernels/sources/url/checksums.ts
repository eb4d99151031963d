import { HostError } from '../../../model/errors.ts';
import { globMatches } from '../../../model/glob-matches.ts';

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

/** A list of checksums whose signature is good. */
export interface Signed {
  /** Address of the list. */
  readonly url: string;
  readonly checksums: Checksums;
  /** Fingerprint of the key that signed them. */
  readonly signer: string;
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
