import type { Host } from '../../../host/host.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import type { OfferedBuild, OffersRequest } from '../source.ts';
import { literalPrefix, nameMatches, releaseOfName } from './choose.ts';
import type { DebPackage } from './control.ts';
import { fromMirrors } from './in-turn.ts';
import { withLists } from './lists.ts';
import { compareVersions } from './version.ts';

function buildOf({ name, version, sha256, path }: DebPackage, mirror: string): OfferedBuild {
  return { name, version, release: releaseOfName(name), sha256, url: path === '' ? undefined : `${mirror}/${path}` };
}

/** Every build whose name fits the block, newest first: the signed lists of the first mirror that can be read. */
export function debBuilds(
  host: Host,
  { arch, source, paths, listener }: OffersRequest<DebKernelSource>,
): Promise<OfferedBuild[]> {
  return fromMirrors(host, source, paths, listener, (mirror, own) =>
    withLists(host, { arch, source, mirror, paths: own, listener }, async (apt) => {
      const all = await apt.packages(literalPrefix(source.package), (name) => nameMatches(source.package, name));
      const unique = new Map(all.map((one) => [`${one.name} ${one.version}`, one]));
      return [...unique.values()]
        .sort((a, b) => compareVersions(b.version, a.version) || (a.name < b.name ? -1 : 1))
        .map((one) => buildOf(one, mirror));
    }),
  );
}
