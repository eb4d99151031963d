import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  // What this machine's accelerator can do is no secret, and finding out takes seconds.
  if (existsSync(join(shared, 'accel.json'))) copyFileSync(join(shared, 'accel.json'), join(dir, 'accel.json'));
  for (const kernel of kernels) {
    const name = join('kernels', `${kernel}.json`);
    const record = KernelRecord.parse(JSON.parse(readFileSync(join(shared, name), 'utf8')));
    const modules = record.modules.map(({ file }) => file);
    for (const { sha256 } of [record.vmlinuz, ...(record.config ? [record.config] : []), ...modules]) {
      copyFileSync(join(shared, 'blobs/sha256', sha256), join(dir, 'blobs/sha256', sha256));
    }
    copyFileSync(join(shared, name), join(dir, name));
  }
  return dir;
}
