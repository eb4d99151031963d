/** One ELF note. */
export interface ElfNote {
  /** Without the zero that ends it. */
  readonly owner: string;
  readonly type: number;
  readonly value: Buffer;
}

/** Not by bits: sizes of an untrusted file would become negative, and the end would never come. */
const align = (size: number): number => Math.ceil(size / 4) * 4;

/** The ELF notes of a section or segment, up to the first one that does not lie inside of it. */
export function* elfNotes(notes: Uint8Array): Generator<ElfNote> {
  const bytes = Buffer.from(notes.buffer, notes.byteOffset, notes.byteLength);
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [name, size, type] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
    const from = at + 12 + align(name);
    if (from + size > bytes.length) return;
    const owner = bytes.toString('latin1', at + 12, at + 12 + Math.max(0, name - 1));
    yield { owner, type, value: bytes.subarray(from, from + size) };
    at = from + align(size);
  }
}
