import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError, messageOf } from '../../model/errors.ts';
import type { RpmKernelSource } from '../../model/rpm-source.ts';
import { requireSpace } from '../space.ts';
import type { FetchedKernel } from '../unpacked.ts';
import { copyPackages, downloadPackages, KEPT_DIR, type RpmRequest } from './rpm/acquire.ts';
import { asBase, expandAddress } from './rpm/address.ts';
import { rpmBuilds } from './rpm/builds.ts';
import { choosePackages } from './rpm/choose.ts';
import { packagesIn } from './rpm/directory.ts';
import { type Keyring, openKeyring } from './rpm/keyring.ts';
import { indexIsSigned, offeredAt } from './rpm/offered.ts';
import { locationsOf, type Place } from './rpm/places.ts';
import type { RpmPackage } from './rpm/primary.ts';
import { ANOTHER_PLACE, failureOf } from './rpm/summary.ts';
import { takeKernel } from './rpm/take.ts';
import { compareEvr, evrText, isVersion, parseEvr } from './rpm/version.ts';
import { openWeb, type Web } from './rpm/web.ts';
import type { Source } from './source.ts';

/** Room for an index: packed, and never kept unpacked. */
const INDEX_BYTES = 64 * 1024 * 1024;
/**
 * Whether what is stored is as good as what is offered. An index that no one signed could offer builds of long ago for
 * ever, each signed well: nothing goes back to an older one by itself.
 */
function isStored({ stored, source, listener }: RpmRequest, [first]: readonly RpmPackage[], where: string): boolean {
  if (first === undefined || first.name !== stored?.name) return false;
  const order = compareEvr(first, parseEvr(stored.version));
  if (order === 0) return true;
  if (order > 0 || source.version !== undefined) return false;
  listener.onNote(
    `${where} offers ${first.name} ${evrText(first)}, which is older than the stored ${stored.version}; that stays, name a version in the profile to go back`,
  );
  return true;
}

/** What a report says of packages out of a cache: where the profile has them from, not where a cache was unpacked. */
function namedPlace({ source, arch }: RpmRequest): string | undefined {
  const address = source.baseurl ?? source.metalink ?? source.mirrorlist ?? source.mirror_list ?? source.vault?.[0];
  const full = address && expandAddress(address, arch, source.releasever);
  return full && source.baseurl !== undefined ? asBase(full) : full;
}

/** From package files that are here: whoever put them there, their signatures count. */
async function fromDirectory(host: Host, keyring: Keyring, dir: string, request: RpmRequest) {
  const { source, arch, paths, packagesDir } = request;
  const local = await packagesIn(host, dir, new Set([source.package, ...(source.companions ?? [])]), arch);
  const chosen = choosePackages(source, [...local.keys()], dir);
  if (isStored(request, chosen, dir)) return 'unchanged';
  const files = await copyPackages(host, local, chosen, request);
  const origin = packagesDir === undefined ? dir : (namedPlace(request) ?? source.directory ?? dir);
  return takeKernel(host, keyring, files, origin, false, { ...request, paths: { ...paths, keepDir: undefined } });
}

async function fromPlace(host: Host, web: Web, keyring: Keyring, place: Place, request: RpmRequest) {
  const { source, arch, paths, listener } = request;
  const names = new Set([source.package, ...(source.companions ?? [])]);
  const dir = join(paths.workDir, 'index');
  await host.files.makeDir(dir);
  listener.onProgress('package lists', 0, 0);
  const { signal } = listener;
  const offered = await offeredAt(host, place, { web, keyring, source, names, arch, dir, signal });
  const chosen = choosePackages(source, offered, place.base);
  if (isStored(request, chosen, place.base)) return 'unchanged';
  const files = await downloadPackages(host, web, place, chosen, request);
  return takeKernel(host, keyring, files, place.base, indexIsSigned(source), request);
}

async function fetchRpm(host: Host, request: RpmRequest): Promise<FetchedKernel | 'unchanged'> {
  const { source, arch, paths, listener, packagesDir } = request;
  const keyring = await openKeyring(host, source.gpgkey, paths.workDir);
  const dir = packagesDir === undefined ? source.directory : join(packagesDir, KEPT_DIR);
  if (dir !== undefined) return fromDirectory(host, keyring, dir, request);
  await requireSpace(host, paths.root, INDEX_BYTES, `reading the package list of ${source.package}`);
  const web = await openWeb(host, source, paths.workDir, listener);
  const failures: HostError[] = [];
  let nth = 0;
  for await (const place of locationsOf(web, arch, source, (error) => failures.push(error))) {
    const last = failures.at(-1);
    if (last !== undefined) listener.onNote(`${messageOf(last)}; trying ${place.base}`);
    try {
      const own = { ...request, paths: { ...paths, workDir: join(paths.workDir, String(nth++)) } };
      await host.files.makeDir(own.paths.workDir);
      return await fromPlace(host, web, keyring, place, own);
    } catch (error) {
      if (!(error instanceof HostError) || !ANOTHER_PLACE.has(error.code)) throw error;
      failures.push(error);
    }
  }
  throw failureOf(failures);
}

/** Kernels of rpm repositories and of package files. Needs gpgv, xz, zstd and gzip of the host, and nothing of rpm. */
export const rpm: Source<RpmKernelSource> = {
  fetch: fetchRpm,
  builds: rpmBuilds,
  matches({ name, version }, source) {
    return name === source.package && (source.version === undefined || isVersion(source.version, parseEvr(version)));
  },
  exactly: (source, { version }) => ({ ...source, version }),
};
