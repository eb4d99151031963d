const LOAD_AT = 0x1000000;
const CODE_AT = 0x1000;
const NOTE_AT = 0x200;
const HEADER = 64;
const SEGMENT = 56;
const PT_LOAD = 1;
const PT_NOTE = 4;
/** Where a machine without firmware enters a kernel (PVH). */
const XEN_ELFNOTE_PHYS32_ENTRY = 18;

/** What it prints before it restarts the machine, which ends it. */
export const PROBE_WORDS = 'bpfcompat probe 42';

/*
 * The bytes mean the same in 32-bit and in 64-bit mode: Firecracker enters a kernel in the one or the other, by its version.
 *
 *   cld; mov esi, words; mov dx, 0x3f8
 *   1: lodsb; test al, al; jz 2f; out dx, al; jmp 1b
 *   2: mov al, 0xfe; out 0x64, al          the keyboard controller restarts the machine
 *   3: cli; hlt; jmp 3b
 */
const CODE = Buffer.from('fcbe1f00000166baf803ac84c07403eeebf8b0fee664faf4ebfc', 'hex');

/** A kernel of a few bytes, as an ELF file: that a machine runs it shows that machines run here at all. */
export function probeKernel(): Buffer {
  const words = Buffer.from(`${PROBE_WORDS}\r\n\0`, 'latin1');
  const code = Buffer.concat([CODE, Buffer.alloc(0x1f - CODE.length, 0xf4), words]);
  const image = Buffer.alloc(CODE_AT + code.length);
  image.write('7f454c46020101', 0, 'hex');
  // An executable for x86_64.
  image.writeUInt16LE(2, 16);
  image.writeUInt16LE(62, 18);
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(BigInt(LOAD_AT), 24);
  image.writeBigUInt64LE(BigInt(HEADER), 32);
  image.writeUInt16LE(HEADER, 52);
  image.writeUInt16LE(SEGMENT, 54);
  image.writeUInt16LE(2, 56);
  const note = Buffer.alloc(24);
  note.writeUInt32LE(4, 0);
  note.writeUInt32LE(8, 4);
  note.writeUInt32LE(XEN_ELFNOTE_PHYS32_ENTRY, 8);
  note.write('Xen\0', 12, 'latin1');
  note.writeBigUInt64LE(BigInt(LOAD_AT), 16);
  note.copy(image, NOTE_AT);
  writeSegment(image, HEADER, { type: PT_LOAD, offset: CODE_AT, size: code.length, align: 0x1000 });
  writeSegment(image, HEADER + SEGMENT, { type: PT_NOTE, offset: NOTE_AT, size: note.length, align: 4 });
  code.copy(image, CODE_AT);
  return image;
}

function writeSegment(
  image: Buffer,
  at: number,
  { type, offset, size, align }: { type: number; offset: number; size: number; align: number },
): void {
  image.writeUInt32LE(type, at);
  // It may be read and executed.
  image.writeUInt32LE(5, at + 4);
  image.writeBigUInt64LE(BigInt(offset), at + 8);
  for (const place of [16, 24]) image.writeBigUInt64LE(BigInt(LOAD_AT), at + place);
  for (const place of [32, 40]) image.writeBigUInt64LE(BigInt(size), at + place);
  image.writeBigUInt64LE(BigInt(align), at + 48);
}
