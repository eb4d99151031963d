import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { sha256 } from './canonical.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What a registry gets: blobs, then the document that names them. */
export interface Pushed {
  readonly blobs: readonly Blob[];
  readonly manifest: Blob;
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: `sha256:${sha256(bytes)}`, bytes };
}

function json(mediaType: string, value: unknown): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)));
}

/** How documents name a blob. */
export function descriptor({ mediaType, digest, bytes }: Blob) {
  return { mediaType, digest, size: bytes.length };
}

async function tarOf(name: string, bytes: Uint8Array): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }, Buffer.from(bytes));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What an image of BPF says of its object. */
export interface ImageFacts {
  /** Type by name. */
  readonly programs: Readonly<Record<string, string>>;
  readonly maps: Readonly<Record<string, string>>;
  readonly arch: 'amd64' | 'arm64';
}

/** An image that bpfman can take: one layer with the object at its root. The same object gives the same bytes. */
export async function objectImage(
  name: string,
  object: Uint8Array,
  { programs, maps, arch }: ImageFacts,
): Promise<Pushed> {
  const tar = await tarOf(name, object);
  const layer = blob(LAYER, gzipSync(tar, { level: 9 }));
  const labels = { 'io.ebpf.programs': JSON.stringify(programs), 'io.ebpf.maps': JSON.stringify(maps) };
  const config = json(CONFIG, {
    architecture: arch,
    os: 'linux',
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
  });
  const manifest = json(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { blobs: [layer, config], manifest };
}

/** A bundle about an image: a manifest that names the image as its subject. */
export function referrer(subject: Blob, bundle: Buffer): Pushed {
  const empty = blob(EMPTY, Buffer.from('{}'));
  const layer = blob(BUNDLE, bundle);
  const manifest = json(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: descriptor(empty),
    layers: [descriptor(layer)],
    subject: descriptor(subject),
  });
  return { blobs: [empty, layer], manifest };
}
