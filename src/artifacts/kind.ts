import { ELF_MACHINE, hasElfMagic, readElfIdentity } from '../elf/elf-file.ts';
import type { Packing } from '../kernels/sources/rpm/chunks.ts';
import { machineName } from '../object/signatures.ts';

/** A file that may hold objects, and how to open it. */
export type Container =
  | { readonly kind: 'program'; readonly words: string }
  | { readonly kind: 'source'; readonly words: string }
  | { readonly kind: 'packed'; readonly words: string; readonly packing: Packing }
  | { readonly kind: 'deb'; readonly words: string }
  | { readonly kind: 'rpm'; readonly words: string }
  | { readonly kind: 'image'; readonly words: string };

/** Bytes that are looked at: the head of a tar archive says at 257 that it is one. */
export const HEAD_BYTES = 512;
const TAR_AT = 257;
const SOURCE = /\.(?:h|hh|hpp|c|cc|cpp|inc)$/i;

const BEGINNINGS: readonly (readonly [string, Container])[] = [
  ['\u001f\u008b', { kind: 'packed', words: 'a gzip file', packing: 'gzip' }],
  ['\u00fd7zXZ', { kind: 'packed', words: 'an xz file', packing: 'xz' }],
  ['\u0028\u00b5\u002f\u00fd', { kind: 'packed', words: 'a zstd file', packing: 'zstd' }],
  ['!<arch>\ndebian-binary', { kind: 'deb', words: 'a Debian package' }],
  ['!<arch>\n', { kind: 'program', words: 'a static library' }],
  ['\u00ed\u00ab\u00ee\u00db', { kind: 'rpm', words: 'an rpm package' }],
];

/** Whether these bytes begin a tar archive. */
export function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', TAR_AT, TAR_AT + 5) === 'ustar';
}

/**
 * What a file is opened as to look for objects in it; undefined for an object itself and for everything else.
 * @param head its first `HEAD_BYTES` bytes
 */
export function containerOf(name: string, head: Uint8Array): Container | undefined {
  if (hasElfMagic(head)) {
    const machine = readElfIdentity(head)?.machine ?? ELF_MACHINE.none;
    const arch = machine === ELF_MACHINE.bpf ? undefined : machineName(machine);
    // A number that is not a machine's may as well be a damaged object.
    return arch === undefined ? undefined : { kind: 'program', words: `an ELF file for ${arch}` };
  }
  if (isTar(head)) return { kind: 'packed', words: 'a tar archive', packing: 'plain' };
  const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const known = BEGINNINGS.find(([beginning]) => start.startsWith(beginning))?.[1];
  if (known !== undefined) return known;
  return SOURCE.test(name) && head.length > 0 && !head.includes(0) ? { kind: 'source', words: 'C source' } : undefined;
}
