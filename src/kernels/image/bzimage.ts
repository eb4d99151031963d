import type { KernelImage } from './kernel-image.ts';

/** Bytes of a file that `readBzImage` wants to see. */
export const HEAD_BYTES = 64 * 1024;

const SECTOR = 512;
const DEFAULT_SETUP_SECTORS = 4;
const RELEASE = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/;

/** What a file that is no such image may be, and what to do then. */
const OTHERS: readonly (readonly [(head: Buffer) => boolean, string])[] = [
  [
    (head) => begins(head, '\u007fELF'),
    'it is an ELF file (vmlinux or a module); name arch/x86/boot/bzImage of the same build',
  ],
  [
    (head) => begins(head, 'MZ'),
    'it is an EFI program and no kernel image, such as a unified kernel image; take the kernel out of it: objcopy -O binary --only-section=.linux FILE vmlinuz',
  ],
  [(head) => begins(head, '\u001f\u008b'), 'it is packed with gzip; unpack it first'],
  [(head) => begins(head, '\u00fd7zXZ'), 'it is packed with xz; unpack it first'],
  [(head) => begins(head, '\u0028\u00b5\u002f\u00fd'), 'it is packed with zstd; unpack it first'],
  [(head) => begins(head, '!<arch>'), 'it is a Debian package; unpack it first: dpkg-deb -x FILE DIR'],
  [(head) => begins(head, '\u00ed\u00ab\u00ee\u00db'), 'it is an rpm; unpack it first: rpm2cpio FILE | cpio -id'],
];

function begins(head: Buffer, magic: string): boolean {
  return head.toString('latin1', 0, magic.length) === magic;
}

/**
 * Reads the head of a kernel image.
 * @param bytes the first bytes of the file, `HEAD_BYTES` of them where it has so many
 * @returns why it cannot be booted, with a remedy, where it is not a bzImage of a 64-bit kernel
 */
export function readBzImage(bytes: Uint8Array): KernelImage | string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.length === 0) return 'it is empty; name the bzImage of a build';
  const isBzImage =
    head.length >= 0x260 && head.readUInt16LE(0x1fe) === 0xaa55 && head.toString('latin1', 0x202, 0x206) === 'HdrS';
  if (!isBzImage) {
    const other = OTHERS.find(([matches]) => matches(head))?.[1];
    return (
      other ??
      'it is not a kernel image; name the bzImage or vmlinuz of a build for x86_64, or the Image of one for arm64'
    );
  }
  const protocol = head.readUInt16LE(0x206);
  // Bit 0 of xloadflags: it has a 64-bit entry point. The field came with protocol 2.12.
  if (protocol >= 0x020c && (head.readUInt16LE(0x236) & 1) === 0) {
    return 'it is a 32-bit kernel, and guests here are x86_64; build with CONFIG_64BIT=y';
  }
  const at = head.readUInt16LE(0x20e) + 0x200;
  const end = head.indexOf(0, at);
  const said = at < head.length && end > 0 ? head.toString('latin1', at, end) : '';
  const [release = ''] = said.split(' ');
  if (!RELEASE.test(release)) {
    return 'its head does not say which version it is; it is damaged, build or copy it again';
  }
  const start = ((head[0x1f1] || DEFAULT_SETUP_SECTORS) + 1) * SECTOR;
  const payload = { offset: start + head.readUInt32LE(0x248), size: head.readUInt32LE(0x24c) };
  return { arch: 'x86_64', release, payload: protocol >= 0x0208 && payload.size > 0 ? payload : undefined };
}
