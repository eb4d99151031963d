import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError, messageOf } from '../../../model/errors.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import type { OfferedBuild, OffersRequest } from '../source.ts';
import { resolveHref } from './address.ts';
import { packagesIn } from './directory.ts';
import { openKeyring } from './keyring.ts';
import { offeredAt } from './offered.ts';
import { locationsOf, type Place } from './places.ts';
import type { RpmPackage } from './primary.ts';
import { ANOTHER_PLACE, failureOf } from './summary.ts';
import { compareEvr, evrText } from './version.ts';
import { openWeb } from './web.ts';

type Found = RpmPackage & { readonly url?: string | undefined };

/** The builds of the kernel's package that have all companions, newest first and each once. */
function buildsOf({ package: name, companions = [] }: RpmKernelSource, arch: string, all: readonly Found[]) {
  const builds = new Map<string, OfferedBuild>();
  const firsts = all.filter((one) => one.name === name).sort((a, b) => compareEvr(b, a));
  for (const first of firsts) {
    const version = evrText(first);
    const whole = companions.every((part) => all.some((one) => one.name === part && compareEvr(one, first) === 0));
    if (!whole || builds.has(version)) continue;
    const sha256 = first.checksum?.algorithm === 'sha256' ? first.checksum.hex : undefined;
    // SUSE's releases are others; they are not known before the package is here.
    const release = name === 'kernel-default' ? undefined : `${first.version}-${first.release}.${arch}`;
    builds.set(version, { name, version, release, sha256, url: first.url });
  }
  return [...builds.values()];
}

/**
 * Every whole build that the first place that can be read and all vaults have, newest first.
 * @throws HostError as a fetch, when no place can be read
 */
export async function rpmBuilds(host: Host, request: OffersRequest<RpmKernelSource>): Promise<OfferedBuild[]> {
  const { source, arch, paths, listener } = request;
  const names = new Set([source.package, ...(source.companions ?? [])]);
  if (source.directory !== undefined) {
    const local = await packagesIn(host, source.directory, names, arch);
    return buildsOf(source, arch, [...local.keys()]);
  }
  const keyring = await openKeyring(host, source.gpgkey, paths.workDir);
  const web = await openWeb(host, source, paths.workDir, listener);
  const failures: HostError[] = [];
  const found: Found[] = [];
  let reached = false;
  let nth = 0;
  const search = async (place: Place): Promise<void> => {
    const dir = join(paths.workDir, `index-${nth++}`);
    await host.files.makeDir(dir);
    listener.onProgress('package lists', 0, 0);
    const offered = await offeredAt(host, place, { web, keyring, source, names, arch, dir, signal: listener.signal });
    found.push(...offered.map((one) => ({ ...one, url: resolveHref(place, one.href, one.xmlBase) })));
    reached = true;
  };
  for await (const place of locationsOf(web, arch, source, (error) => failures.push(error))) {
    // Mirrors have the same; a vault has what they no longer have.
    if (reached && place.vault !== true) continue;
    try {
      await search(place);
    } catch (error) {
      if (!(error instanceof HostError) || !ANOTHER_PLACE.has(error.code)) throw error;
      failures.push(error);
    }
  }
  if (!reached) throw failureOf(failures);
  for (const failure of failures) listener.onNote(messageOf(failure));
  return buildsOf(source, arch, found);
}
