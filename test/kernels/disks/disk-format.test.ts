import { describe, expect, test } from 'vitest';
import { emptyOverlay } from '../../../src/guests/cloud-image/overlay.ts';
import { DISK_HEAD_BYTES, diskFormat } from '../../../src/kernels/disks/disk-format.ts';

const GIB = 1024 ** 3;

/** A good qcow2 of a GiB, with changes. */
function qcow2(change: (header: Buffer) => void = () => {}): Buffer {
  const file = emptyOverlay(GIB);
  change(file);
  return file;
}

function look(file: Buffer, size = file.length): ReturnType<typeof diskFormat> {
  return diskFormat(file.subarray(0, DISK_HEAD_BYTES), size, 'disk.img');
}

/** A header extension, after which there is none. */
function extension(type: number, data: string): (header: Buffer) => void {
  return (header) => {
    header.writeUInt32BE(type, 104);
    header.writeUInt32BE(data.length, 108);
    header.write(data, 112);
  };
}

function raw(change: (disk: Buffer) => void = () => {}): Buffer {
  const disk = Buffer.alloc(1024 * 1024);
  disk.writeUInt16BE(0x55aa, 510);
  change(disk);
  return disk;
}

test('a qcow2 that stands for itself, and a raw disk', () => {
  expect(look(qcow2())).toEqual({ format: 'qcow2', virtualSize: GIB });
  expect(look(raw())).toEqual({ format: 'raw', virtualSize: 1024 * 1024 });
});

test('the names of features are no harm, nor is another kind of compression', () => {
  expect(look(qcow2(extension(0x6803f857, 'x'.repeat(48))))).toMatchObject({ format: 'qcow2' });
  expect(look(qcow2((header) => header.writeBigUInt64BE(8n, 72)))).toMatchObject({ format: 'qcow2' });
});

describe('what names other files, or is none to believe in, is rejected before any program opens it', () => {
  const cases: [string, Buffer, RegExp][] = [
    [
      'a backing file',
      qcow2((header) => {
        header.writeBigUInt64BE(512n, 8);
        header.writeUInt32BE(11, 16);
        header.write('/etc/passwd', 512);
      }),
      /has a backing file/,
    ],
    ['the format of a backing file', qcow2(extension(0xe2792aca, 'raw')), /format of a backing file/],
    ['an external data file', qcow2((header) => header.writeBigUInt64BE(4n, 72)), /external data file/],
    ['the name of one', qcow2(extension(0x44415441, '/etc/shadow')), /names an external data file/],
    ['encryption', qcow2((header) => header.writeUInt32BE(2, 32)), /encrypted/],
    ['its header extension', qcow2(extension(0x0537be77, 'x'.repeat(16))), /encrypted/],
    ['snapshots', qcow2((header) => header.writeUInt32BE(1, 60)), /snapshots/],
    ['the dirty mark', qcow2((header) => header.writeBigUInt64BE(1n, 72)), /dirty/],
    ['features nobody knows', qcow2((header) => header.writeBigUInt64BE(1n << 20n, 72)), /not known \(0x100000\)/],
    ['two EiB', qcow2((header) => header.writeBigUInt64BE(1n << 61n, 24)), /disk has 2305843009213693952 bytes/],
    ['clusters of a TiB', qcow2((header) => header.writeUInt32BE(40, 20)), /clusters/],
    ['a table that is too short', qcow2((header) => header.writeUInt32BE(1, 36)), /table has 1 entries/],
    ['a table behind the end', qcow2((header) => header.writeBigUInt64BE(1n << 40n, 40)), /outside of the file/],
    ['another version', qcow2((header) => header.writeUInt32BE(7, 4)), /version 7/],
    ['60 bytes', qcow2().subarray(0, 60), /not a disk/],
    ['VMDK', raw((disk) => disk.write('KDMV')), /VMDK/],
    ['VDI', raw((disk) => disk.writeUInt32LE(0xbeda107f, 64)), /VDI/],
    ['LUKS', raw((disk) => disk.write('LUKS\xba\xbe', 'latin1')), /LUKS/],
    ['a file without a boot sector', Buffer.alloc(4096), /neither qcow2 nor a disk/],
    ['a part of a sector', raw().subarray(0, 1000), /whole number of sectors/],
  ];
  test.each(cases)('%s', (_, file, words) => {
    expect(() => look(file)).toThrow(words);
  });

  test('header extensions without end', () => {
    const endless = qcow2((header) => {
      for (let at = 104; at < 104 + 8 * 40; at += 8) header.writeUInt32BE(0x6803f857, at);
    });
    expect(() => look(endless)).toThrow(/do not end/);
  });
});
