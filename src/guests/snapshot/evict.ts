import { join } from 'node:path';
import type { Host } from '../../host/host.ts';

/** What remembers the last use of a template: a file whose time is the answer. */
const USED = 'used';

/** Marks a template as used now. */
export async function touchTemplate(host: Host, dir: string): Promise<void> {
  await host.files.writeAtomic(join(dir, USED), '');
}

/**
 * Removes the templates that were not used for longest until the rest takes at most `maxBytes` on disk. `keep` stays.
 * Guests that run from a removed template go on: they hold its files open.
 */
export async function evictTemplates(host: Host, root: string, maxBytes: number, keep: string): Promise<void> {
  const found: { dir: string; bytes: number; usedMs: number }[] = [];
  for (const name of await host.files.list(root)) {
    const dir = join(root, name);
    const ram = await host.files.stat(join(dir, 'ram'));
    if (ram === undefined) continue;
    const used = await host.files.stat(join(dir, USED));
    found.push({ dir, bytes: ram.allocated, usedMs: used?.mtimeMs ?? ram.mtimeMs });
  }
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { dir, bytes } of found.sort((a, b) => a.usedMs - b.usedMs)) {
    if (total <= maxBytes) return;
    if (dir === keep) continue;
    await host.files.remove(dir);
    total -= bytes;
  }
}
