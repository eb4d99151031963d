import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { type Arch, ID_PATTERN, KernelRecord, type StoredFile, UserlandRecord } from '../model/kernel.ts';
import {
  blobPath,
  filesOf,
  lockProfile,
  lockStore,
  openStore,
  profileOfName,
  readRecord,
  recordName,
  type Store,
  writeRecord,
} from './store.ts';
import { readUserland, writeUserland } from './userland.ts';
import { damageOf } from './verify.ts';

/** What is stored, as plain files in one directory: `record.json` and `blobs/<sha256>`. */
const RECORD = 'record.json';
const BLOBS = 'blobs';
const MAX_RECORD = 1024 * 1024;

type StoredRecord = KernelRecord | UserlandRecord;

const USERLAND = 'userland+';

/** Name of the userland of an architecture among the profile ids, none of which looks like it. */
export function userlandId(arch: Arch): string {
  return `${USERLAND}${arch}`;
}

export function isUserland(id: string): boolean {
  return id.startsWith(USERLAND);
}

function readStored(host: Host, store: Store, id: string): Promise<StoredRecord | undefined> {
  return isUserland(id) ? readUserland(host, store, id.slice(USERLAND.length) as Arch) : readRecord(host, store, id);
}

function recordFiles(record: StoredRecord): StoredFile[] {
  return 'busybox' in record ? [record.busybox] : filesOf(record);
}

function writeStored(host: Host, store: Store, record: StoredRecord): Promise<void> {
  return 'busybox' in record ? writeUserland(host, store, record) : writeRecord(host, store, record);
}

/** Digest (hex) of what is stored: everything in its record but when it was fetched and who vouched for it then. */
export function recordDigest(record: StoredRecord): string {
  const { fetchedAt: _, vouched: __, ...what } = { vouched: undefined, ...record };
  return createHash('sha256').update(JSON.stringify(what)).digest('hex');
}

/** The record of what is stored whole; undefined when it is not. @param id name of a record, or that of a userland */
export async function wholeRecord(host: Host, id: string): Promise<StoredRecord | undefined> {
  const store = await openStore(host);
  const record = await readStored(host, store, id);
  return record && (await damageOf(host, store, recordFiles(record))) === undefined ? record : undefined;
}

/**
 * Writes what is stored into `dir`, which is emptied first.
 * @returns its record; undefined when it is not stored whole
 */
export async function exportStored(host: Host, id: string, dir: string): Promise<StoredRecord | undefined> {
  const store = await openStore(host);
  await using _lock = await lockProfile(host, store, profileOfName(id), undefined);
  const record = await wholeRecord(host, id);
  if (record === undefined) return undefined;
  await host.files.remove(dir);
  await host.files.makeDir(join(dir, BLOBS));
  for (const file of recordFiles(record)) await host.files.copy(blobPath(store, file), join(dir, BLOBS, file.sha256));
  await host.files.writeAtomic(join(dir, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

/** Why files are not what they should be, in words for a log. */
export interface Rejected {
  readonly rejected: string;
}

async function readForeignRecord(host: Host, id: string, dir: string): Promise<StoredRecord | Rejected> {
  try {
    const text = (await host.files.read(join(dir, RECORD), MAX_RECORD)).toString('utf8');
    const record = (isUserland(id) ? UserlandRecord : KernelRecord).safeParse(JSON.parse(text));
    if (!record.success) return { rejected: 'its record is not that of a kernel' };
    if ('busybox' in record.data) {
      return userlandId(record.data.arch) === id ? record.data : { rejected: 'it is of another architecture' };
    }
    if (recordName(record.data) !== id) return { rejected: 'it is the kernel of another profile or another source' };
    // Its record came the same way: it cannot vouch for itself.
    return { ...record.data, vouched: { ...record.data.vouched, by: 'cache' } };
  } catch {
    return { rejected: 'its record cannot be read' };
  }
}

/**
 * Takes a kernel or a userland from files that may come from anywhere into the store. Every digest is taken from the
 * copy that is kept; nothing changes unless all are right.
 * @param digest what `recordDigest` must give
 */
export async function importStored(
  host: Host,
  id: string,
  dir: string,
  digest: string,
): Promise<StoredRecord | Rejected> {
  if (!isUserland(id) && !ID_PATTERN.test(profileOfName(id))) return { rejected: 'its name is no profile id' };
  const record = await readForeignRecord(host, id, dir);
  if ('rejected' in record) return record;
  if (recordDigest(record) !== digest) return { rejected: 'its record has another digest than its name says' };
  const store = await openStore(host);
  await using _profile = await lockProfile(host, store, profileOfName(id), undefined);
  await using work = await host.files.tempDir('import-', store.tmp);
  const files = new Map(recordFiles(record).map((file) => [file.sha256, file]));
  for (const file of files.values()) {
    const from = join(dir, BLOBS, file.sha256);
    const stat = await host.files.stat(from);
    if (!stat?.isFile || stat.size !== file.size) return { rejected: `${file.sha256.slice(0, 12)} is missing or cut` };
    const copy = join(work.path, file.sha256);
    await host.files.copy(from, copy);
    if ((await host.files.sha256(copy)) !== file.sha256) {
      return { rejected: `${file.sha256.slice(0, 12)} has other bytes than its digest says` };
    }
  }
  await using _store = await lockStore(host, store, undefined);
  for (const file of files.values()) await host.files.rename(join(work.path, file.sha256), blobPath(store, file));
  await writeStored(host, store, record);
  return record;
}
