import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { FileStat, Host } from '../../host/host.ts';
import type { DiskImage, ImageSource } from '../../model/disk-image.ts';
import type { Store } from '../store.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What `disks/<key>.json` says of a disk image: where its bytes are, and what the file system said of them then. */
export const DiskRecord = z.strictObject({
  schema: z.literal('bpfcompat_disk.v1'),
  name: z.string(),
  from: z.string(),
  fromSha256: Sha256,
  sha256: Sha256,
  size: z.number().int().positive(),
  format: z.enum(['qcow2', 'raw']),
  virtualSize: z.number().int().positive(),
  /** Fingerprint of the key that signed the list with its digest. */
  signer: z.string().optional(),
  /** Of the file: whoever writes to it breaks this. */
  stamp: z.string(),
});
export type DiskRecord = z.infer<typeof DiskRecord>;

const MAX_RECORD = 64 * 1024;

/** Where disk images of the store live: `<sha256>` bytes, `<key>.json` records, `<key>.part` what is being downloaded. */
export function disksDir(store: Store): string {
  return join(store.root, 'disks');
}

/** The same for every profile that names the same image: they share one download. */
export function diskKey(source: ImageSource, path: string | undefined): string {
  const { url, checksums, signature, gpgkey } = source;
  // What a lock says is newer or older than what is stored of the same image, not another one.
  const sha256 = source.lock === undefined ? source.sha256 : undefined;
  // Who vouches is a part of the record.
  const list = checksums === undefined ? [] : [checksums, signature ?? '', ...(gpgkey ?? [])];
  return createHash('sha256')
    .update(JSON.stringify([path ?? url, sha256 ?? '', ...list]))
    .digest('hex')
    .slice(0, 32);
}

export function diskStamp(stat: FileStat): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
}

function recordPath(store: Store, key: string): string {
  return join(disksDir(store), `${key}.json`);
}

/** What was noted under this key; undefined for nothing that can be understood. */
export async function readDisk(host: Host, store: Store, key: string): Promise<DiskRecord | undefined> {
  try {
    const text = (await host.files.read(recordPath(store, key), MAX_RECORD)).toString('utf8');
    return DiskRecord.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export async function writeDisk(host: Host, store: Store, key: string, record: DiskRecord): Promise<void> {
  await host.files.writeAtomic(recordPath(store, key), `${JSON.stringify(record, null, 2)}\n`);
}

/** The image as guests take it. */
export function asDisk(
  { schema: _, stamp: __, signer, ...record }: DiskRecord,
  path: string,
  pinned: boolean,
): DiskImage {
  return { ...record, path, vouched: signer !== undefined ? 'signature' : pinned ? 'pin' : 'nobody' };
}
