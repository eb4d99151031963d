import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { lockTemplate, templatesDir } from './template-store.ts';

/** What remembers the last use of a template: a file whose time says when. */
const USED = 'used';

/** Marks a template as used now. */
export async function touchTemplate(host: Host, dir: string): Promise<void> {
  await host.files.writeAtomic(join(dir, USED), '');
}

interface Found {
  readonly dir: string;
  readonly key: string;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly usedMs: number;
}

async function findTemplates(host: Host, root: string): Promise<Found[]> {
  if (!(await host.files.stat(root))?.isDirectory) return [];
  const found: Found[] = [];
  for (const key of await host.files.list(root)) {
    const dir = join(root, key);
    const ram = await host.files.stat(join(dir, 'ram'));
    if (ram === undefined) continue;
    const used = await host.files.stat(join(dir, USED));
    // Only a system with a disk of its own has written to one.
    const disk = await host.files.stat(join(dir, 'disk'));
    found.push({ dir, key, bytes: ram.allocated + (disk?.allocated ?? 0), usedMs: used?.mtimeMs ?? ram.mtimeMs });
  }
  return found;
}

/**
 * Removes the templates that were not used for longest until the rest takes at most `maxBytes` on disk. `keep` stays.
 * Guests that run from a removed template go on: they hold its files open.
 */
export async function evictTemplates(host: Host, root: string, maxBytes: number, keep: string): Promise<void> {
  const found = await findTemplates(host, root);
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { dir, bytes } of found.sort((a, b) => a.usedMs - b.usedMs)) {
    if (total <= maxBytes) return;
    if (dir === keep) continue;
    await host.files.remove(dir);
    total -= bytes;
  }
}

/** Booted guests that are kept on disk, counted. */
export interface SavedGuests {
  readonly count: number;
  /** Bytes on disk. */
  readonly bytes: number;
}

/** The saved guests of a cache directory. */
export async function savedGuests(host: Host, cacheDir: string): Promise<SavedGuests> {
  const found = await findTemplates(host, templatesDir(cacheDir));
  return { count: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Removes every saved guest; the next run makes what it needs again. Waits for whoever makes one just now. */
export async function removeSavedGuests(host: Host, cacheDir: string, signal?: AbortSignal): Promise<SavedGuests> {
  const found = await findTemplates(host, templatesDir(cacheDir));
  for (const { dir, key } of found) {
    await using _lock = await lockTemplate(host, cacheDir, key, signal);
    await host.files.remove(dir);
  }
  return { count: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
}
