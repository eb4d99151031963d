import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { Store } from '../store.ts';
import { disksDir, readDisk } from './disk-record.ts';

/** A file that nothing names yet may be one that another process is about to note. */
const UNNAMED_MS = 3_600_000;

export interface RemovedDisks {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Removes the disk images that no record names any longer, such as those that were followed by newer ones. Guests that
 * run from one go on: they hold it open.
 * @param all the others and the packages for them go, too; what is being downloaded stays
 */
export async function removeDisks(host: Host, store: Store, all: boolean): Promise<RemovedDisks> {
  const dir = disksDir(store);
  const names = (await host.files.stat(dir))?.isDirectory ? await host.files.list(dir) : [];
  const keys = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const needed = new Set<string>();
  for (const key of all ? [] : keys) needed.add((await readDisk(host, store, key))?.sha256 ?? '');
  if (all) for (const key of keys) await host.files.remove(join(dir, `${key}.json`));
  const packages = join(dir, 'packages');
  const stored = all && names.includes('packages') ? await host.files.list(packages) : [];
  const files = [
    ...names.filter((name) => /^[0-9a-f]{64}$/.test(name) && !needed.has(name)).map((name) => join(dir, name)),
    ...stored.filter((name) => !name.endsWith('.part')).map((name) => join(packages, name)),
  ];
  let count = 0;
  let bytes = 0;
  for (const path of files) {
    const stat = await host.files.stat(path);
    if (stat === undefined || (!all && host.now().getTime() - stat.mtimeMs < UNNAMED_MS)) continue;
    await host.files.remove(path);
    count++;
    bytes += stat.size;
  }
  return { count, bytes };
}
