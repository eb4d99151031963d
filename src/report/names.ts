import type { Artifact, Target } from '../model/cell.ts';
import type { Profile } from '../model/kernel.ts';
import { countsOf, distinctNames } from '../model/object-names.ts';
import { shortDistro, vendorName } from '../model/vendors.ts';
import { oneLine } from './escape.ts';

/** `Debian 12 (6.1)`. */
export function profileName(profile: Pick<Profile, 'distro' | 'version' | 'kernelFamily'>): string {
  const { distro, version, kernelFamily } = profile;
  const family = kernelFamily === '' ? '' : ` (${kernelFamily})`;
  return `${vendorName(distro)}${version === '' ? '' : ` ${version}`}${family}`;
}

/** File names of the objects of a run, with as much of their paths as distinguishes them. */
export function fileNames(artifacts: readonly Pick<Artifact, 'basename' | 'path'>[]): string[] {
  return distinctNames(artifacts.map(({ basename: name, path }) => ({ name, path })));
}

/**
 * The shortest names that still distinguish all kernels of a run: `6.1`, where one family occurs twice `deb12-6.1`, and
 * the profile id when even that is not unique. Same order as `targets`.
 */
export function shortNames(targets: readonly Target[]): string[] {
  const ids = targets.map(({ profile }) => profile.id);
  const families = targets.map(({ profile }) => profile.kernelFamily);
  const releases = targets.map(({ profile: { distro, version, kernelFamily, problem } }) =>
    problem === undefined && kernelFamily !== '' ? `${shortDistro(distro)}${version}-${kernelFamily}` : '',
  );
  const lists = [families, releases].map((names) => ({ names, counts: countsOf(names) }));
  return targets.map((_, i) => {
    for (const { names, counts } of lists) {
      const name = names[i] ?? '';
      if (name !== '' && counts.get(name) === 1) return oneLine(name, 40);
    }
    return oneLine(ids[i] ?? '', 64);
  });
}
