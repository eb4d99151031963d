import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { LAYOUT_INDEX, openLayout } from '../kernels/sources/oci/layout.ts';
import { choosePlatform, type Descriptor, readDocument } from '../kernels/sources/oci/manifest.ts';
import { type ImageStore, openRegistry, type RegistryAccess } from '../kernels/sources/oci/registry.ts';
import { type Packing, unpacked } from '../kernels/sources/rpm/chunks.ts';
import { requireSpace } from '../kernels/space.ts';
import { HostError } from '../model/errors.ts';
import { parseImageName } from '../model/oci-source.ts';
import { type ImageKind, takePacked, tarFiles, unpackTo } from './archive.ts';
import type { Collector } from './collect.ts';
import { containerOf, HEAD_BYTES } from './kind.ts';
import { createLayers, type Layer, type Layers } from './layers.ts';
import { LIMITS, refuseLarge } from './limits.ts';
import type { EntryCheck } from './links.ts';

/** Inspektor Gadget puts the object into a layer of its own, as it is. */
const GADGET = 'application/vnd.gadget.ebpf.program.v1+binary';
/** An index may name another one, and that an image. */
const MAX_DEPTH = 3;
const TITLE = 'org.opencontainers.image.title';
const SEVERAL = 'save the one that is meant as a layout of its own (skopeo copy ... oci:DIR)';

async function imageOf(host: Host, store: ImageStore, first: string, what: string) {
  let reference = first;
  let named = '';
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { bytes, digest } = await store.document(reference);
    const document = readDocument(bytes, what);
    named ||= digest;
    if (document.kind === 'manifest') return { digest: named, layers: document.layers };
    reference = choosePlatform(document.manifests, host.arch, what, undefined, SEVERAL).digest;
  }
  return refuseLarge(`${what} is an index of indexes without end`);
}

/** Layers that are worth to be read: those that say that they are the object, else all. */
function wanted(layers: readonly Descriptor[]): readonly Descriptor[] {
  const gadgets = layers.filter(({ mediaType }) => mediaType === GADGET);
  const chosen = gadgets.length > 0 ? gadgets : layers;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  if (total > LIMITS.unpackedBytes) refuseLarge(`its layers have more than ${LIMITS.unpackedBytes / 2 ** 30} GiB`);
  if (gadgets.some(({ size }) => size > LIMITS.fileBytes))
    refuseLarge(`its object has more than ${LIMITS.fileBytes >> 20} MiB`);
  return chosen;
}

type Take = Parameters<Layers['read']>[0];

interface Taking {
  readonly collector: Collector;
  readonly entries: EntryCheck;
  readonly signal: AbortSignal | undefined;
}

/** A layer is an object or another file as it is, or an archive. */
async function takeLayer(
  host: Host,
  file: string,
  title: string,
  { collector, entries, signal }: Taking,
): Promise<void> {
  const head = await host.files.readHead(file, HEAD_BYTES);
  const container = containerOf('', head);
  if (container?.kind === 'packed') {
    await takePacked(host, file, container.packing, collector, signal, entries);
    return;
  }
  if (!collector.wants(title, head)) return;
  if (((await host.files.stat(file))?.size ?? 0) > LIMITS.fileBytes) refuseLarge('a layer of it is too large');
  collector.take(await host.files.read(file, LIMITS.fileBytes), title);
}

async function takeImage(
  host: Host,
  { store, first, what, dir }: { store: ImageStore; first: string; what: string; dir: string },
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<string> {
  const image = await imageOf(host, store, first, what);
  const chosen = wanted(image.layers);
  await requireSpace(host, dir, Math.max(0, ...chosen.map(({ size }) => size)), `pulling ${what}`);
  const layers = createLayers();
  const read: Layer[] = [];
  for (const layer of chosen) {
    const file = await store.layer(layer, () => {});
    const title = layer.annotations?.[TITLE] ?? 'program';
    const take: Take = (own, entries) => takeLayer(host, file, title, { collector: own, entries, signal });
    read.push(await layers.read(take));
    // What lies in a layout is the user's.
    if (file.startsWith(`${dir}/`)) await host.files.remove(file);
  }
  layers.stack(read, collector);
  return image.digest;
}

/**
 * Takes the objects out of an image of a registry. Every byte is checked against the digests that its name leads to.
 * @returns digest of the document that the name led to
 * @throws HostError for a registry that cannot be reached or answers with other bytes, UsageError beyond the bounds
 */
export async function takeReference(
  host: Host,
  reference: string,
  collector: Collector,
  access: RegistryAccess,
): Promise<string> {
  const name = parseImageName(reference);
  await using dir = await host.files.tempDir('bpfcompat-image');
  const store = openRegistry(host, name, dir.path, access);
  return await takeImage(
    host,
    { store, first: name.reference, what: reference, dir: dir.path },
    collector,
    access.signal,
  );
}

/** The same for an OCI layout on this machine: a directory, or a plain archive of one. @param top directory that links do not leave */
export async function takeLayout(
  host: Host,
  { path, top }: { readonly path: string; readonly top: string | undefined },
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<string> {
  await using dir = await host.files.tempDir('bpfcompat-image');
  const store = await openLayout(host, { layout: path, top, dir: dir.path }, signal);
  return await takeImage(host, { store, first: LAYOUT_INDEX, what: basename(path), dir: dir.path }, collector, signal);
}

const DockerManifest = z.array(z.object({ Layers: z.array(z.string().max(4096)).max(128) })).min(1);
const MAX_MANIFEST = 4 * 1024 * 1024;

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Layers of the image that `docker save` wrote; undefined for an archive of other files: many have a `manifest.json`.
 * @throws UsageError for several images
 */
async function dockerLayers(chunks: AsyncIterable<Buffer>): Promise<readonly string[] | undefined> {
  for await (const { path, size, content } of tarFiles(chunks)) {
    if (path !== 'manifest.json' || size > MAX_MANIFEST) continue;
    const images = DockerManifest.safeParse(jsonOf(await content()));
    if (!images.success) break;
    if (images.data.length > 1) refuseLarge(`it holds ${images.data.length} images; save one`);
    return images.data.flatMap(({ Layers }) => Layers);
  }
  return undefined;
}

/**
 * Takes the objects out of an archive of an image, as skopeo, podman and `docker save` write it.
 * @returns false for an archive that is not an image after all
 */
export async function takeImageArchive(
  host: Host,
  { path, packing, kind }: { readonly path: string; readonly packing: Packing; readonly kind: ImageKind },
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  await using dir = await host.files.tempDir('bpfcompat-image');
  if (kind === 'oci') {
    const file = packing === 'plain' ? path : join(dir.path, 'layout.tar');
    if (file !== path) await unpackTo(host, { path, packing, file }, signal);
    await takeLayout(host, { path: file, top: undefined }, collector, signal);
    return true;
  }
  const named = await dockerLayers(unpacked(host, path, packing, signal));
  if (named === undefined) return false;
  const layers = createLayers();
  const read = new Map<string, Layer>();
  const there = new Set<string>();
  const files = tarFiles(unpacked(host, path, packing, signal), (entry) => void there.add(entry.path));
  for await (const { path: member, size, content } of files) {
    if (!named.includes(member) || read.has(member)) continue;
    if (size > LIMITS.fileBytes) refuseLarge(`a layer of it has more than ${LIMITS.fileBytes >> 20} MiB`);
    const file = join(dir.path, 'layer');
    await host.files.writeAtomic(file, await content());
    const take: Take = (own, entries) => takeLayer(host, file, 'program', { collector: own, entries, signal });
    read.set(member, await layers.read(take));
  }
  // A layer that is a link leads to another one of them.
  const missing = named.find((layer) => !there.has(layer));
  if (missing !== undefined) throw new HostError('bad_package', `its layer ${missing} is not there; save it again`);
  // The archive has them in any order.
  const ordered = named.flatMap((layer) => read.get(layer) ?? []);
  layers.stack(ordered, collector);
  return true;
}
