import { basename } from 'node:path';
import type { Host } from '../host/host.ts';
import { LAYOUT_INDEX, openLayout } from '../kernels/sources/oci/layout.ts';
import { choosePlatform, type Descriptor, readDocument } from '../kernels/sources/oci/manifest.ts';
import { type ImageStore, openRegistry, type RegistryAccess } from '../kernels/sources/oci/registry.ts';
import { requireSpace } from '../kernels/space.ts';
import type { NoteListener } from '../model/events.ts';
import { parseImageName } from '../model/oci-source.ts';
import type { Collector } from './collect.ts';
import { createLayers, type Layer } from './layers.ts';
import { LIMITS, rejectLarge } from './limits.ts';
import { pullNotes } from './pull-notes.ts';
import { type Take, takeLayer } from './take-layer.ts';

/** Inspektor Gadget puts the object into a layer of its own, as it is. */
const GADGET = 'application/vnd.gadget.ebpf.program.v1+binary';
/** An index may name another one, and that an image. */
const MAX_DEPTH = 3;
/** What registries call archives of files (image specification of the OCI, and docker's own names). */
const ARCHIVE = /\.tar(?:[.+]|$)/;
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
  return rejectLarge(`${what} is an index of indexes without end`);
}

/** Layers that are worth to be read: those that say that they are the object, else all. */
function needed(layers: readonly Descriptor[]): readonly Descriptor[] {
  const gadgets = layers.filter(({ mediaType }) => mediaType === GADGET);
  const chosen = gadgets.length > 0 ? gadgets : layers;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  if (total > LIMITS.unpackedBytes) rejectLarge(`its layers have more than ${LIMITS.unpackedBytes / 2 ** 30} GiB`);
  if (gadgets.some(({ size }) => size > LIMITS.fileBytes))
    rejectLarge(`its object has more than ${LIMITS.fileBytes >> 20} MiB`);
  return chosen;
}

/** Where an image lies, and where its layers go while they are read. */
interface Opened {
  readonly store: ImageStore;
  readonly first: string;
  readonly what: string;
  readonly dir: string;
  readonly onNote?: NoteListener | undefined;
}

async function takeImage(
  host: Host,
  { store, first, what, dir, onNote }: Opened,
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<string> {
  const image = await imageOf(host, store, first, what);
  const chosen = needed(image.layers);
  await requireSpace(host, dir, Math.max(0, ...chosen.map(({ size }) => size)), `pulling ${what}`);
  const layers = createLayers();
  const read: Layer[] = [];
  const pulled = pullNotes(host, what, chosen, onNote);
  for (const layer of chosen) {
    const file = await store.layer(layer, pulled(layer));
    const title = layer.annotations?.[TITLE] ?? 'program';
    const isArchive = ARCHIVE.test(layer.mediaType);
    const take: Take = (own, entries) => takeLayer(host, file, title, { collector: own, entries, isArchive, signal });
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
 * @throws HostError for a registry that cannot be reached or responds with other bytes, UsageError beyond the bounds
 */
export async function takeReference(
  host: Host,
  reference: string,
  collector: Collector,
  access: RegistryAccess & { readonly onNote?: NoteListener | undefined },
): Promise<string> {
  const name = parseImageName(reference);
  await using dir = await host.files.tempDir('bpfcompat-image-');
  const store = openRegistry(host, name, dir.path, access);
  return await takeImage(
    host,
    { store, first: name.reference, what: reference, dir: dir.path, onNote: access.onNote },
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
  await using dir = await host.files.tempDir('bpfcompat-image-');
  const store = await openLayout(host, { layout: path, top, dir: dir.path }, signal);
  return await takeImage(host, { store, first: LAYOUT_INDEX, what: basename(path), dir: dir.path }, collector, signal);
}
