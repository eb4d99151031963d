import { HostError } from '../../../model/errors.ts';
import { readXml } from './xml.ts';

/** A digest as an index writes it. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower-case hex. */
  readonly hex: string;
}

/** The list of packages, as `repomd.xml` names it. */
export interface PrimaryEntry {
  readonly href: string;
  readonly checksum: Checksum;
  /** Bytes as they lie on the server; undefined where the index does not say. */
  readonly size: number | undefined;
}

const HEX_DIGITS = { sha256: 64, sha512: 128 } as const;

/** A digest that is worth something; undefined for MD5, SHA-1 and what is not a digest. */
export function asChecksum(type: string | undefined, text: string): Checksum | undefined {
  const algorithm = type?.toLowerCase().replace('-', '');
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return undefined;
  const hex = text.trim().toLowerCase();
  return /^[0-9a-f]+$/.test(hex) && hex.length === HEX_DIGITS[algorithm] ? { algorithm, hex } : undefined;
}

/** A count of bytes; undefined for anything else. */
export function asBytes(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * Finds the list of packages in `repomd.xml`.
 * @param where address of the document, for messages
 * @throws HostError `bad_index`
 */
export function readRepomd(where: string, text: string): PrimaryEntry {
  let inPrimary = false;
  let href: string | undefined;
  let type: string | undefined;
  let checksum: Checksum | undefined;
  let size: number | undefined;
  readXml(where, text, {
    open(path, attributes) {
      if (path.length === 2 && path[1] === 'data') inPrimary = attributes['type'] === 'primary';
      if (!inPrimary || path.length !== 3) return;
      if (path[2] === 'location') href = attributes['href'];
      if (path[2] === 'checksum') type = attributes['type'];
    },
    close(path, content) {
      if (!inPrimary || path.length !== 3) return;
      if (path[2] === 'checksum') checksum = asChecksum(type, content);
      if (path[2] === 'size') size = asBytes(content);
    },
  });
  if (href !== undefined && checksum !== undefined) return { href, checksum, size };
  const lacks = href === undefined ? 'no list of packages (primary)' : 'no SHA-256 or SHA-512 of its list of packages';
  throw new HostError(
    'bad_index',
    `${where} names ${lacks}; it is not an index that can be used, choose another mirror`,
  );
}
