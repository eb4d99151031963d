import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { Arch, DebKernelSource } from '../../model/kernel.ts';
import { requireSpace } from '../space.ts';
import type { FetchedKernel, FetchListener } from '../unpacked.ts';
import { type Apt, openApt } from './deb/apt.ts';
import { isDated } from './deb/apt-config.ts';
import { choosePackage, literalPrefix, nameMatches } from './deb/choose.ts';
import type { DebPackage } from './deb/control.ts';
import { fromMirrors } from './deb/in-turn.ts';
import { DEB_ARCH, type LocalMirror, suiteKey, withLists } from './deb/lists.ts';
import { mirrorsFor } from './deb/mirror.ts';
import { type Choice, requireWhole, withParts } from './deb/parts.ts';
import { unpackDebs } from './deb/unpack.ts';
import { compareVersions } from './deb/version.ts';
import { locateKernel } from './locate-kernel.ts';
import type { Signer } from './signer.ts';
import type { PackageId, StorePaths } from './source.ts';

/** Where packages come from, for the record. */
interface Origin {
  readonly source: DebKernelSource;
  /** undefined: a directory of this machine. */
  readonly mirror: string | undefined;
  readonly signer: Signer | undefined;
}

/** What is made of packages once their bytes are here and verified. */
export interface Recipe<T> {
  /** What has to be downloaded besides the chosen package. */
  readonly parts: (apt: Apt, first: DebPackage, source: DebKernelSource) => Promise<Choice>;
  /** @param files absolute path of every unpacked file by its path in the package */
  readonly take: (files: ReadonlyMap<string, string>, choice: Choice, from: Origin) => T;
}

/** Unpacked size of a package whose index entry does not say. */
const GUESSED_RATIO = 6;

/** What the signed lists that are kept here say about packages of these names. Never uses the network. */
export async function listedPackages(
  host: Host,
  arch: Arch,
  source: DebKernelSource,
  { apt: aptDir, locks, tmp }: { readonly apt: string; readonly locks: string; readonly tmp: string },
  requested: readonly { readonly name: string }[],
): Promise<DebPackage[]> {
  const found: DebPackage[] = [];
  const kept = (await host.files.stat(aptDir))?.isDirectory ? await host.files.list(aptDir) : [];
  for (const mirror of await mirrorsFor(host, source)) {
    const key = suiteKey(source, mirror, arch);
    if (!kept.includes(key)) continue;
    await using _lock = await host.files.lock(join(locks, `apt-${key}`));
    await using cache = await host.files.tempDir('bpfcompat-lists-', tmp);
    const dirs = { state: join(aptDir, key), cache: cache.path };
    const apt = await openApt(host, { dirs, source, mirror, arch: DEB_ARCH[arch], signal: undefined });
    for (const { name } of requested) found.push(...(await apt.packages(name, (one) => one === name)));
  }
  return found;
}

/** Moves packages to where the lists say that they lie. */
async function keepPackages(host: Host, packages: readonly DebPackage[], debs: readonly string[], dir: string) {
  for (const [index, { path }] of packages.entries()) {
    const target = join(dir, path);
    await host.files.makeDir(dirname(target));
    await host.files.rename(debs[index] ?? '', target);
  }
}

/** apt has checked the bytes; this checks that they are the ones the index named when we chose. */
async function verified(host: Host, dir: string, packages: readonly DebPackage[]): Promise<string[]> {
  const bySha = new Map<string, string>();
  for (const name of await host.files.list(dir)) {
    if (name.endsWith('.deb')) bySha.set(await host.files.sha256(join(dir, name)), join(dir, name));
  }
  return packages.map((one) => {
    const path = bySha.get(one.sha256);
    if (path !== undefined) return path;
    throw new HostError(
      'wrong_digest',
      `${one.name} ${one.version}: no downloaded file has the digest ${one.sha256} of the index; ` +
        'nothing was used; try again or choose another mirror',
    );
  });
}

/**
 * Whether what is stored is as good as what is offered. Lists of Ubuntu never expire: a mirror could offer those of long
 * ago for ever, signed well, so nothing goes back to an older one by itself.
 */
function isStored(
  { name, version }: DebPackage,
  stored: PackageId | undefined,
  source: DebKernelSource,
  mirror: string,
  { onNote }: FetchListener,
): boolean {
  if (stored === undefined) return false;
  if (name === stored.name && version === stored.version) return true;
  if (source.version !== undefined || compareVersions(version, stored.version) >= 0) return false;
  onNote(
    `${mirror} offers ${name} ${version}, which is older than the stored ${stored.version}; that stays, name a version in the profile to go back`,
  );
  return true;
}

async function fetchFrom<T>(
  host: Host,
  arch: Arch,
  source: DebKernelSource,
  { mirror, local }: { readonly mirror: string; readonly local?: LocalMirror },
  paths: StorePaths,
  listener: FetchListener,
  stored: PackageId | undefined,
  recipe: Recipe<T>,
): Promise<T | 'unchanged'> {
  const downloads = join(paths.workDir, 'debs');
  await host.files.makeDir(downloads);
  const lists = { arch, source, mirror, local, paths, listener };
  const chosen = await withLists(host, lists, async (apt): Promise<[Choice, Signer | undefined] | undefined> => {
    const prefix = literalPrefix(source.package);
    const matching = await apt.packages(prefix, (name) => nameMatches(source.package, name));
    // What is there instead is a help to who requested what is not.
    const offered = matching.length > 0 ? matching : await apt.packages(prefix, () => true);
    const first = choosePackage(source, offered);
    if (isStored(first, stored, source, mirror, listener)) return undefined;
    const choice = await recipe.parts(apt, first, source);
    const { all } = choice;
    const total = all.reduce((sum, one) => sum + one.size, 0);
    const unpacked = all.reduce((sum, one) => sum + (one.installedBytes || one.size * GUESSED_RATIO), 0);
    await requireSpace(host, paths.root, total + unpacked, `fetching ${first.name}`);
    listener.onProgress(first.name, 0, total);
    await apt.download(all, downloads, (bytes) => listener.onProgress(first.name, bytes, total));
    if (paths.keepDir !== undefined) await apt.keepLists(paths.keepDir);
    return [choice, await apt.signer()];
  });
  if (chosen === undefined) return 'unchanged';
  const [choice, signer] = chosen;
  const { first, all } = choice;
  const debs = await verified(host, downloads, all);
  listener.onProgress(`unpacking ${first.name}`, 0, 0);
  const files = await unpackDebs(host, debs, join(paths.workDir, 'root'), listener.signal);
  if (paths.keepDir !== undefined) await keepPackages(host, all, debs, paths.keepDir);
  return recipe.take(files, choice, { source, mirror: local === undefined ? mirror : undefined, signer });
}

/** The packages of a choice, as records keep them. */
export function packageOf({ first, all }: Choice, { source, mirror, signer }: Origin): FetchedKernel['package'] {
  // A mirror may be named with a password.
  const base = mirror?.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1');
  const urlOf = (path: string): string | undefined => (base && path !== '' ? `${base}/${path}` : undefined);
  return {
    name: first.name,
    version: first.version,
    archive: source.archive,
    suite: source.suite,
    files: all.map(({ name, version, sha256, path }) => {
      const url = urlOf(path);
      return { name, version, sha256, ...(url !== undefined && { url }) };
    }),
    ...(signer && { signer }),
  };
}

const KERNEL: Recipe<FetchedKernel> = {
  parts: withParts,
  take: (files, choice, from) => {
    const { first } = choice;
    const kernel = locateKernel(files);
    requireWhole(kernel, choice, from.source);
    if (kernel === undefined) {
      throw new HostError('kernel_unusable', `${first.name} ${first.version} holds no kernel; name another package`);
    }
    return { kernel, package: packageOf(choice, from) };
  },
};

/** Packages in a directory that may come from anywhere, as a mirror. */
export async function localMirror(host: Host, source: DebKernelSource, dir: string): Promise<LocalMirror> {
  // Whoever names a dated snapshot takes old lists.
  return { dir, aged: (await mirrorsFor(host, source)).some(isDated) };
}

/** Fetches a kernel from a Debian archive, see `fetchPackages`. */
export function fetchDeb(
  host: Host,
  arch: Arch,
  source: DebKernelSource,
  paths: StorePaths,
  listener: FetchListener,
  stored: PackageId | undefined,
  local?: LocalMirror,
): Promise<FetchedKernel | 'unchanged'> {
  return fetchPackages(host, arch, source, paths, listener, stored, KERNEL, local);
}

/**
 * Fetches packages from a Debian archive with the host's own apt: choose, download, verify, unpack.
 * @param local the only place to use, instead of the mirrors
 * @param stored what need not be fetched again; the response is `unchanged` when nothing newer is offered.
 * Another mirror is tried when one cannot be reached or lacks the package; a bad signature or digest ends it.
 * @throws HostError `mirror_unreachable`, `bad_signature`, `wrong_digest`, `package_not_found`, `no_space`, ...;
 * UsageError for a profile that cannot be used; CancelledError.
 */
export async function fetchPackages<T>(
  host: Host,
  arch: Arch,
  source: DebKernelSource,
  paths: StorePaths,
  listener: FetchListener,
  stored: PackageId | undefined,
  recipe: Recipe<T>,
  local?: LocalMirror,
): Promise<T | 'unchanged'> {
  if (local !== undefined) {
    // apt copies and hashes what it finds there, as if it came over a line.
    const mirror = `copy:${encodeURI(local.dir)}`;
    return fetchFrom(host, arch, source, { mirror, local }, paths, listener, stored, recipe);
  }
  return fromMirrors(host, source, paths, listener, (mirror, own) =>
    fetchFrom(host, arch, source, { mirror }, own, listener, stored, recipe),
  );
}
