import { HostError } from '../../../model/errors.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import type { RpmPackage } from './primary.ts';
import { compareEvr, evrText, isVersion } from './version.ts';

const SHOWN = 8;

function versionsOf(packages: readonly RpmPackage[]): string {
  const texts = [...packages].sort((a, b) => compareEvr(b, a)).map(evrText);
  const unique = [...new Set(texts)];
  const more = unique.length > SHOWN ? ` and ${unique.length - SHOWN} more` : '';
  return `${unique.slice(0, SHOWN).join(', ')}${more}`;
}

function remedyOf({ directory }: RpmKernelSource): string {
  if (directory === undefined) return 'correct package or version';
  return "put the vendor's packages there, or correct directory, package or version";
}

/**
 * The packages of one kernel: the newest build of the package that the profile names, or the one of its version, and its
 * companions of the same build.
 * @param where the place that was searched, for messages
 * @throws HostError `package_not_found` that says what is there instead
 */
export function choosePackages(source: RpmKernelSource, offered: readonly RpmPackage[], where: string): RpmPackage[] {
  const named = offered.filter(({ name }) => name === source.package);
  const { version } = source;
  const right = version === undefined ? named : named.filter((one) => isVersion(version, one));
  const [first] = [...right].sort((a, b) => compareEvr(b, a));
  if (first === undefined) {
    const requested = version === undefined ? source.package : `${source.package} ${version}`;
    const there = named.length > 0 ? `it has ${versionsOf(named)}` : 'it has no package of this name';
    throw new HostError(
      'package_not_found',
      `${where} has no ${requested}; ${there}; ${remedyOf(source)} in the kernel block of the profile`,
    );
  }
  const companions = (source.companions ?? []).map((name) => {
    const all = offered.filter((one) => one.name === name);
    const same = all.find((one) => compareEvr(one, first) === 0);
    if (same !== undefined) return same;
    const there = all.length > 0 ? `it has ${versionsOf(all)}` : 'it has no package of this name';
    throw new HostError(
      'package_not_found',
      `${where} has ${first.name} ${evrText(first)} and no ${name} of that build; ${there}; name another version, or correct companions in the kernel block of the profile`,
    );
  });
  return [first, ...companions];
}
