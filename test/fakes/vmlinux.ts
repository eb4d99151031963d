interface FakeVmlinux {
  readonly machine?: number;
  /** Of the note that says where virtual machines enter. */
  readonly noteType?: number;
  readonly banner?: string;
  /** Bytes before the banner. */
  readonly before?: number;
}

/** A vmlinux with one segment of notes and a banner, and nothing that could run. */
export function vmlinux({
  machine = 62,
  noteType = 18,
  banner = 'Linux version 6.18.0-rc3+ (me@here) #1 SMP\n\0',
  before = 0,
}: FakeVmlinux = {}): Buffer {
  const notesAt = 128;
  const bytes = Buffer.alloc(notesAt + 24 + before);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(4, 64);
  bytes.writeBigUInt64LE(BigInt(notesAt), 72);
  bytes.writeBigUInt64LE(20n, 96);
  bytes.writeUInt32LE(4, notesAt);
  bytes.writeUInt32LE(4, notesAt + 4);
  bytes.writeUInt32LE(noteType, notesAt + 8);
  bytes.write('Xen\0', notesAt + 12, 'latin1');
  return Buffer.concat([bytes, Buffer.from(banner, 'latin1')]);
}
