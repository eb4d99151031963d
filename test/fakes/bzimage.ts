interface FakeBzImage {
  readonly release?: string;
  /** Boot protocol; 0x020f is that of today. */
  readonly protocol?: number;
  readonly is64Bit?: boolean;
  /** The packed kernel. */
  readonly payload?: Uint8Array;
}

/** An image with a head as the boot protocol of x86 has it, and nothing that could run. */
export function bzImage({
  release = '6.18.0-rc3',
  protocol = 0x020f,
  is64Bit = true,
  payload,
}: FakeBzImage = {}): Buffer {
  const setup = 4;
  const bytes = Buffer.alloc((setup + 1) * 512 + 64 + (payload?.length ?? 0));
  bytes[0x1f1] = setup;
  bytes.writeUInt16LE(0xaa55, 0x1fe);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(protocol, 0x206);
  bytes.writeUInt16LE(0x400 - 0x200, 0x20e);
  bytes.writeUInt16LE(is64Bit ? 1 : 0, 0x236);
  bytes.write(`${release} (me@here) #1 SMP\0`, 0x400, 'latin1');
  if (payload !== undefined) {
    bytes.writeUInt32LE(64, 0x248);
    bytes.writeUInt32LE(payload.length, 0x24c);
    bytes.set(payload, (setup + 1) * 512 + 64);
  }
  return bytes;
}
