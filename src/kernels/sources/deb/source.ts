import type { DebKernelSource } from '../../../model/kernel.ts';
import { fetchDeb, localMirror } from '../deb.ts';
import type { Source } from '../source.ts';
import { debBuilds } from './builds.ts';
import { nameMatches } from './choose.ts';

/** Kernels of Debian archives, fetched with the host's own apt. */
export const deb: Source<DebKernelSource> = {
  async fetch(host, { arch, source, paths, listener, stored, packagesDir }) {
    const local = packagesDir === undefined ? undefined : await localMirror(host, source, packagesDir);
    return fetchDeb(host, arch, source, paths, listener, stored, local);
  },
  builds: debBuilds,
  matches: (stored, source) =>
    stored.archive === source.archive &&
    stored.suite === source.suite &&
    !stored.name.includes('/') &&
    nameMatches(source.package, stored.name) &&
    (source.version === undefined || source.version === stored.version),
  exactly: (source, { name, version }) => ({ ...source, package: name, version }),
};
