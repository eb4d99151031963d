import { basename, join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import { requireSpace } from '../../space.ts';
import type { FetchRequest, StorePaths } from '../source.ts';
import { resolveHref } from './address.ts';
import type { Place } from './places.ts';
import type { RpmPackage } from './primary.ts';
import type { Web } from './web.ts';

export type RpmRequest = FetchRequest<RpmKernelSource>;

const MAX_PACKAGE = 1024 * 1024 * 1024;
/** Unpacked size of a package that does not say. */
const GUESSED_RATIO = 6;

/** Where kept packages lie below `keepDir` and `packagesDir`. */
export const KEPT_DIR = 'rpms';

/** A package file that is here. */
export interface LocalPackage {
  readonly chosenPackage: RpmPackage;
  readonly path: string;
  /** Known where the index names it, and it was found right. */
  readonly sha256?: string | undefined;
  /** Where it was downloaded from. */
  readonly url?: string | undefined;
}

/** An empty directory for packages, once there is room for them and for what is in them. */
async function makeRoom(host: Host, chosen: readonly RpmPackage[], paths: StorePaths, what: string): Promise<string> {
  const packed = chosen.reduce((sum, { size }) => sum + size, 0);
  const unpacked = chosen.reduce((sum, one) => sum + (one.installedBytes || one.size * GUESSED_RATIO), 0);
  await requireSpace(host, paths.root, packed + unpacked, what);
  const dir = join(paths.workDir, 'rpms');
  await host.files.makeDir(dir);
  return dir;
}

/**
 * Downloads packages and checks them against the index.
 * @throws HostError `no_space`, `wrong_digest`, `bad_index`, and as `Web.get`
 */
export async function downloadPackages(
  host: Host,
  web: Web,
  place: Place,
  chosen: readonly RpmPackage[],
  { paths, listener }: RpmRequest,
): Promise<LocalPackage[]> {
  const [first] = chosen;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  const what = first?.name ?? '';
  const dir = await makeRoom(host, chosen, paths, `fetching ${what}`);
  let finished = 0;
  const files: LocalPackage[] = [];
  for (const [index, chosenPackage] of chosen.entries()) {
    if (chosenPackage.size > MAX_PACKAGE) {
      throw new HostError(
        'bad_index',
        `${chosenPackage.name} would have ${chosenPackage.size} bytes, more than any kernel; nothing was used`,
      );
    }
    const path = join(dir, `${index}.rpm`);
    const url = resolveHref(place, chosenPackage.href, chosenPackage.xmlBase);
    const { digest, bytes } = await web.get(url, path, {
      maxBytes: chosenPackage.size,
      algorithm: chosenPackage.checksum?.algorithm,
      onBytes: (some) => listener.onProgress(what, finished + some, total),
    });
    if (digest !== chosenPackage.checksum?.hex || bytes !== chosenPackage.size) {
      throw new HostError(
        'wrong_digest',
        `${url} is not the package that the index names; nothing was used, choose another mirror`,
      );
    }
    finished += bytes;
    files.push({
      chosenPackage,
      path,
      url,
      sha256: chosenPackage.checksum.algorithm === 'sha256' ? digest : undefined,
    });
  }
  return files;
}

/** Copies package files: what is verified must be what is unpacked, and no one else writes to a copy. */
export async function copyPackages(
  host: Host,
  from: ReadonlyMap<RpmPackage, string>,
  chosen: readonly RpmPackage[],
  { source, paths }: RpmRequest,
): Promise<LocalPackage[]> {
  const dir = await makeRoom(host, chosen, paths, `unpacking ${source.package}`);
  const files: LocalPackage[] = [];
  for (const [index, chosenPackage] of chosen.entries()) {
    const path = join(dir, `${index}.rpm`);
    await host.files.copy(from.get(chosenPackage) ?? '', path);
    files.push({ chosenPackage, path });
  }
  return files;
}

/** Packages are signed one by one: they can be kept without their index. */
export async function keepPackages(
  host: Host,
  files: readonly LocalPackage[],
  { paths: { keepDir } }: RpmRequest,
): Promise<void> {
  if (keepDir === undefined) return;
  const dir = join(keepDir, KEPT_DIR);
  await host.files.makeDir(dir);
  for (const { path, chosenPackage } of files)
    await host.files.rename(path, join(dir, `${chosenPackage.name}-${basename(path)}`));
}
