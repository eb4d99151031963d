import { HostError } from '../../../model/errors.ts';
import type { Evr } from './version.ts';

/** Bytes of the lead, which says nothing that counts. */
export const LEAD_BYTES = 96;
/** Bytes before the index of a header: magic, reserved, number of entries, bytes of the store. */
export const INTRO_BYTES = 16;
const ENTRY_BYTES = 16;

/** Of a signature header and of a main header. Those of kernels with thousands of modules take some megabytes. */
const MAX_SIGNATURES = 1024 * 1024;
const MAX_HEADER = 64 * 1024 * 1024;

/** Values of one tag that is read here, and characters of a name or a version: a package has one or two, and few. */
const MAX_VALUES = 64;
const MAX_WORD = 256;

/** Tags of the two headers that are read here (rpmtag.h). */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  size: 1009,
  payloadFormat: 1124,
  payloadCompressor: 1125,
  payloadDigest: 5092,
  payloadDigestAlgorithm: 5093,
} as const;

/** Tags of the signature header (rpmtag.h): OpenPGP signatures over the main header, and over it with the payload. */
export const SIGNATURE_TAG = { dsaHeader: 267, rsaHeader: 268, openPgp: 278, pgp: 1002, gpg: 1005 } as const;

type Value =
  | { readonly numbers: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly bytes: Uint8Array };
export type Header = ReadonlyMap<number, Value>;

function reject(why: string): HostError {
  return new HostError(
    'bad_package',
    `it is not an rpm package that can be read (${why}); nothing was used, choose another mirror`,
  );
}

/** Bytes of the header that begins with `intro`. */
export function headerBytes(intro: Uint8Array, kind: 'signatures' | 'main'): number {
  const view = new DataView(intro.buffer, intro.byteOffset, intro.byteLength);
  if (intro.length < INTRO_BYTES || view.getUint32(0) !== 0x8eade801) throw reject('it has no header');
  const bytes = INTRO_BYTES + view.getUint32(8) * ENTRY_BYTES + view.getUint32(12);
  if (bytes > (kind === 'main' ? MAX_HEADER : MAX_SIGNATURES)) throw reject('its header is too large');
  return bytes;
}

/** Texts that each end with a NUL. */
function textsAt(store: Uint8Array, offset: number, count: number): string[] {
  const texts: string[] = [];
  for (let at = offset; texts.length < count; ) {
    const end = store.indexOf(0, at);
    if (end < 0) throw reject('a text in its header has no end');
    texts.push(Buffer.from(store.subarray(at, end)).toString('utf8'));
    at = end + 1;
  }
  return texts;
}

/** Only the tags that somebody requests. @param bytes a whole header, with its intro */
export function parseHeader(bytes: Uint8Array, tags: readonly number[]): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = view.getUint32(8);
  const store = bytes.subarray(INTRO_BYTES + entries * ENTRY_BYTES);
  const storeView = new DataView(store.buffer, store.byteOffset, store.byteLength);
  const found = new Map<number, Value>();
  for (let index = 0; index < entries; index++) {
    const at = INTRO_BYTES + index * ENTRY_BYTES;
    const [tag, type, offset, count] = [0, 4, 8, 12].map((step) => view.getUint32(at + step)) as [
      number,
      number,
      number,
      number,
    ];
    if (!tags.includes(tag)) continue;
    if (found.has(tag)) throw reject(`its header has tag ${tag} twice`);
    if (offset > store.length || count > store.length) throw reject('an entry of its header lies outside of it');
    if (type !== 7 && count > MAX_VALUES) throw reject(`its header has ${count} values of tag ${tag}`);
    if (type === 4) {
      if (offset + count * 4 > store.length) throw reject('an entry of its header lies outside of it');
      found.set(tag, { numbers: Array.from({ length: count }, (_, nth) => storeView.getUint32(offset + nth * 4)) });
    } else if (type === 6 || type === 8 || type === 9) {
      found.set(tag, { texts: textsAt(store, offset, type === 6 ? 1 : count) });
    } else if (type === 7) {
      if (offset + count > store.length) throw reject('an entry of its header lies outside of it');
      found.set(tag, { bytes: store.subarray(offset, offset + count) });
    }
  }
  return found;
}

function textOf(header: Header, tag: number): string | undefined {
  const value = header.get(tag);
  return value !== undefined && 'texts' in value ? value.texts[0] : undefined;
}

function numberOf(header: Header, tag: number): number | undefined {
  const value = header.get(tag);
  return value !== undefined && 'numbers' in value ? value.numbers[0] : undefined;
}

/** OpenPGP signatures of one tag, as packets. */
export function signaturesOf(header: Header, tag: number): Uint8Array[] {
  const value = header.get(tag);
  if (value === undefined) return [];
  if ('bytes' in value) return [value.bytes];
  return 'texts' in value ? value.texts.map((text) => Buffer.from(text, 'base64')) : [];
}

/** What a package says about itself, believed only once its header is verified. */
export interface RpmFacts extends Evr {
  readonly name: string;
  readonly arch: string;
  /** Bytes of its files when unpacked; 0 where it does not say. */
  readonly installedBytes: number;
  readonly payloadFormat: string;
  readonly compressor: string;
  /** Digest of the payload as it lies in the file; undefined in packages of the time of EL7. */
  readonly payloadDigest: { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string } | undefined;
}

/** OpenPGP's numbers of digests. */
const ALGORITHMS: Readonly<Record<number, 'sha256' | 'sha512'>> = { 8: 'sha256', 10: 'sha512' };

export function factsOf(bytes: Uint8Array): RpmFacts {
  const header = parseHeader(bytes, Object.values(TAG));
  const text = (tag: number): string => {
    const value = textOf(header, tag);
    if (value === undefined) throw reject(`its header lacks tag ${tag}`);
    if (value.length > MAX_WORD) throw reject(`its tag ${tag} is too long`);
    return value;
  };
  const hex = textOf(header, TAG.payloadDigest);
  const algorithm = ALGORITHMS[numberOf(header, TAG.payloadDigestAlgorithm) ?? 8];
  if (hex !== undefined && algorithm === undefined) throw reject('the digest of its payload is of an unknown kind');
  return {
    name: text(TAG.name),
    epoch: numberOf(header, TAG.epoch) ?? 0,
    version: text(TAG.version),
    release: text(TAG.release),
    arch: text(TAG.arch),
    installedBytes: numberOf(header, TAG.size) ?? 0,
    payloadFormat: textOf(header, TAG.payloadFormat) ?? 'cpio',
    compressor: textOf(header, TAG.payloadCompressor) ?? 'gzip',
    payloadDigest: hex !== undefined && algorithm !== undefined ? { algorithm, hex: hex.toLowerCase() } : undefined,
  };
}
