import type { DiskFormat } from '../../model/disk-image.ts';
import { HostError } from '../../model/errors.ts';

/** Bytes from the start of a file that are looked at. */
export const DISK_HEAD_BYTES = 64 * 1024;

const MAX_VIRTUAL_SIZE = 64 * 1024 ** 3;
const SECTOR = 512;
const MIN_HEADER_V3 = 104;
const MAX_EXTENSIONS = 32;

const QCOW2_MAGIC = 0x514649fb;

/** Formats that name other files, or that no one needs: a raw disk that begins like one is none. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['KDMV', 'VMDK'],
  ['# Disk DescriptorFile', 'VMDK'],
  ['vhdxfile', 'VHDX'],
  ['conectix', 'VHD'],
  ['QED\0', 'QED'],
  ['LUKS\xba\xbe', 'LUKS'],
  ['OOOO CORM', 'another qcow'],
];
const VDI_MAGIC = 0xbeda107f;
const VDI_OFFSET = 64;

/** Incompatible features that do not change where bytes are looked for: kind of compression, extended entries. */
const HARMLESS = (1n << 3n) | (1n << 4n);
const FEATURES: readonly (readonly [bigint, string])[] = [
  [1n, 'it was not closed properly (dirty)'],
  [2n, 'it is marked as corrupt'],
  [4n, 'it has an external data file'],
];

const EXTENSIONS: Readonly<Record<number, string>> = {
  3799591626: 'it names the format of a backing file',
  1145132097: 'it names an external data file',
  87539319: 'it is encrypted',
};
const FEATURE_NAMES = 0x6803f857;
const BITMAPS = 0x23852875;

/**
 * What a file is, by its first bytes alone, before any program opens it: a qcow2 that stands for itself, or a raw disk.
 * @param head the first `DISK_HEAD_BYTES` bytes, or all
 * @param what the file, for messages
 * @throws HostError `image_refused` with the reason
 */
export function diskFormat(head: Uint8Array, fileSize: number, what: string): DiskFormat {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const failure = (reason: string): HostError =>
    new HostError('image_refused', `${what} is not used as a disk: ${reason}; take another image`);
  if (bytes.length < SECTOR) throw failure(`it has ${fileSize} bytes, which is not a disk`);
  const wrong = bytes.readUInt32BE(0) === QCOW2_MAGIC ? qcow2Problem(bytes, fileSize) : rawProblem(bytes, fileSize);
  if (wrong !== undefined) throw failure(wrong);
  if (bytes.readUInt32BE(0) !== QCOW2_MAGIC) return { format: 'raw', virtualSize: fileSize };
  return { format: 'qcow2', virtualSize: Number(bytes.readBigUInt64BE(24)) };
}

function rawProblem(bytes: Buffer, fileSize: number): string | undefined {
  const text = bytes.toString('latin1', 0, 32);
  const foreign = FOREIGN.find(([magic]) => text.startsWith(magic))?.[1];
  if (foreign !== undefined) return `it is ${foreign}, and disks are qcow2 or raw`;
  if (bytes.readUInt32LE(VDI_OFFSET) === VDI_MAGIC) return 'it is VDI, and disks are qcow2 or raw';
  if (fileSize % SECTOR !== 0)
    return `${fileSize} bytes are not a whole number of sectors; it may be packed or cut off`;
  if (fileSize > MAX_VIRTUAL_SIZE) return `it has ${fileSize} bytes, and disks may have ${MAX_VIRTUAL_SIZE}`;
  // A partition table has it, too: without it nothing boots.
  return bytes.readUInt16LE(SECTOR - 2) === 0xaa55 ? undefined : 'it is neither qcow2 nor a disk with a boot sector';
}

function qcow2Problem(bytes: Buffer, fileSize: number): string | undefined {
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return `it is qcow2 of version ${version}`;
  if (bytes.readBigUInt64BE(8) !== 0n || bytes.readUInt32BE(16) !== 0) return 'it has a backing file';
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) return `its clusters have 2^${clusterBits} bytes`;
  const cluster = 2 ** clusterBits;
  const size = bytes.readBigUInt64BE(24);
  if (size === 0n || size > BigInt(MAX_VIRTUAL_SIZE) || size % BigInt(SECTOR) !== 0n) {
    return `its disk has ${size} bytes, and disks may have ${MAX_VIRTUAL_SIZE}`;
  }
  if (bytes.readUInt32BE(32) !== 0) return 'it is encrypted';
  const entries = bytes.readUInt32BE(36);
  const table = bytes.readBigUInt64BE(40);
  // One entry stands for a cluster of entries, or, where those are extended, for half of one.
  const needed = Math.ceil(Number(size) / ((cluster / 8) * cluster));
  if (entries < needed || entries > 2 * needed + cluster / 8) return `its table has ${entries} entries`;
  if (table % BigInt(cluster) !== 0n || table < BigInt(cluster) || table + BigInt(entries * 8) > BigInt(fileSize)) {
    return 'its table lies outside of the file; it may be cut off';
  }
  if (bytes.readUInt32BE(60) !== 0) return 'it holds snapshots';
  return version === 3 ? version3Problem(bytes, cluster) : extensionProblem(bytes, 72, cluster);
}

function version3Problem(bytes: Buffer, cluster: number): string | undefined {
  const features = bytes.readBigUInt64BE(72) & ~HARMLESS;
  const known = FEATURES.find(([bit]) => (features & bit) !== 0n)?.[1];
  if (features !== 0n) return known ?? `it needs features that are not known (0x${features.toString(16)})`;
  const header = bytes.readUInt32BE(100);
  if (header < MIN_HEADER_V3 || header > 4096 || header % 8 !== 0) return `its header has ${header} bytes`;
  return extensionProblem(bytes, header, cluster);
}

/** Walks the extensions of a header, which end before its cluster does. */
function extensionProblem(bytes: Buffer, from: number, cluster: number): string | undefined {
  const end = Math.min(cluster, bytes.length);
  let at = from;
  for (let nth = 0; nth < MAX_EXTENSIONS && at + 8 <= end; nth++) {
    const type = bytes.readUInt32BE(at);
    if (type === 0) return undefined;
    const length = bytes.readUInt32BE(at + 4);
    const bad = EXTENSIONS[type];
    if (bad !== undefined) return bad;
    if (type !== FEATURE_NAMES && type !== BITMAPS)
      return `its header has a part that is not known (0x${type.toString(16)})`;
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return 'the parts of its header do not end';
}
