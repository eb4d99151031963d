import { HostError } from '../../../model/errors.ts';
import { globMatches } from '../../../model/glob-matches.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import type { DebPackage, Dependency } from './control.ts';
import { compareVersions } from './version.ts';

/** Flavors that a `*` must not reach: only a pattern that names one gets it. */
const NEVER_BY_ACCIDENT = ['dbg', 'dbgsym', 'unsigned', 'rt', 'cloud'];

/** The glob as a test of the whole name; `*` and `?` are the only wildcards. */
export function nameMatches(pattern: string, name: string): boolean {
  if (!globMatches(pattern, name)) return false;
  const words = name.split('-');
  const parts = pattern.split('-');
  return NEVER_BY_ACCIDENT.every((flavor) => !words.includes(flavor) || parts.includes(flavor));
}

/** The part of a pattern before its first wildcard: what apt can search by. */
export function literalPrefix(pattern: string): string {
  return /^[^*?]*/.exec(pattern)?.[0] ?? '';
}

/** `uname -r` of a kernel whose package is named after it. */
export function releaseOfName(name: string): string | undefined {
  return /^linux-image-(?:unsigned-)?(\d.*)$/.exec(name)?.[1];
}

function newest(packages: readonly DebPackage[]): DebPackage | undefined {
  return packages.reduce<DebPackage | undefined>(
    (best, one) => (best === undefined || compareVersions(one.version, best.version) > 0 ? one : best),
    undefined,
  );
}

/**
 * The package a profile requests: of all names that match, the newest version, or exactly `source.version`.
 * @throws HostError `package_not_found` that lists what the suite has instead.
 */
export function choosePackage(source: DebKernelSource, offered: readonly DebPackage[]): DebPackage {
  const named = offered.filter((one) => nameMatches(source.package, one.name));
  const right = source.version === undefined ? named : named.filter((one) => one.version === source.version);
  const chosen = newest(right);
  if (chosen !== undefined) return chosen;
  const requested = source.version === undefined ? source.package : `${source.package} ${source.version}`;
  const similar = (named.length > 0 ? named : offered).slice(0, 8).map((one) => `${one.name} ${one.version}`);
  throw new HostError(
    'package_not_found',
    `${source.archive} ${source.suite} has no package ${requested}; ` +
      (similar.length > 0 ? `it has ${similar.join(', ')}` : 'nothing there begins like that') +
      '; correct package, version or suite in the kernel block of the profile',
  );
}

/** Dependencies that carry parts of the kernel itself: image shells, binary, modules, base files. */
export function kernelParts(of: DebPackage): Dependency[] {
  return of.depends.filter(({ name }) => /^linux-(image|binary|modules|base)-.*\d/.test(name));
}

/**
 * Packages with further modules of an Ubuntu kernel, which nothing of it depends on; `linux-image-extra` is the older name.
 * What attaches to network devices may be among them.
 */
export function extraParts({ name }: DebPackage, { archive }: DebKernelSource): string[] {
  const release = releaseOfName(name);
  if (release === undefined || !archive.startsWith('ubuntu')) return [];
  return [`linux-modules-extra-${release}`, `linux-image-extra-${release}`];
}

/** The offered package that satisfies a dependency; the newest when the dependency leaves it open. */
export function satisfy(dependency: Dependency, offered: readonly DebPackage[]): DebPackage | undefined {
  return newest(
    offered.filter(
      (one) => one.name === dependency.name && (dependency.exactly === undefined || one.version === dependency.exactly),
    ),
  );
}

/** The packages a profile pins, as if an index had listed them. */
export function pinnedPackages(source: DebKernelSource): DebPackage[] {
  return (source.pinned ?? []).map(({ name, version, path, size, sha256 }) => ({
    name,
    version,
    size,
    sha256,
    arch: 'all',
    installedBytes: 0,
    depends: [],
    path,
    pinned: true,
  }));
}
