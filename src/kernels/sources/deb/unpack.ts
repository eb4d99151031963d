import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { mustRun } from '../../tool.ts';
import { extractDeb } from './extract.ts';

const MAX_LISTING = 16 * 1024 * 1024;

/** Regular files under `root`, relative to it. Links are neither listed nor followed: they could point at the host. */
async function filesUnder(host: Host, root: string, signal: AbortSignal | undefined): Promise<string[]> {
  const found = await mustRun(host, 'find', ['-P', '--', root, '-type', 'f', '-printf', '%P\\0'], {
    signal,
    maxOutput: MAX_LISTING,
  });
  return found.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/**
 * Unpacks packages, each into a tree of its own under `dir`.
 * @returns absolute path of every regular file by its path inside the package.
 */
export async function unpackDebs(
  host: Host,
  debs: readonly string[],
  dir: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [index, deb] of debs.entries()) {
    const root = join(dir, String(index));
    await host.files.makeDir(root);
    await extractDeb(host, deb, root, signal);
    for (const path of await filesUnder(host, root, signal)) files.set(path, join(root, path));
  }
  return files;
}
