import { basename, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { RpmKernelSource } from '../../model/rpm-source.ts';
import { requireSpace } from '../space.ts';
import type { FetchedKernel } from '../unpacked.ts';
import { locateKernel } from './locate-kernel.ts';
import { resolveHref } from './rpm/address.ts';
import { choosePackages } from './rpm/choose.ts';
import { packagesIn } from './rpm/directory.ts';
import { type Keyring, openKeyring } from './rpm/keyring.ts';
import { offeredPackages } from './rpm/offered.ts';
import { unpackPayload } from './rpm/payload.ts';
import { type Place, placesOf } from './rpm/places.ts';
import type { RpmPackage } from './rpm/primary.ts';
import { readPackage } from './rpm/read-package.ts';
import { verifyPackage } from './rpm/verify.ts';
import { compareEvr, type Evr, evrText, isVersion } from './rpm/version.ts';
import { openWeb, type Web } from './rpm/web.ts';
import type { FetchRequest, Source } from './source.ts';

type Request = FetchRequest<RpmKernelSource>;

/** Room for an index: packed, and never kept unpacked. */
const INDEX_BYTES = 64 * 1024 * 1024;
const MAX_PACKAGE = 1024 * 1024 * 1024;
/** Unpacked size of a package that does not tell. */
const GUESSED_RATIO = 6;

/** Where kept packages lie below `keepDir` and `packagesDir`. */
export const KEPT_DIR = 'rpms';

/** Failures after which the next place may do better. A bad signature is not one. */
const ANOTHER_PLACE = new Set(['mirror_unreachable', 'not_there', 'package_not_found', 'wrong_digest', 'bad_index']);

/** A package file that is here. */
interface Local {
  readonly wanted: RpmPackage;
  readonly path: string;
  /** Known where the index names it, and it was found right. */
  readonly sha256?: string | undefined;
}

async function download(
  host: Host,
  web: Web,
  place: Place,
  chosen: readonly RpmPackage[],
  { places, listener }: Request,
) {
  const [first] = chosen;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  const unpacked = chosen.reduce((sum, one) => sum + (one.installedBytes || one.size * GUESSED_RATIO), 0);
  const what = first?.name ?? '';
  await requireSpace(host, places.root, total + unpacked, `fetching ${what}`);
  const dir = join(places.workDir, 'rpms');
  await host.files.makeDir(dir);
  let finished = 0;
  const files: Local[] = [];
  for (const [index, wanted] of chosen.entries()) {
    if (wanted.size > MAX_PACKAGE) {
      throw new HostError(
        'bad_index',
        `${wanted.name} would have ${wanted.size} bytes, more than any kernel; nothing was used`,
      );
    }
    const path = join(dir, `${index}.rpm`);
    const url = resolveHref(place.base, wanted.href, wanted.xmlBase);
    const { digest, bytes } = await web.get(url, path, {
      maxBytes: wanted.size,
      algorithm: wanted.checksum?.algorithm,
      onBytes: (some) => listener.onProgress(what, finished + some, total),
    });
    if (digest !== wanted.checksum?.hex || bytes !== wanted.size) {
      throw new HostError(
        'wrong_digest',
        `${url} is not the package that the index names; nothing was used, choose another mirror`,
      );
    }
    finished += bytes;
    files.push({ wanted, path, sha256: wanted.checksum.algorithm === 'sha256' ? digest : undefined });
  }
  return files;
}

/** Verifies, unpacks and finds the kernel. @param origin where the packages come from, for the record */
async function take(
  host: Host,
  keyring: Keyring,
  files: readonly Local[],
  origin: string,
  indexSigned: boolean,
  request: Request,
) {
  const { source, arch, places, listener } = request;
  const { signal } = listener;
  const found = new Map<string, string>();
  const records: FetchedKernel['package']['files'] = [];
  listener.onProgress(`unpacking ${source.package}`, 0, 0);
  for (const [index, { wanted, path, sha256 }] of files.entries()) {
    const file = await readPackage(host, path);
    const dir = join(places.workDir, `package-${index}`);
    const signer = await verifyPackage(host, file, keyring, join(dir, 'signatures'), indexSigned, signal);
    const { facts } = file;
    // An index, or a name of a file, could pass one signed package off as another.
    if (facts.name !== wanted.name || compareEvr(facts, wanted) !== 0 || facts.arch !== arch) {
      const real = `${facts.name} ${evrText(facts)} for ${facts.arch}`;
      throw new HostError(
        'wrong_digest',
        `${wanted.name} ${evrText(wanted)}: the file is ${real}; nothing was used, choose another mirror`,
      );
    }
    records.push({
      name: facts.name,
      version: evrText(facts),
      sha256: sha256 ?? (await host.files.sha256(path)),
      signer,
    });
    for (const [inside, target] of await unpackPayload(host, file, join(dir, 'root'), signal))
      found.set(inside, target);
  }
  const kernel = locateKernel(found);
  const [first] = records;
  if (kernel === undefined || first === undefined) {
    const names = files.map(({ wanted }) => `${wanted.name} ${evrText(wanted)}`).join(' and ');
    throw new HostError(
      'kernel_unusable',
      `${names}: there is no kernel image in it; name the package that holds vmlinuz`,
    );
  }
  await keep(host, files, request);
  return { kernel, package: { name: first.name, version: first.version, archive: origin, suite: '', files: records } };
}

/** Packages are signed one by one: they can be kept without their index. */
async function keep(host: Host, files: readonly Local[], { places: { keepDir } }: Request): Promise<void> {
  if (keepDir === undefined) return;
  const dir = join(keepDir, KEPT_DIR);
  await host.files.makeDir(dir);
  for (const { path, wanted } of files) await host.files.rename(path, join(dir, `${wanted.name}-${basename(path)}`));
}

function parseEvr(text: string): Evr {
  const [, epoch = '0', version = '', release = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(text) ?? [];
  return { epoch: Number(epoch), version, release };
}

/**
 * Whether what is stored is as good as what is offered. An index that nobody signed could offer builds of long ago for
 * ever, each signed well: nothing goes back to an older one by itself.
 */
function isStored({ stored, source, listener }: Request, [first]: readonly RpmPackage[], where: string): boolean {
  if (first === undefined || first.name !== stored?.name) return false;
  const order = compareEvr(first, parseEvr(stored.version));
  if (order === 0) return true;
  if (order > 0 || source.version !== undefined) return false;
  listener.onNote(
    `${where} offers ${first.name} ${evrText(first)}, which is older than the stored ${stored.version}; that stays, name a version in the profile to go back`,
  );
  return true;
}

/** From package files that are here: whoever put them there, their signatures count. */
async function fromDirectory(host: Host, keyring: Keyring, dir: string, request: Request) {
  const { source, arch, places } = request;
  const local = await packagesIn(host, dir, new Set([source.package, ...(source.companions ?? [])]), arch);
  const chosen = choosePackages(source, [...local.keys()], dir);
  if (isStored(request, chosen, dir)) return 'unchanged';
  const unpacked = chosen.reduce((sum, one) => sum + (one.installedBytes || one.size * GUESSED_RATIO), 0);
  const size = chosen.reduce((sum, one) => sum + one.size, 0);
  await requireSpace(host, places.root, size + unpacked, `unpacking ${source.package}`);
  // What is verified must be what is unpacked: nobody else writes to a copy.
  const copies = join(places.workDir, 'rpms');
  await host.files.makeDir(copies);
  const files: Local[] = [];
  for (const [index, wanted] of chosen.entries()) {
    const path = join(copies, `${index}.rpm`);
    await host.files.copy(local.get(wanted) ?? '', path);
    files.push({ wanted, path });
  }
  return take(host, keyring, files, dir, false, { ...request, places: { ...places, keepDir: undefined } });
}

async function fromPlace(host: Host, web: Web, keyring: Keyring, place: Place, request: Request) {
  const { source, arch, places, listener } = request;
  const signed = source.repo_gpgcheck === 'true' || source.repo_gpgcheck === '1';
  const names = new Set([source.package, ...(source.companions ?? [])]);
  const dir = join(places.workDir, 'index');
  await host.files.makeDir(dir);
  listener.onProgress('package lists', 0, 0);
  const offered = await offeredPackages(host, place, {
    web,
    keyring,
    signed,
    names,
    arch,
    dir,
    signal: listener.signal,
  });
  const chosen = choosePackages(source, offered, place.base);
  if (isStored(request, chosen, place.base)) return 'unchanged';
  return take(host, keyring, await download(host, web, place, chosen, request), place.base, signed, request);
}

/** What to tell when no place had it: that one lacks the package is more than that another cannot be reached. */
function summary(failures: readonly HostError[]): HostError {
  const [only] = failures;
  if (only === undefined) return new HostError('mirror_unreachable', 'the kernel block names no place to ask');
  const grave = ['package_not_found', 'wrong_digest', 'bad_index'];
  const graver = grave.map((code) => failures.find((one) => one.code === code)).find((one) => one !== undefined);
  const code = (graver ?? only).code;
  const words = failures.map(({ message }) => message).join('. ');
  const lost = failures.every((one) => one.code === 'mirror_unreachable');
  const remedy = lost
    ? '; check the network and its proxy (https_proxy), or name another place in the kernel block'
    : '';
  const options = { cause: graver ?? only };
  return new HostError(code === 'not_there' ? 'mirror_unreachable' : code, `${words}${remedy}`, options);
}

async function fetchRpm(host: Host, request: Request): Promise<FetchedKernel | 'unchanged'> {
  const { source, arch, places, listener, packagesDir } = request;
  const keyring = await openKeyring(host, source.gpgkey, places.workDir);
  const dir = packagesDir === undefined ? source.directory : join(packagesDir, KEPT_DIR);
  if (dir !== undefined) return fromDirectory(host, keyring, dir, request);
  await requireSpace(host, places.root, INDEX_BYTES, `reading the package list of ${source.package}`);
  const web = await openWeb(host, source, places.workDir, listener);
  const failures: HostError[] = [];
  let nth = 0;
  for await (const place of placesOf(web, arch, source, (error) => failures.push(error))) {
    const last = failures.at(-1);
    if (last !== undefined) listener.onNote(`${last.message}; trying ${place.base}`);
    try {
      const own = { ...request, places: { ...places, workDir: join(places.workDir, String(nth++)) } };
      await host.files.makeDir(own.places.workDir);
      return await fromPlace(host, web, keyring, place, own);
    } catch (error) {
      if (!(error instanceof HostError) || !ANOTHER_PLACE.has(error.code)) throw error;
      failures.push(error);
    }
  }
  throw summary(failures);
}

/** Kernels of rpm repositories and of package files. Needs gpgv, xz, zstd and gzip of the host, and nothing of rpm. */
export const rpm: Source<RpmKernelSource> = {
  fetch: fetchRpm,
  answers({ name, version }, source) {
    return name === source.package && (source.version === undefined || isVersion(source.version, parseEvr(version)));
  },
};
