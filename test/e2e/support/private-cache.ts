import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf } from '../../../src/kernels/store.ts';
import { storeRoot } from '../../../src/kernels/store-root.ts';
import { KernelRecord } from '../../../src/model/kernel.ts';

/**
 * A cache directory of its own that holds copies of some kernels and nothing prepared from them, for what may damage
 * it or needs it empty.
 */
export function privateCache(dir: string, kernels: readonly string[]): string {
  const shared = storeRoot(process.env);
  mkdirSync(join(dir, 'blobs/sha256'), { recursive: true });
  mkdirSync(join(dir, 'kernels'));
  // What this machine's accelerator can do is not a secret, and finding out takes seconds.
  const accel = join(shared, 'accel.json');
  if (existsSync(accel)) {
    const known = JSON.parse(readFileSync(accel, 'utf8')) as { until?: number };
    // A result that counts for a while only counts from now on.
    if (known.until !== undefined) known.until = Date.now() + 9 * 60_000;
    writeFileSync(join(dir, 'accel.json'), JSON.stringify(known));
  }
  const stored = readdirSync(join(shared, 'kernels'));
  for (const kernel of kernels) {
    // A record per kernel block that was ever fetched under this id.
    const names = stored.filter((name) => name.startsWith(`${kernel}@`) && name.endsWith('.json'));
    if (names.length === 0) throw new Error(`${shared} has no ${kernel}: bpfcompat kernels fetch --kernels ${kernel}`);
    for (const name of names.map((file) => join('kernels', file))) {
      const record = KernelRecord.parse(JSON.parse(readFileSync(join(shared, name), 'utf8')));
      for (const { sha256 } of filesOf(record)) {
        copyFileSync(join(shared, 'blobs/sha256', sha256), join(dir, 'blobs/sha256', sha256));
      }
      copyFileSync(join(shared, name), join(dir, name));
    }
  }
  return dir;
}
