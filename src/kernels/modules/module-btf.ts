/** Strings of the kernel's own BTF, which that of its modules continues. */
export type BaseStrings = Buffer;

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const TYPE_BYTES = 12;
const STRUCT = 4;
const UNION = 5;
/** Bytes behind the head of each kind, by its number: fixed, and per element. */
const TAILS: readonly (readonly [number, number])[] = [
  [0, 0],
  [4, 0],
  [0, 0],
  [12, 0],
  [0, 12],
  [0, 12],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
];

/** The part with the strings, and that with the types; undefined for what is not BTF. */
function parts(btf: Buffer): { readonly types: Buffer; readonly strings: Buffer } | undefined {
  if (btf.length < HEADER_BYTES || btf.readUInt16LE(0) !== MAGIC) return undefined;
  const header = btf.readUInt32LE(4);
  const part = (at: number): Buffer => {
    const from = header + btf.readUInt32LE(at);
    return btf.subarray(from, from + btf.readUInt32LE(at + 4));
  };
  return { types: part(8), strings: part(16) };
}

/** The strings of a kernel's own BTF; undefined for what is not BTF. */
export function baseStrings(btf: Buffer): BaseStrings | undefined {
  return parts(btf)?.strings;
}

/** Names of the structures and unions that a module's BTF adds to the kernel's. What cannot be walked ends the list. */
export function moduleTypes(btf: Buffer, base: BaseStrings): string[] {
  const { types, strings } = parts(btf) ?? { types: Buffer.alloc(0), strings: Buffer.alloc(0) };
  const found = new Set<string>();
  for (let at = 0; at + TYPE_BYTES <= types.length; ) {
    const info = types.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 31;
    const tail = TAILS[kind];
    if (tail === undefined || kind === 0) break;
    const name = types.readUInt32LE(at);
    if ((kind === STRUCT || kind === UNION) && name !== 0) {
      const [from, offset] = name < base.length ? [base, name] : [strings, name - base.length];
      const end = from.indexOf(0, offset);
      if (end > offset) found.add(from.toString('latin1', offset, end));
    }
    at += TYPE_BYTES + tail[0] + tail[1] * (info & 0xffff);
  }
  return [...found];
}
