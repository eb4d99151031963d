import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { globMatches } from '../../../model/glob-matches.ts';
import type { UrlKernelSource } from '../../../model/url-source.ts';
import { HEAD_BYTES, readBzImage } from '../../image/bzimage.ts';
import { readImageFor } from '../../image/read-image.ts';
import { kernelTree } from '../../image/tree.ts';
import { withConfig } from '../../image/with-config.ts';
import { requireSpace } from '../../space.ts';
import type { FetchedKernel, UnpackedKernel } from '../../unpacked.ts';
import { unpackDebs } from '../deb/unpack.ts';
import { locateKernel } from '../locate-kernel.ts';
import { type Packing, unpacked } from '../rpm/chunks.ts';
import { checkSignature, signatureError } from '../rpm/gpgv.ts';
import { type Keyring, openKeyring } from '../rpm/keyring.ts';
import type { FetchRequest, OfferedBuild, OffersRequest, Source } from '../source.ts';
import { nameIn, type Signed } from './checksums.ts';
import { type Downloads, nameOf, openDownloads } from './downloads.ts';
import { keepFiles } from './kept.ts';
import { verifiedChecksums } from './signed-checksums.ts';

type UrlRequest = FetchRequest<UrlKernelSource>;

/** Room for what a fetch of this kind mostly needs; servers say only later how much it is. */
const ROOM = 256 * 1024 * 1024;

const PACKINGS: readonly (readonly [RegExp, Packing])[] = [
  [/\.(?:gz|tgz)$/, 'gzip'],
  [/\.(?:xz|txz)$/, 'xz'],
  [/\.zst$/, 'zstd'],
];

/** The address that a block is known by. */
function placeOf({ image, checksums }: UrlKernelSource): string {
  return image ?? checksums ?? '';
}

async function signedChecksums(
  host: Host,
  downloads: Downloads,
  keyring: Keyring,
  { source, paths, listener }: OffersRequest<UrlKernelSource>,
): Promise<Signed | undefined> {
  const url = source.checksums;
  if (url === undefined) return undefined;
  const file = await downloads.text(url);
  const signature = source.signature === undefined ? undefined : await downloads.text(source.signature);
  return verifiedChecksums(host, keyring, { file, url, signature, dir: paths.workDir }, listener.signal);
}

/** Downloads an image and holds it against whatever vouches for it. */
async function verifiedImage(
  host: Host,
  downloads: Downloads,
  keyring: Keyring | undefined,
  signed: Signed | undefined,
  { source, listener }: UrlRequest,
): Promise<string> {
  const url = source.image ?? '';
  const file = signed === undefined ? await downloads.file(url) : await downloads.listed(url, signed);
  if (source.sha256 !== undefined) {
    await downloads.check(file, url, { algorithm: 'sha256', hex: source.sha256.toLowerCase() });
  }
  if (signed !== undefined) return file;
  let signer: string | undefined;
  if (source.signature !== undefined && keyring !== undefined) {
    const signature = await downloads.text(source.signature);
    const word = await checkSignature(host, keyring, { signature, data: file }, listener.signal);
    if (word.status !== 'good') throw signatureError(url, keyring, word);
    signer = word.key;
  }
  await downloads.use(url, file, signer);
  return file;
}

async function imageKernel(
  host: Host,
  downloads: Downloads,
  keyring: Keyring | undefined,
  signed: Signed | undefined,
  request: UrlRequest,
): Promise<UnpackedKernel> {
  const { source, paths, listener } = request;
  const vmlinuz = await verifiedImage(host, downloads, keyring, signed, request);
  const head = await readImageFor(host, vmlinuz, request.arch, listener.signal);
  if (typeof head === 'string') throw new HostError('kernel_unusable', `${source.image} cannot be booted: ${head}`);
  const listed = (url: string | undefined): Promise<string> | undefined =>
    url === undefined || signed === undefined ? undefined : downloads.listed(url, signed);
  const config = await listed(source.config);
  const archive = await listed(source.modules);
  const tree = kernelTree(host, join(paths.workDir, 'tree'), source.modules ?? '');
  if (archive !== undefined) {
    const packing = PACKINGS.find(([pattern]) => pattern.test(nameOf(source.modules ?? '')))?.[1] ?? 'plain';
    await tree.lay(unpacked(host, archive, packing, listener.signal));
  }
  const files = new Map([...tree.files, [`boot/vmlinuz-${head.release}`, vmlinuz]]);
  if (config !== undefined) files.set(`boot/config-${head.release}`, config);
  const kernel = locateKernel(files);
  if (kernel === undefined) throw new TypeError('an image of a known release is a kernel');
  const remedy = 'name an archive with its modules (kernel.modules), or another build';
  return withConfig(host, { ...kernel, remedy, placeModule: tree.placeModule }, paths.workDir, listener.signal);
}

async function packagedKernel(
  host: Host,
  downloads: Downloads,
  signed: Signed,
  { source, paths, listener }: UrlRequest,
): Promise<UnpackedKernel> {
  const debs: string[] = [];
  for (const pattern of source.packages ?? []) {
    debs.push(await downloads.listed(new URL(nameIn(signed, pattern), signed.url).href, signed));
  }
  const kernel = locateKernel(await unpackDebs(host, debs, join(paths.workDir, 'packages'), listener.signal));
  if (kernel !== undefined) return kernel;
  const names = source.packages?.join(' and ');
  throw new HostError('kernel_unusable', `${names} hold no kernel image; name the package that does`);
}

async function fetchUrl(host: Host, request: UrlRequest): Promise<FetchedKernel> {
  const { source, paths, listener } = request;
  await requireSpace(host, paths.root, ROOM, `fetching ${placeOf(source)}`);
  listener.onProgress(nameOf(placeOf(source)), 0, 0);
  const keyring = source.gpgkey && (await openKeyring(host, source.gpgkey, paths.workDir));
  const downloads = openDownloads(host, request);
  const signed = keyring && (await signedChecksums(host, downloads, keyring, request));
  const kernel =
    source.packages !== undefined && signed !== undefined
      ? await packagedKernel(host, downloads, signed, request)
      : await imageKernel(host, downloads, keyring, signed, request);
  if (paths.keepDir !== undefined) {
    await keepFiles(host, paths.keepDir, downloads.files, new Set([kernel.vmlinuz, kernel.config ?? '']));
  }
  const files = downloads.used.map((file) => ({ ...file, version: kernel.release }));
  return {
    kernel,
    package: { name: files[0]?.name ?? '', version: kernel.release, archive: placeOf(source), suite: '', files },
    vouched: keyring === undefined ? 'pin' : 'signature',
  };
}

/** `uname -r` in the name of a Debian package of a kernel. */
const NAMED_RELEASE = /^linux-(?:image|modules)(?:-unsigned)?-([^_]+)_/;

/**
 * What an address shows now. Of a list of packages its signature is checked; what the head of an image says of itself is
 * reported by no one else, and a fetch checks it.
 */
async function urlBuilds(host: Host, request: OffersRequest<UrlKernelSource>): Promise<readonly OfferedBuild[]> {
  const { source, paths } = request;
  const downloads = openDownloads(host, request);
  const keyring = source.gpgkey && (await openKeyring(host, source.gpgkey, paths.workDir));
  const signed = keyring && (await signedChecksums(host, downloads, keyring, request));
  const digestOf = (name: string): string | undefined => {
    const listed = signed?.checksums.get(name);
    return listed?.algorithm === 'sha256' ? listed.hex : source.sha256;
  };
  if (source.image === undefined) {
    const [pattern = ''] = source.packages ?? [];
    if (signed === undefined) throw new TypeError('packages are among signed checksums');
    const name = nameIn(signed, pattern);
    const release = NAMED_RELEASE.exec(name)?.[1];
    return [{ name, version: release ?? '', release, sha256: digestOf(name), url: new URL(name, signed.url).href }];
  }
  const name = nameOf(source.image);
  const offered = { name, sha256: digestOf(name), url: source.image };
  // An Image for arm64 says its release somewhere, and not in its head.
  if (request.arch === 'aarch64') return [{ ...offered, version: '', release: undefined }];
  const head = readBzImage(await downloads.head(source.image, HEAD_BYTES));
  if (typeof head === 'string') throw new HostError('kernel_unusable', `${source.image} cannot be booted: ${head}`);
  const { release } = head;
  return [{ ...offered, version: release, release }];
}

/** Kernels as files on a server, with a digest in the profile or a signature beside them. */
export const url: Source<UrlKernelSource> = {
  fetch: fetchUrl,
  builds: urlBuilds,
  exactly: (source) => source,
  matches: ({ name }, { image, packages }) =>
    image === undefined ? globMatches(packages?.[0] ?? '', name) : name === nameOf(image),
};
