import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';

/** Where files of servers lie below `keepDir` and `packagesDir`, each called by the digest of its address. */
export const KEPT_FILES = 'url-files';

function keptPath(dir: string, url: string): string {
  return join(dir, KEPT_FILES, createHash('sha256').update(url).digest('hex'));
}

/**
 * A file of an address as an earlier fetch kept it, copied to `file`. Whoever put it there: it is checked like one of the
 * network.
 * @throws HostError `package_not_found`, `wrong_digest` for one that is too large
 */
export async function takeKept(host: Host, dir: string, url: string, file: string, maxBytes: number): Promise<void> {
  const kept = keptPath(dir, url);
  const stat = await host.files.stat(kept);
  if (!stat?.isFile) throw new HostError('package_not_found', `${url} is not among what was kept`);
  if (stat.size > maxBytes)
    throw new HostError('wrong_digest', `what was kept of ${url} is larger than such a file may be`);
  await host.files.copy(kept, file);
}

/**
 * Keeps downloaded files for later fetches.
 * @param used files that are still needed where they are
 */
export async function keepFiles(
  host: Host,
  dir: string,
  files: ReadonlyMap<string, string>,
  used: ReadonlySet<string>,
): Promise<void> {
  await host.files.makeDir(join(dir, KEPT_FILES));
  for (const [url, path] of files) {
    if (used.has(path)) await host.files.copy(path, keptPath(dir, url));
    else await host.files.rename(path, keptPath(dir, url));
  }
}
