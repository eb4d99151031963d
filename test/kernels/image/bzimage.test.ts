import { describe, expect, test } from 'vitest';
import { readBzImage } from '../../../src/kernels/image/bzimage.ts';
import { bzImage } from '../../fakes/bzimage.ts';

test('the head of a bzImage says its release and where the packed kernel lies', () => {
  expect(readBzImage(bzImage({ release: '6.18.0-rc3-00012-gabcdef+' }))).toEqual({
    arch: 'x86_64',
    release: '6.18.0-rc3-00012-gabcdef+',
    payload: undefined,
  });
  expect(readBzImage(bzImage({ payload: Buffer.from('packed') }))).toMatchObject({
    payload: { offset: 2624, size: 6 },
  });
});

describe('what cannot be booted is reported with a reason and what to do', () => {
  const head = (text: string): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(4096)]);
  test.each([
    ['nothing', Buffer.alloc(0), /it is empty; name the bzImage/],
    ['vmlinux', head('\x7fELF\x02\x01\x01'), /an ELF file .*; name arch\/x86\/boot\/bzImage/],
    ['unified kernel image', head('MZ\x90\0\x03\0\0\0'), /objcopy -O binary --only-section=\.linux/],
    ['gzip', head('\x1f\x8b\x08'), /packed with gzip; unpack/],
    ['xz', head('\xfd7zXZ\0'), /packed with xz; unpack/],
    ['zstd', head('\x28\xb5\x2f\xfd'), /packed with zstd; unpack/],
    ['deb', head('!<arch>\n'), /a Debian package; unpack it first: dpkg-deb -x/],
    ['rpm', head('\xed\xab\xee\xdb\x03'), /an rpm; unpack it first/],
    ['text', head('hello'), /not a kernel image; name the bzImage or vmlinuz/],
    ['a head that is cut off', bzImage().subarray(0, 0x210), /not a kernel image/],
    ['32 bits', bzImage({ is64Bit: false }), /a 32-bit kernel.*CONFIG_64BIT=y/],
    ['no version', bzImage({ release: '' }), /does not say which version it is; it is damaged/],
    ['a version that is none', bzImage({ release: '../../etc' }), /does not say which version/],
  ])('%s', (_, bytes, words) => {
    expect(readBzImage(bytes)).toMatch(words);
  });

  test('a version that lies behind the end of the file', () => {
    const bytes = bzImage();
    bytes.writeUInt16LE(0xffff, 0x20e);
    expect(readBzImage(bytes)).toMatch(/does not say which version/);
  });
});

test('a kernel before protocol 2.12 has no word about 64 bits', () => {
  expect(readBzImage(bzImage({ protocol: 0x020a, is64Bit: false }))).toMatchObject({ release: '6.18.0-rc3' });
});
