import { join } from 'node:path';
import type { FileStat, Host } from '../host/host.ts';
import type { StoredFile } from '../model/kernel.ts';
import { blobPath, type Store } from './store.ts';

/**
 * Blobs whose digest was found right, with what the file system said about the file then. The change time is among
 * it, which no program can set: whoever writes to a blob breaks its stamp, and it is hashed again.
 */
interface Stamps {
  readonly known: Map<string, string>;
  changed: boolean;
}

const MAX_STAMPS = 4 * 1024 * 1024;
const LINE = /^([0-9a-f]{64}) ([0-9. ]+)$/;
const loaded = new WeakMap<Host, Map<string, Promise<Stamps>>>();

function stampOf(stat: FileStat): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
}

function stampsFile(store: Store): string {
  return join(store.root, 'stamps');
}

/** One line per blob: digest and stamp. What cannot be read is not known, and is hashed. */
async function readStamps(host: Host, store: Store): Promise<Stamps> {
  const text = await host.files.read(stampsFile(store), MAX_STAMPS).catch(() => Buffer.alloc(0));
  const lines = text.toString('utf8').split('\n');
  const known = lines.flatMap((line): [string, string][] => {
    const [, sha256, stamp] = LINE.exec(line) ?? [];
    return sha256 === undefined || stamp === undefined ? [] : [[sha256, stamp]];
  });
  return { known: new Map(known), changed: false };
}

function stampsOf(host: Host, store: Store): Promise<Stamps> {
  const ofHost = loaded.get(host) ?? new Map<string, Promise<Stamps>>();
  loaded.set(host, ofHost);
  const stamps = ofHost.get(store.root) ?? readStamps(host, store);
  ofHost.set(store.root, stamps);
  return stamps;
}

/** Keeps the stamps for the next process. A store that cannot be written serves as well, only slower. */
async function keepStamps(host: Host, store: Store, stamps: Stamps): Promise<void> {
  if (!stamps.changed) return;
  stamps.changed = false;
  const lines = [...stamps.known].map(([sha256, stamp]) => `${sha256} ${stamp}\n`);
  await host.files.writeAtomic(stampsFile(store), lines.join('')).catch(() => {});
}

/** Is the blob there with the bytes its name promises? Hashed once while the file stays the same file. */
async function stateOf(host: Host, store: Store, file: StoredFile): Promise<'whole' | 'missing' | 'damaged'> {
  const path = blobPath(store, file);
  const stat = await host.files.stat(path);
  if (stat === undefined) return 'missing';
  const stamps = await stampsOf(host, store);
  const stamp = stampOf(stat);
  if (stat.size === file.size && stamps.known.get(file.sha256) === stamp) return 'whole';
  stamps.known.delete(file.sha256);
  if (!stat.isFile || stat.size !== file.size || (await host.files.sha256(path)) !== file.sha256) return 'damaged';
  stamps.known.set(file.sha256, stamp);
  stamps.changed = true;
  return 'whole';
}

/** What is wrong with stored files; undefined when every digest is right. */
export async function damageOf(host: Host, store: Store, files: readonly StoredFile[]): Promise<string | undefined> {
  const words: string[] = [];
  for (const file of files) {
    const state = await stateOf(host, store, file);
    if (state !== 'whole') words.push(`${file.sha256.slice(0, 12)} is ${state}`);
  }
  await keepStamps(host, store, await stampsOf(host, store));
  return words.length === 0 ? undefined : [...new Set(words)].join(', ');
}

/** Removes the damaged blobs among these, so that no one can use them. Call it under the store's lock. */
export async function removeDamaged(host: Host, store: Store, files: readonly StoredFile[]): Promise<void> {
  for (const file of files) {
    if ((await stateOf(host, store, file)) === 'damaged') await host.files.remove(blobPath(store, file));
  }
}
