import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Host } from '../host/host.ts';
import { choosePlatform, type Descriptor, readDocument } from '../kernels/sources/oci/manifest.ts';
import type { RegistryStore } from '../kernels/sources/oci/registry.ts';
import { HostError } from '../model/errors.ts';
import { sha256 } from './canonical.ts';
import { MAX_BUNDLE_BYTES } from './envelope.ts';
import { BUNDLE } from './oci-image.ts';
import { fallbackTag } from './oci-push.ts';
import { maxDownloadBytes, maxObjectBytes, type StoredBundle } from './store.ts';

const ELF = Buffer.from('\x7fELF', 'latin1');
const GADGET = 'application/vnd.gadget.ebpf.program.v1+binary';
/** A registry may list what it likes: only this much is looked at. */
const MAX_REFERRER_BYTES = 64 * 1024;
const MAX_ALL_BUNDLES = 64 * 1024 * 1024;
const SLACK = 64 * 1024;

function bad(what: string, why: string): HostError {
  return new HostError('bad_package', `${what}: ${why}; nothing was used`);
}

async function onlyFile(tar: Buffer, what: string): Promise<Buffer> {
  const unpacked = extract();
  const files: Buffer[] = [];
  unpacked.end(tar);
  for await (const entry of unpacked) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type === 'file') files.push(Buffer.concat(chunks));
  }
  const [file] = files;
  if (file === undefined || files.length !== 1)
    throw bad(what, `its layer has ${files.length} files, and must have one`);
  return file;
}

async function objectIn(bytes: Buffer, maxBytes: number, what: string): Promise<Buffer> {
  if (bytes.subarray(0, 4).equals(ELF)) return bytes;
  try {
    return await onlyFile(gunzipSync(bytes, { maxOutputLength: maxBytes + SLACK }), what);
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw bad(what, `its layer unpacks to more than the ${maxBytes} bytes that an object may have`);
    throw bad(what, 'its layer is neither an object nor a packed archive of one');
  }
}

/** The one layer that may hold the object: that of a gadget, else the only one. */
function layerOf(layers: readonly Descriptor[], maxBytes: number, what: string): Descriptor {
  const gadgets = layers.filter(({ mediaType, size }) => mediaType === GADGET && size > 0);
  const fits = gadgets.length > 0 ? gadgets : layers;
  const [layer] = fits;
  if (layer === undefined || fits.length !== 1) throw bad(what, `it has ${fits.length} layers that may be the object`);
  if (layer.size > maxBytes) throw bad(what, `its layer has ${layer.size} bytes, at most ${maxBytes} are read`);
  return layer;
}

async function layerBytes(host: Host, store: RegistryStore, layer: Descriptor): Promise<Buffer> {
  return host.files.read(await store.layer(layer, () => {}), layer.size);
}

/** An object of an image, and the digest of the manifest that it was read by. No one has vouched for it yet. */
export interface PulledObject {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly manifest: string;
}

/**
 * Reads an object out of an image: a tag is resolved once, everything after that by digest.
 * @throws HostError `bad_package` for what is no image of one object, `wrong_digest` where a registry sends other bytes
 */
export async function pullObject(
  host: Host,
  store: RegistryStore,
  reference: string,
  what: string,
): Promise<PulledObject> {
  let { bytes, digest } = await store.document(reference);
  let document = readDocument(bytes, what);
  if (document.kind === 'index') {
    const { digest: chosen } = choosePlatform(document.manifests, host.arch, what);
    ({ bytes, digest } = await store.document(chosen));
    document = readDocument(bytes, what);
  }
  if (document.kind === 'index') throw bad(what, 'an index leads to another index');
  const layer = layerOf(document.layers, maxDownloadBytes(host), what);
  const object = await objectIn(await layerBytes(host, store, layer), maxObjectBytes(host), what);
  return { bytes: object, sha256: sha256(object), manifest: digest };
}

/** Referrers by the API of the registry; by the fallback tag where it has none. Both are lists that no one vouches for. */
async function referrersOf(store: RegistryStore, digest: string): Promise<readonly Descriptor[]> {
  const list = (await store.referrers(digest)) ?? (await store.documentIfThere(fallbackTag(digest)));
  if (list === undefined) return [];
  const document = readDocument(list, `the list of referrers of ${digest}`);
  if (document.kind !== 'index') return [];
  // Signatures and SBOMs say what they are. Whoever says nothing may be a bundle.
  return document.manifests.filter(
    ({ artifactType = BUNDLE, size }) => artifactType === BUNDLE && size <= MAX_REFERRER_BYTES,
  );
}

/** The bundle in what refers to an image; undefined for what is gone, or no image of ours: a list may have anything. */
async function referrerLayer(store: RegistryStore, digest: string): Promise<Descriptor | undefined> {
  try {
    const document = readDocument((await store.document(digest, MAX_REFERRER_BYTES)).bytes, digest);
    return document.kind === 'manifest' ? document.layers.find(({ mediaType }) => mediaType === BUNDLE) : undefined;
  } catch (error) {
    if (error instanceof HostError && ['package_not_found', 'bad_package'].includes(error.code)) return undefined;
    throw error;
  }
}

/** The bundles that refer to an image; whether they are true is for the trust to say. */
export async function pullBundles(host: Host, store: RegistryStore, digest: string): Promise<StoredBundle[]> {
  const bundles: StoredBundle[] = [];
  let total = 0;
  for (const { digest: one } of await referrersOf(store, digest)) {
    const layer = await referrerLayer(store, one);
    if (layer === undefined || layer.size > MAX_BUNDLE_BYTES) continue;
    total += layer.size;
    if (total > MAX_ALL_BUNDLES)
      throw bad(digest, `the bundles that refer to it have more than ${MAX_ALL_BUNDLES >> 20} MiB`);
    const bytes = await layerBytes(host, store, layer);
    bundles.push({ sha256: sha256(bytes), bytes });
  }
  return bundles;
}
