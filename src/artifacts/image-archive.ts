import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { type Packing, unpacked } from '../kernels/sources/rpm/chunks.ts';
import { HostError } from '../model/errors.ts';
import { type ImageKind, tarFiles, unpackTo } from './archive.ts';
import type { Collector } from './collect.ts';
import { takeLayout } from './image.ts';
import { createLayers, type Layer } from './layers.ts';
import { LIMITS, rejectLarge } from './limits.ts';
import { type Entry, followLinks } from './links.ts';
import { type Take, takeLayer } from './take-layer.ts';

const DockerManifest = z.array(z.object({ Layers: z.array(z.string().max(4096)).max(128) })).min(1);
const MAX_MANIFEST = 4 * 1024 * 1024;

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws HostError for what is there twice: tools differ in which one counts */
function once(seen: Set<string>, path: string): void {
  if (seen.has(path)) throw new HostError('bad_package', `it has ${path} twice; save it again`);
  seen.add(path);
}

/**
 * Layers of the image that `docker save` wrote; undefined for an archive of other files: many have a `manifest.json`.
 * @throws UsageError for several images, HostError for several manifests
 */
async function dockerLayers(chunks: AsyncIterable<Buffer>): Promise<readonly string[] | undefined> {
  const seen = new Set<string>();
  let layers: readonly string[] | undefined;
  for await (const { path, size, content } of tarFiles(chunks)) {
    if (path !== 'manifest.json') continue;
    once(seen, path);
    if (size > MAX_MANIFEST) continue;
    const images = DockerManifest.safeParse(jsonOf(await content()));
    if (!images.success) continue;
    if (images.data.length > 1) rejectLarge(`it holds ${images.data.length} images; save one`);
    layers = images.data.flatMap(({ Layers }) => Layers);
  }
  return layers;
}

/**
 * Takes what is in the layers of an archive that `docker save` wrote.
 * @param named the layers, from the lowest on
 */
async function takeDockerLayers(
  host: Host,
  { chunks, dir, named }: { chunks: AsyncIterable<Buffer>; dir: string; named: readonly string[] },
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<void> {
  const layers = createLayers();
  const read = new Map<string, Layer>();
  const entries = new Map<string, Entry>();
  const needed = new Set(named);
  const seen = new Set<string>();
  const files = tarFiles(chunks, (entry) => void entries.set(entry.path, entry));
  for await (const { path: member, size, content } of files) {
    if (!needed.has(member)) continue;
    once(seen, member);
    if (size > LIMITS.fileBytes) rejectLarge(`a layer of it has more than ${LIMITS.fileBytes >> 20} MiB`);
    const file = join(dir, 'layer');
    await host.files.writeAtomic(file, await content());
    const take: Take = (own, entries) =>
      takeLayer(host, file, 'program', { collector: own, entries, isArchive: true, signal });
    read.set(member, await layers.read(take));
  }
  const follow = followLinks((path) => entries.get(path));
  // A layer that is a link leads to another one of them. The archive has them in any order.
  const ordered = named.map((member) => {
    const layer = read.get(follow(member) ?? '');
    if (layer === undefined) throw new HostError('bad_package', `its layer ${member} is not there; save it again`);
    return layer;
  });
  layers.stack(ordered, collector);
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
  await using dir = await host.files.tempDir('bpfcompat-image-');
  if (kind === 'oci') {
    const file = packing === 'plain' ? path : join(dir.path, 'layout.tar');
    if (file !== path) await unpackTo(host, { path, packing, file }, signal);
    await takeLayout(host, { path: file, top: undefined }, collector, signal);
    return true;
  }
  const named = await dockerLayers(unpacked(host, path, packing, signal));
  if (named === undefined) return false;
  const chunks = unpacked(host, path, packing, signal);
  await takeDockerLayers(host, { chunks, dir: dir.path, named }, collector, signal);
  return true;
}
