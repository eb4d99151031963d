import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { ID_PATTERN, KernelRecord } from '../model/kernel.ts';
import { blobPath, filesOf, lockProfile, lockStore, openStore, readRecord, writeRecord } from './store.ts';
import { damageOf } from './verify.ts';

/** A stored kernel as plain files in one directory: `record.json` and `blobs/<sha256>`. */
const RECORD = 'record.json';
const BLOBS = 'blobs';
const MAX_RECORD = 1024 * 1024;

/** Digest (hex) of what a kernel is: everything in its record but when it was fetched. */
export function recordDigest({ fetchedAt: _, ...what }: KernelRecord): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex');
}

/** The record of a kernel that is stored whole; undefined when it is not. */
export async function wholeKernel(host: Host, profile: string): Promise<KernelRecord | undefined> {
  const store = await openStore(host);
  const record = await readRecord(host, store, profile);
  return record && (await damageOf(host, store, filesOf(record))) === undefined ? record : undefined;
}

/**
 * Writes a stored kernel into `dir`, which is emptied first.
 * @returns its record; undefined when it is not stored whole
 */
export async function exportKernel(host: Host, profile: string, dir: string): Promise<KernelRecord | undefined> {
  const store = await openStore(host);
  await using _lock = await lockProfile(host, store, profile, undefined);
  const record = await wholeKernel(host, profile);
  if (record === undefined) return undefined;
  await host.files.remove(dir);
  await host.files.makeDir(join(dir, BLOBS));
  for (const file of filesOf(record)) await host.files.copy(blobPath(store, file), join(dir, BLOBS, file.sha256));
  await host.files.writeAtomic(join(dir, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

/** Why files are no kernel, in words for a log. */
export interface Rejected {
  readonly rejected: string;
}

async function readForeignRecord(host: Host, profile: string, dir: string): Promise<KernelRecord | Rejected> {
  try {
    const text = (await host.files.read(join(dir, RECORD), MAX_RECORD)).toString('utf8');
    const record = KernelRecord.safeParse(JSON.parse(text));
    if (!record.success) return { rejected: 'its record is not that of a kernel' };
    return record.data.profile === profile ? record.data : { rejected: 'it is the kernel of another profile' };
  } catch {
    return { rejected: 'its record cannot be read' };
  }
}

/**
 * Takes a kernel from files that may come from anywhere into the store. Every digest is taken from the copy that is
 * kept; nothing changes unless all are right.
 * @param digest what `recordDigest` must give
 */
export async function importKernel(
  host: Host,
  profile: string,
  dir: string,
  digest: string,
): Promise<KernelRecord | Rejected> {
  if (!ID_PATTERN.test(profile)) return { rejected: 'its name is no profile id' };
  const record = await readForeignRecord(host, profile, dir);
  if ('rejected' in record) return record;
  if (recordDigest(record) !== digest) return { rejected: 'its record has another digest than its name says' };
  const store = await openStore(host);
  await using _profile = await lockProfile(host, store, profile, undefined);
  await using work = await host.files.tempDir('import-', store.tmp);
  const files = filesOf(record);
  for (const file of files) {
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
  const moved = new Set<string>();
  for (const file of files) {
    if (moved.has(file.sha256)) continue;
    moved.add(file.sha256);
    await host.files.rename(join(work.path, file.sha256), blobPath(store, file));
  }
  await writeRecord(host, store, record);
  return record;
}
