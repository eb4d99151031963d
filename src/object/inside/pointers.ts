import type { FoundObject } from './find-objects.ts';
import type { Places } from './places.ts';

/** Places of one object that are looked at. */
const MAX_PLACES = 64;
const MAX_PATH = 255;
/** `r_offset`, `r_info`, `r_addend` of a relocation: programs that may lie anywhere have the address in the last. */
const ADDEND_AT = 16;

/** Every place of the file, at multiples of eight, that holds the address of one of the objects. */
function addressesIn(program: Uint8Array, expected: ReadonlyMap<number, number>): Map<number, number[]> {
  const even = program.byteOffset % 4 === 0 ? program : Uint8Array.from(program);
  const words = new Uint32Array(even.buffer, even.byteOffset, even.byteLength >> 2);
  const found = new Map<number, number[]>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    const low = words[index] as number;
    const object = expected.get(low + (words[index + 1] as number) * 0x1_0000_0000);
    if (object === undefined) continue;
    const places = found.get(object) ?? [];
    if (places.length < MAX_PLACES) found.set(object, [...places, index * 4]);
  }
  return found;
}

function wordAt(program: DataView, at: number | undefined): number | undefined {
  return at === undefined || at < 0 || at + 8 > program.byteLength ? undefined : Number(program.getBigUint64(at, true));
}

/**
 * Places of the file where the program keeps the address of an object with its length beside it, as Go does for slices and
 * strings and Rust for references to slices.
 */
function slicesOf(view: DataView, places: Places, object: FoundObject, hits: readonly number[]): number[] {
  return hits.flatMap((hit) => {
    // In a table of relocations, the address stands in an entry that says where it goes.
    const goal = wordAt(view, hit - ADDEND_AT);
    const moved = goal === undefined ? undefined : places.fileOf(goal);
    return [hit, moved].flatMap((at) => (at !== undefined && wordAt(view, at + 8) === object.size ? [at] : []));
  });
}

/** The text that a string header at `at` of the file leads to, where it is the path of a file. */
function pathAt(program: Uint8Array, view: DataView, places: Places, at: number): string | undefined {
  const [address, length] = [wordAt(view, at), wordAt(view, at + 8)];
  const from = address === undefined ? undefined : places.fileOf(address);
  if (from === undefined || length === undefined || length === 0 || length > MAX_PATH) return undefined;
  const text = Buffer.from(program.buffer, program.byteOffset + from, Math.min(length, program.length - from)).toString(
    'latin1',
  );
  return /^[\w.+@-]+(?:\/[\w.+@-]+)*$/.test(text) && text.includes('.') ? text : undefined;
}

/** What a program has beside the address of an object. */
export interface Holder {
  /** Byte of the file of each slice with the object. */
  readonly slices: readonly number[];
  /** Path in an `embed.FS` of Go, which programs keep when they are stripped. */
  readonly path: string | undefined;
}

/** Where a program keeps the addresses of the objects in it, by their position in `objects`. */
export function holdersOf(program: Uint8Array, places: Places, objects: readonly FoundObject[]): Map<number, Holder> {
  const expected = new Map<number, number>();
  for (const [index, { at }] of objects.entries()) {
    const address = places.addressOf(at);
    if (address !== undefined) expected.set(address, index);
  }
  const holders = new Map<number, Holder>();
  if (expected.size === 0) return holders;
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  for (const [index, hits] of addressesIn(program, expected)) {
    const object = objects[index];
    if (object === undefined) continue;
    const slices = slicesOf(view, places, object, hits);
    // A file of embed.FS: its name, and behind it its content.
    const path = slices.map((at) => pathAt(program, view, places, at - 16)).find((text) => text !== undefined);
    holders.set(index, { slices, path });
  }
  return holders;
}
