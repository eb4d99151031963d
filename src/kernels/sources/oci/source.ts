import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { type OciKernelSource, parseImageName } from '../../../model/oci-source.ts';
import { kernelAmong } from '../../image/complete.ts';
import { kernelTree } from '../../image/tree.ts';
import { requireSpace } from '../../space.ts';
import type { FetchedKernel, FetchListener } from '../../unpacked.ts';
import { type Packing, unpacked } from '../rpm/chunks.ts';
import type { FetchRequest, Source } from '../source.ts';
import { type Keeper, keeping, keptImage } from './kept.ts';
import { LAYOUT_INDEX, openLayout } from './layout.ts';
import { choosePlatform, type Descriptor, readDocument } from './manifest.ts';
import { type ImageStore, openRegistry, type RegistryAccess } from './registry.ts';

type OciRequest = FetchRequest<OciKernelSource>;

const MAX_LAYER = 4 * 1024 * 1024 * 1024;
/** An index may name another one, and that an image. */
const MAX_DEPTH = 3;

/** How a layer is packed, by the end of its kind. */
const PACKINGS: readonly (readonly [RegExp, Packing])[] = [
  [/[.+]gzip$/, 'gzip'],
  [/\+zstd$/, 'zstd'],
  [/\.tar$|layer\.v1\.tar$/, 'plain'],
];

function packingOf({ mediaType }: Descriptor, what: string): Packing {
  const packing = PACKINGS.find(([pattern]) => pattern.test(mediaType))?.[1];
  if (packing !== undefined && !/nondistributable|foreign/.test(mediaType)) return packing;
  throw new HostError(
    'kernel_unusable',
    `${what} has a layer of the kind ${mediaType}, which cannot be read; name another image`,
  );
}

function access({ signal }: FetchListener): RegistryAccess {
  return { signal, remedy: 'name that with kernel.layout' };
}

interface Image {
  /** Of the document that the name led to: the index, or the image. */
  readonly digest: string;
  readonly layers: readonly Descriptor[];
}

async function readImage(store: ImageStore, first: string, what: string, { arch, source }: OciRequest): Promise<Image> {
  let reference = first;
  let named: string | undefined;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { bytes, digest } = await store.document(reference);
    const document = readDocument(bytes, what);
    if (digest !== '') named ??= digest;
    if (document.kind === 'manifest') return { digest: named ?? digest, layers: document.layers };
    reference = choosePlatform(document.manifests, arch, what, depth === 0 ? source.tag : undefined).digest;
  }
  throw new HostError('bad_package', `${what} is an index of indexes without end; nothing was used`);
}

function totalOf(layers: readonly Descriptor[], what: string): number {
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  if (total <= MAX_LAYER) return total;
  throw new HostError('bad_package', `${what} has ${total} bytes, more than any image of a kernel; nothing was used`);
}

/** What records call the kernel: the repository of its image, or the name of the layout. */
function titleOf({ image, layout = '' }: OciKernelSource): string {
  return image === undefined ? (layout.split('/').at(-1) ?? '') : parseImageName(image).repository;
}

/**
 * Where an image is read from, and what becomes of its layers once they are unpacked.
 * @param dir there, private
 */
async function openStore(host: Host, request: OciRequest, dir: string): Promise<Keeper> {
  const { source, paths, listener, packagesDir, top } = request;
  const remove = (_digest: string, file: string): Promise<void> => host.files.remove(file);
  if (source.image === undefined) {
    const store = await openLayout(host, { layout: source.layout ?? '', top, dir }, listener.signal);
    return { store, keepLayer: remove };
  }
  const registry = openRegistry(host, parseImageName(source.image), dir, access(listener));
  if (packagesDir !== undefined) return { store: keptImage(host, packagesDir, registry), keepLayer: remove };
  return paths.keepDir === undefined ? { store: registry, keepLayer: remove } : keeping(host, paths.keepDir, registry);
}

async function fetchOci(host: Host, request: OciRequest): Promise<FetchedKernel | 'unchanged'> {
  const { source, paths, listener, stored } = request;
  const what = source.image ?? source.layout ?? '';
  const name = source.image === undefined ? undefined : parseImageName(source.image);
  const dir = join(paths.workDir, 'image');
  await host.files.makeDir(dir);
  listener.onProgress(what, 0, 0);
  const { store, keepLayer } = await openStore(host, request, dir);
  const image = await readImage(store, name?.reference ?? LAYOUT_INDEX, what, request);
  if (name !== undefined && stored?.version === image.digest) return 'unchanged';
  const total = totalOf(image.layers, what);
  await requireSpace(host, paths.root, total * 2, `fetching ${what}`);
  const tree = kernelTree(host, join(paths.workDir, 'tree'), what);
  let finished = 0;
  for (const layer of image.layers) {
    const packing = packingOf(layer, what);
    const file = await store.layer(layer, (bytes) => listener.onProgress(what, finished + bytes, total));
    await tree.lay(unpacked(host, file, packing, listener.signal));
    if (file.startsWith(`${dir}/`)) await keepLayer(layer.digest, file);
    finished += layer.size;
  }
  const kernel = await kernelAmong(host, tree, paths.workDir, { what, arch: request.arch, signal: listener.signal });
  const title = titleOf(source);
  const pinned = name?.reference.startsWith('sha256:') === true;
  return {
    kernel,
    package: {
      name: title,
      version: image.digest,
      archive: what,
      suite: '',
      files: [{ name: title, version: kernel.release, sha256: image.digest.replace('sha256:', '') }],
    },
    vouched: pinned ? 'pin' : 'nobody',
  };
}

/** Kernels in container images. Needs gzip and zstd of the host, and nothing of a container engine. */
export const oci: Source<OciKernelSource> = {
  fetch: fetchOci,
  async builds(host, { source, paths, listener }) {
    const { image, layout = '' } = source;
    if (image === undefined) {
      return [{ name: titleOf(source), version: layout, release: undefined, sha256: undefined, url: undefined }];
    }
    // Tags of a registry say nothing about builds: what the named one leads to is all that is offered.
    const named = parseImageName(image);
    const { digest } = await openRegistry(host, named, paths.workDir, access(listener)).document(named.reference);
    const sha256 = digest.replace('sha256:', '');
    return [{ name: titleOf(source), version: digest, release: undefined, sha256, url: undefined }];
  },
  exactly: (source, { version }) =>
    source.image === undefined || !version.startsWith('sha256:')
      ? source
      : { ...source, image: `${source.image.replace(/@sha256:[0-9a-f]{64}$/, '')}@${version}` },
  matches({ name, version }, source) {
    const digest = source.image === undefined ? undefined : parseImageName(source.image).reference;
    return name === titleOf(source) && (!digest?.startsWith('sha256:') || version === digest);
  },
};
