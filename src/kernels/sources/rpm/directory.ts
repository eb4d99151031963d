import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { RpmPackage } from './primary.ts';
import { readPackage } from './read-package.ts';

const MAX_FILES = 2000;

/**
 * The package files in a directory that hold packages of some names. What they say of themselves is not verified yet.
 * @returns path by package; none where there is no such directory: a profile of a repository must not learn which
 * directories this machine has
 */
export async function packagesIn(
  host: Host,
  dir: string,
  names: ReadonlySet<string>,
  arch: string,
): Promise<Map<RpmPackage, string>> {
  const found = new Map<RpmPackage, string>();
  const files = (await host.files.list(dir).catch((): string[] => [])).filter((name) => name.endsWith('.rpm')).sort();
  for (const href of files.slice(0, MAX_FILES)) {
    const path = join(dir, href);
    const stat = await host.files.stat(path);
    if (!stat?.isFile) continue;
    const { facts } = await readPackage(host, path).catch((error: unknown) => {
      // What else lies there is no one's concern.
      if (error instanceof HostError && ![...names].some((name) => href.startsWith(name))) return { facts: undefined };
      throw error;
    });
    if (facts === undefined) continue;
    const { name, epoch, version, release, installedBytes } = facts;
    if (facts.arch !== arch || !names.has(name)) continue;
    found.set({ name, epoch, version, release, installedBytes, checksum: undefined, size: stat.size, href }, path);
  }
  return found;
}
