import { spawnSync } from 'node:child_process';

/** How the build of a kernel packs what it puts into an EFI zboot image, by the name that its head has then. */
export const ZBOOT_PACKERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  gzip: ['gzip', '-n', '-1', '-c'],
  xzkern: ['xz', '--check=crc32', '--arm64', '--lzma2=preset=0', '-c'],
  zstd22: ['zstd', '-q', '-1', '-c'],
  lz4: ['lz4', '-q', '-l', '-1', '-c'],
  lzma: ['xz', '--format=lzma', '-0', '-c'],
};

interface FakeZboot {
  readonly named?: string;
  /** What stands in the head instead of the place and the size of the packed kernel. */
  readonly offset?: number;
  readonly size?: number;
}

/** An EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S) around what is packed already. */
export function zbootOf(packed: Uint8Array, { named = 'gzip', offset = 512, size = packed.length }: FakeZboot = {}) {
  const head = Buffer.alloc(512);
  head.write('MZ\0\0zimg', 'latin1');
  head.writeUInt32LE(offset, 8);
  head.writeUInt32LE(size, 12);
  head.write(named, 0x18, 'latin1');
  head.write('\xcd\x23\x82\x81', 0x38, 'latin1');
  // Behind it stand its unpacked size and the program that unpacks it.
  return Buffer.concat([head, packed, Buffer.alloc(4096, 'program')]);
}

/** The same of an Image, packed in a way of `ZBOOT_PACKERS`. */
export function zboot(image: Uint8Array, named: string): Buffer {
  const [command, ...args] = ZBOOT_PACKERS[named] ?? ['false'];
  const { stdout, stderr, status } = spawnSync(command, args, { input: image, maxBuffer: 512 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${command} cannot pack: ${String(stderr)}`);
  return zbootOf(stdout, { named });
}

/** An Image for arm64 with nothing that could run. */
export function arm64Image(release = '6.18.0-rc3'): Buffer {
  const bytes = Buffer.alloc(300_000, 'arm64 ');
  bytes.write('MZ', 0, 'latin1');
  bytes.write('ARM\x64', 0x38, 'latin1');
  bytes.write(`Linux version ${release} (me@here) #1 SMP\n\0`, 200_000, 'latin1');
  return bytes;
}
