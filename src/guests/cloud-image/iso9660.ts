const SECTOR = 2048;
const DESCRIPTOR = 16;
const PATH_TABLE = 18;
const ROOT = 20;
const FIRST_FILE = 21;
const PATH_TABLE_BYTES = 10;

/** A file in the root directory. */
export interface IsoFile {
  /** At most 30 lower-case letters, digits, dashes and dots: Linux shows names in lower case and without their version. */
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * A read-only file system (ECMA-119) with some files in its root, the same bytes for the same contents. Every kernel that
 * distros ship for the cloud mounts it, and it needs no tool.
 * @param label at most 32 characters
 */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  let sector = FIRST_FILE;
  const placed = files.map(({ name, data }) => {
    const at = sector;
    sector += Math.max(1, Math.ceil(data.length / SECTOR));
    return { id: Buffer.from(`${name.toUpperCase()};1`, 'latin1'), data, at };
  });
  const image = Buffer.alloc(sector * SECTOR);
  const entries = [
    record(Buffer.from([0]), ROOT, SECTOR, true),
    record(Buffer.from([1]), ROOT, SECTOR, true),
    // The order that the standard wants.
    ...placed
      .toSorted((a, b) => Buffer.compare(a.id, b.id))
      .map(({ id, data, at }) => record(id, at, data.length, false)),
  ];
  const directory = Buffer.concat(entries);
  if (directory.length > SECTOR) throw new RangeError(`${files.length} files do not fit into one directory`);
  directory.copy(image, ROOT * SECTOR);
  for (const { data, at } of placed) image.set(data, at * SECTOR);
  writeDescriptor(image.subarray(DESCRIPTOR * SECTOR), label, sector);
  image.write('\xffCD001\x01', (DESCRIPTOR + 1) * SECTOR, 'latin1');
  writePathTables(image.subarray(PATH_TABLE * SECTOR));
  return image;
}

/** Numbers stand in both byte orders. */
function both32(to: Buffer, offset: number, value: number): void {
  to.writeUInt32LE(value, offset);
  to.writeUInt32BE(value, offset + 4);
}

function both16(to: Buffer, offset: number, value: number): void {
  to.writeUInt16LE(value, offset);
  to.writeUInt16BE(value, offset + 2);
}

/** An entry of a directory. */
function record(id: Buffer, at: number, bytes: number, directory: boolean): Buffer {
  const entry = Buffer.alloc(33 + id.length + ((id.length + 1) % 2));
  entry.writeUInt8(entry.length, 0);
  both32(entry, 2, at);
  both32(entry, 10, bytes);
  // The first day that it can name: years count from 1900.
  entry.set([70, 1, 1], 18);
  entry.writeUInt8(directory ? 2 : 0, 25);
  both16(entry, 28, 1);
  entry.writeUInt8(id.length, 32);
  id.copy(entry, 33);
  return entry;
}

function writeDescriptor(to: Buffer, label: string, sectors: number): void {
  to.write('\x01CD001\x01', 0, 'latin1');
  to.fill(' ', 8, 72);
  to.write(label, 40, 32, 'latin1');
  both32(to, 80, sectors);
  both16(to, 120, 1);
  both16(to, 124, 1);
  both16(to, 128, SECTOR);
  both32(to, 132, PATH_TABLE_BYTES);
  to.writeUInt32LE(PATH_TABLE, 140);
  to.writeUInt32BE(PATH_TABLE + 1, 148);
  record(Buffer.from([0]), ROOT, SECTOR, true).copy(to, 156);
  to.fill(' ', 190, 813);
  for (const offset of [813, 830, 847, 864]) to.write('0000000000000000\0', offset, 'latin1');
  to.writeUInt8(1, 881);
}

/** One of each byte order, with the root alone. */
function writePathTables(to: Buffer): void {
  for (const offset of [0, SECTOR]) {
    to.writeUInt8(1, offset);
    if (offset === 0) to.writeUInt32LE(ROOT, offset + 2);
    else to.writeUInt32BE(ROOT, offset + 2);
    if (offset === 0) to.writeUInt16LE(1, offset + 6);
    else to.writeUInt16BE(1, offset + 6);
  }
}
