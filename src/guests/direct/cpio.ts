/** One entry of an archive. Paths have no leading slash; parents must be entries too. */
export type CpioEntry =
  | { readonly path: string; readonly type: 'dir' }
  | { readonly path: string; readonly type: 'file'; readonly mode: number; readonly data: Uint8Array }
  | {
      readonly path: string;
      readonly type: 'char';
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFCHR = 0o020000;
const TRAILER = 'TRAILER!!!';

/**
 * A cpio archive in the `newc` format, as the kernel unpacks it. The same entries give the same bytes: sorted by path,
 * owned by root, dated 1970.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  // Byte order, not the locale's; it also puts a directory before what is in it.
  const sorted = entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const parts = sorted.flatMap((entry, index) => member(entry, index + 1));
  return Buffer.concat([...parts, ...record({ ino: 0, mode: 0, nlink: 1, path: TRAILER })]);
}

function member(entry: CpioEntry, ino: number): Buffer[] {
  switch (entry.type) {
    case 'dir':
      return record({ ino, mode: S_IFDIR | 0o755, nlink: 2, path: entry.path });
    case 'file':
      return record({ ino, mode: S_IFREG | entry.mode, nlink: 1, path: entry.path, data: entry.data });
    case 'char': {
      const device = { major: entry.major, minor: entry.minor };
      return record({ ino, mode: S_IFCHR | entry.mode, nlink: 1, path: entry.path, device });
    }
  }
}

function record(fields: {
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly path: string;
  readonly data?: Uint8Array;
  readonly device?: { readonly major: number; readonly minor: number };
}): Buffer[] {
  const { ino, mode, nlink, data = new Uint8Array(), device } = fields;
  const path = Buffer.from(`${fields.path}\0`);
  const numbers = [
    ...[ino, mode, 0, 0, nlink, 0, data.length],
    ...[0, 0, device?.major ?? 0, device?.minor ?? 0, path.length, 0],
  ];
  const header = Buffer.from(`070701${numbers.map((n) => n.toString(16).padStart(8, '0')).join('')}`);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return [header, path, padding(header.length + path.length), bytes, padding(data.length)];
}

/** Header with name, and data, each end on a multiple of four. */
function padding(length: number): Buffer {
  return Buffer.alloc(-length & 3);
}
