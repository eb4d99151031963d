import type { Host } from '../host/host.ts';
import type { KernelRecord, StoredFile } from '../model/kernel.ts';
import { blobPath, filesOf, type Store } from './store.ts';

/** Blobs this process has hashed already, with the file identity they had then. */
const seen = new WeakMap<Host, Map<string, string>>();

/** Is the blob there with the bytes its name promises? Hashed once per process while the file stays the same file. */
async function stateOf(host: Host, store: Store, file: StoredFile): Promise<'whole' | 'missing' | 'damaged'> {
  const path = blobPath(store, file);
  const stat = await host.files.stat(path);
  if (stat === undefined) return 'missing';
  const known = seen.get(host) ?? new Map<string, string>();
  seen.set(host, known);
  const identity = [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
  if (known.get(path) === identity) return 'whole';
  known.delete(path);
  if (!stat.isFile || stat.size !== file.size || (await host.files.sha256(path)) !== file.sha256) return 'damaged';
  known.set(path, identity);
  return 'whole';
}

/** What is wrong with the stored bytes of a kernel; undefined when every digest is right. */
export async function damageOf(host: Host, store: Store, record: KernelRecord): Promise<string | undefined> {
  const words: string[] = [];
  for (const file of filesOf(record)) {
    const state = await stateOf(host, store, file);
    if (state !== 'whole') words.push(`${file.sha256.slice(0, 12)} is ${state}`);
  }
  return words.length === 0 ? undefined : [...new Set(words)].join(', ');
}

/** Removes the damaged blobs of a kernel, so that nobody can use them. Call it under the store's lock. */
export async function removeDamaged(host: Host, store: Store, record: KernelRecord): Promise<void> {
  for (const file of filesOf(record)) {
    if ((await stateOf(host, store, file)) === 'damaged') await host.files.remove(blobPath(store, file));
  }
}
