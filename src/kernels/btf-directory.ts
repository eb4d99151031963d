import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { Arch } from '../model/kernel.ts';

/** What a kernel is called, as a directory of BTFHub has it: `DISTRO/VERSION/ARCH/RELEASE.btf.tar.xz`. */
export interface BtfName {
  readonly distro: string;
  readonly version: string;
  readonly arch: Arch;
  /** `uname -r`. */
  readonly release: string;
}

/** Of the files of one release the first that is there. */
const ENDINGS = ['.btf', '.btf.tar.xz', '.btf.tar.gz', '.btf.tar', '.btf.xz', '.btf.gz', '.btf.zst'] as const;

/** How BTFHub calls distributions that have another name here. */
const CALLED: Readonly<Record<string, string>> = {
  'amazon-linux': 'amzn',
  'centos-stream': 'centos',
  oracle: 'ol',
};
const ARCHES: Readonly<Record<Arch, readonly string[]>> = { x86_64: ['x86_64'], aarch64: ['arm64', 'aarch64'] };

/** What profiles and guests say becomes part of a path only as one plain word. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/;
const MAX_NAMED = 3;
const HOW = 'DISTRO/VERSION/ARCH/RELEASE.btf (or .btf.tar.xz)';

async function wordsIn(host: Host, dir: string): Promise<string[]> {
  const names = await host.files.list(dir).catch(() => []);
  return names.filter((name) => WORD.test(name)).sort();
}

/** `DISTRO/VERSION/ARCH` of each place for BTF of an architecture. @param arches its names */
async function placesIn(host: Host, dir: string, arches: readonly string[]): Promise<string[]> {
  const places: string[] = [];
  for (const distro of await wordsIn(host, dir)) {
    for (const version of await wordsIn(host, join(dir, distro))) {
      for (const name of arches) {
        const place = `${distro}/${version}/${name}`;
        if ((await host.files.stat(join(dir, place)))?.isDirectory) places.push(place);
      }
    }
  }
  return places;
}

/** Why a directory is not an archive of BTF; undefined where it is one. @returns what follows "DIR: " */
export async function btfDirectoryProblem(host: Host, dir: string): Promise<string | undefined> {
  if ((await placesIn(host, dir, Object.values(ARCHES).flat())).length > 0) return undefined;
  return `it is a directory without ${HOW}, as archives of BTFHub have them; name the directory above DISTRO, or a file with BTF`;
}

async function fileAt(host: Host, dir: string, place: string, release: string): Promise<string | undefined> {
  for (const ending of ENDINGS) {
    const path = join(dir, place, `${release}${ending}`);
    if ((await host.files.stat(path))?.isFile) return path;
  }
  return undefined;
}

function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

/** Releases that are most like the one that is not there. */
async function similarIn(host: Host, dir: string, place: string, release: string): Promise<string[]> {
  const names = await wordsIn(host, join(dir, place));
  const releases = names.flatMap((name) => /^(.+?)\.btf(?:\.|$)/.exec(name)?.[1] ?? []);
  return [...new Set(releases)].sort((a, b) => commonLength(b, release) - commonLength(a, release)).slice(0, MAX_NAMED);
}

/** What is there instead. BTF of another distribution's kernel is not taken, even where the release is the same. */
async function whyNone(host: Host, dir: string, name: BtfName, own: readonly string[], found: readonly string[]) {
  const expected = `${own[0] ?? `${name.distro}/${name.version}/${ARCHES[name.arch][0]}`}/${name.release}.btf`;
  const without = `${dir} has no ${expected} (or .btf.tar.xz)`;
  if (found.length > 0) {
    return `${without}; it has ${found.slice(0, MAX_NAMED).join(' and ')}, which is of another kernel: name that file if it is meant`;
  }
  const [place] = own;
  const similar = place === undefined ? [] : await similarIn(host, dir, place, name.release);
  if (similar.length > 0)
    return `${without}; there it has ${similar.join(', ')}: name a file with the BTF of this build`;
  return `${without}, and nothing for ${name.distro} ${name.version}; name a file with the BTF of this build`;
}

/**
 * The BTF file of a kernel in a directory of BTFHub: that of its distribution, version, architecture and release, and no
 * other. A kernel of the user's own (`local`) has no distribution, so that its release decides where one file has it.
 * @param dir absolute
 * @returns the absolute path; `none`: why there is no such file, and what there is
 */
export async function btfFileFor(
  host: Host,
  dir: string,
  name: BtfName,
): Promise<{ readonly path: string } | { readonly none: string }> {
  if (!WORD.test(name.release)) return { none: `${dir}: no file can have the name of release "${name.release}"` };
  const distros = [CALLED[name.distro], name.distro];
  const places = await placesIn(host, dir, ARCHES[name.arch]);
  const isOwn = (place: string): boolean => {
    const [distro, version] = place.split('/');
    return name.distro === 'local' || (distros.includes(distro) && version === name.version);
  };
  const files = new Map<string, string>();
  for (const place of places) {
    const path = await fileAt(host, dir, place, name.release);
    if (path !== undefined) files.set(place, path);
  }
  const own = [...files].filter(([place]) => isOwn(place));
  const [first, second] = own;
  if (first !== undefined && (second === undefined || name.distro !== 'local')) return { path: first[1] };
  const found = [...files.values()].map((path) => path.slice(dir.length + 1));
  return { none: await whyNone(host, dir, name, places.filter(isOwn), found) };
}
