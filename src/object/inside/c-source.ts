import { findObjects } from './find-objects.ts';

/** An object that stands in C source as text. */
export interface SourceObject {
  /** Skeleton or array that it belongs to; undefined where nothing says. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

const MAX_TEXTS = 64;
/** A text that begins as ELF does, in either spelling of bpftool and of other tools. */
const TEXT = /"(?:\\\r?\n)*\\x7f(?:ELF|\\x45\\x4c\\x46)/g;
/** `xxd -i` and its like. */
const ARRAY = /(\w+)\s*\[[^\]]*\]\s*(?:__\w+(?:\(\([^)]*\)\))?\s*)?=\s*\{\s*0x7f\s*,\s*0x45\s*,\s*0x4c\s*,\s*0x46/gi;
const SKELETON = /(\w+)__(?:elf_bytes|create_skeleton)\s*\(/g;
const SIMPLE: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };

/** Bytes of the string literal whose quote stands at `from`, with those that follow it, as a compiler reads them. */
function literalAt(text: string, from: number, most: number): Uint8Array {
  const bytes = Buffer.alloc(most);
  let length = 0;
  let at = from + 1;
  const token = /\\x([\da-fA-F]{1,2})|\\([0-7]{1,3})|\\\r?\n|\\(.)|"(?:\s*")?|([^"\\\r\n]+)/gy;
  for (token.lastIndex = at; length < most; at = token.lastIndex) {
    const found = token.exec(text);
    if (found === null) break;
    const [whole, hex, octal, simple, plain] = found;
    if (hex !== undefined) bytes[length++] = Number.parseInt(hex, 16);
    else if (octal !== undefined) bytes[length++] = Number.parseInt(octal, 8) & 255;
    else if (simple !== undefined) bytes[length++] = SIMPLE[simple] ?? simple.charCodeAt(0);
    else if (plain !== undefined) length += bytes.write(plain, length, 'latin1');
    else if (whole === '"') break;
  }
  return bytes.subarray(0, length);
}

/** Bytes of the list of numbers that begins at `from`. */
function numbersAt(text: string, from: number): Uint8Array {
  const list = text.slice(from, text.indexOf('}', from));
  return Uint8Array.from(list.matchAll(/0x([\da-f]{1,2})/gi), ([, digits = '0']) => Number.parseInt(digits, 16));
}

/**
 * Objects in C source: skeletons of `bpftool gen skeleton` (`.skel.h`) and arrays of bytes. The work is bounded by the
 * length of the text.
 */
export function objectsInSource(text: string): SourceObject[] {
  const skeletons = [...text.matchAll(SKELETON)];
  const texts = [...text.matchAll(TEXT)].slice(0, MAX_TEXTS).map(({ index }) => ({
    // Older skeletons have it in this function, newer ones in one of its own.
    name: (skeletons.findLast((one) => one.index < index) ?? skeletons[0])?.[1],
    read: () => literalAt(text, index, text.length - index),
  }));
  const arrays = [...text.matchAll(ARRAY)].slice(0, MAX_TEXTS).map(({ index, 1: name, 0: head }) => ({
    name,
    read: () => numbersAt(text, index + head.indexOf('{')),
  }));
  return [...texts, ...arrays].flatMap(({ name, read }) => {
    const bytes = read();
    const [object] = findObjects(bytes).objects;
    return object?.at === 0 ? [{ name, bytes: bytes.subarray(0, object.size) }] : [];
  });
}
