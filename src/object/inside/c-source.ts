import { DAMAGED_BYTES, findObjects } from './find-objects.ts';

/** An object that stands in C source as text. */
export interface SourceObject {
  /** Skeleton or array that it belongs to; undefined where nothing says. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

const MAX_TEXTS = 64;
/** A source file has one; an untrusted file may have as many as fit. */
const MAX_SKELETONS = 4096;
/** What stands before the numbers of an array: its name, its bounds, an attribute. */
const MAX_DECLARATION = 512;
/** A text that begins as ELF does, in either spelling of bpftool and of other tools. */
const TEXT = /"(?:\\\r?\n)*\\x7f(?:ELF|\\x45\\x4c\\x46)/g;
/** `xxd -i` and its like. */
const ARRAY = /=\s*\{\s*0x7f\s*,\s*0x45\s*,\s*0x4c\s*,\s*0x46/gi;
/** The end of a declaration of one. */
const DECLARED = /\b(\w+)\s*\[[^\]]*\]\s*(?:__\w[^=;]*)?$/;
// Words are only tried from their beginning and have a bound: a run of letters would be gone through once for each of them.
const SKELETON = /\b(\w{1,128})__(?:elf_bytes|create_skeleton)\s*\(/g;
const SIMPLE: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };

/** Bytes that stand in a text, and where it goes on behind them. */
interface Read {
  readonly bytes: Uint8Array;
  readonly end: number;
}

/** Bytes of the string literal whose quote stands at `from`, with those that follow it, as a compiler reads them. */
function literalAt(text: string, from: number): Read {
  const most = text.length - from;
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
  return { bytes: bytes.subarray(0, length), end: at };
}

/** Bytes of the list of numbers that begins at `from`. */
function numbersAt(text: string, from: number): Read {
  const brace = text.indexOf('}', from);
  const end = brace < 0 ? text.length : brace;
  const numbers = text.slice(from, end).matchAll(/0x([\da-f]{1,2})/gi);
  return { bytes: Uint8Array.from(numbers, ([, digits = '0']) => Number.parseInt(digits, 16)), end };
}

/** The first places where `pattern` matches; none lies in what was read from the one before. */
function readEach(text: string, pattern: RegExp, read: (match: RegExpExecArray) => Read & Pick<SourceObject, 'name'>) {
  const objects: SourceObject[] = [];
  const search = new RegExp(pattern);
  for (let count = 0; count < MAX_TEXTS; count++) {
    const match = search.exec(text);
    if (match === null) return { objects, cut: false };
    const { name, bytes, end } = read(match);
    search.lastIndex = Math.max(end, search.lastIndex);
    const { objects: found, damaged } = findObjects(bytes);
    const size = damaged[0] === 0 ? DAMAGED_BYTES : found[0]?.at === 0 ? found[0].size : undefined;
    // A copy: the rest of the text would stay in memory for it.
    if (size !== undefined) objects.push({ name, bytes: Uint8Array.from(bytes.subarray(0, size)) });
  }
  return { objects, cut: search.exec(text) !== null };
}

function skeletonsIn(text: string): readonly { readonly index: number; readonly name: string | undefined }[] {
  const found: { index: number; name: string | undefined }[] = [];
  for (const { index, 1: name } of text.matchAll(SKELETON)) {
    if (found.push({ index, name }) === MAX_SKELETONS) break;
  }
  return found;
}

/**
 * Objects in C source: skeletons of `bpftool gen skeleton` (`.skel.h`) and arrays of bytes, also those that are damaged.
 * The work is bounded by the length of the text.
 * @returns `cut`: there is more that may be one than is looked at
 */
export function objectsInSource(text: string): { readonly objects: readonly SourceObject[]; readonly cut: boolean } {
  const skeletons = skeletonsIn(text);
  const texts = readEach(text, TEXT, ({ index }) => ({
    // Older skeletons have it in this function, newer ones in one of its own.
    name: (skeletons.findLast((one) => one.index < index) ?? skeletons[0])?.name,
    ...literalAt(text, index),
  }));
  const arrays = readEach(text, ARRAY, ({ index, 0: head }) => ({
    name: DECLARED.exec(text.slice(Math.max(0, index - MAX_DECLARATION), index))?.[1],
    ...numbersAt(text, index + head.indexOf('{')),
  }));
  return { objects: [...texts.objects, ...arrays.objects], cut: texts.cut || arrays.cut };
}
