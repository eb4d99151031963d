import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Files = Readonly<Record<string, Uint8Array | string>>;
type LayerPacking = 'tar' | 'tar+gzip' | 'tar+zstd';

/** @returns a tar archive with these files, in the order of their names */
export function tarOf(files: Files): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-tar-'));
  try {
    for (const [path, data] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), data);
    }
    return execFileSync('tar', ['-C', dir, '--sort=name', '-cf', '-', '.'], { maxBuffer: 1e9 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function packLayer(tar: Buffer, packing: LayerPacking): Buffer {
  if (packing === 'tar+gzip') return gzipSync(tar, { level: 1 });
  return packing === 'tar' ? tar : execFileSync('zstd', ['-qc', '-1'], { input: tar, maxBuffer: 1e9 });
}

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
  annotations?: Record<string, string>;
}

/** Blobs and documents of images, as a registry or a layout has them. */
export interface ImageFiles {
  readonly blobs: Map<string, Buffer>;
  add(bytes: Buffer, mediaType: string): Descriptor;
  /** @returns what its document is called by */
  image(layers: readonly Descriptor[]): Descriptor;
  index(manifests: readonly Descriptor[]): Descriptor;
  layer(files: Files, packing?: LayerPacking): Descriptor;
  /** As a directory of the layout of the OCI. */
  writeLayout(dir: string, manifests: readonly Descriptor[]): void;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export function imageFiles(): ImageFiles {
  const blobs = new Map<string, Buffer>();
  const images: ImageFiles = {
    blobs,
    add(bytes, mediaType) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      blobs.set(digest, bytes);
      return { mediaType, digest, size: bytes.length };
    },
    image(layers) {
      const config = images.add(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
      return images.add(
        Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers })),
        MANIFEST,
      );
    },
    index(manifests) {
      return images.add(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests })), INDEX);
    },
    layer: (files, packing = 'tar+gzip') =>
      images.add(packLayer(tarOf(files), packing), `application/vnd.oci.image.layer.v1.${packing}`),
    writeLayout(dir, manifests) {
      mkdirSync(join(dir, 'blobs/sha256'), { recursive: true });
      writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
      writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
      for (const [digest, bytes] of blobs) writeFileSync(join(dir, 'blobs/sha256', digest.slice(7)), bytes);
    },
  };
  return images;
}

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Digest by `NAME:TAG`. */
  readonly tags: Map<string, string>;
  /** `METHOD PATH` with ` (token)` behind what came with one. */
  readonly requests: string[];
  /** Responses some requests in its own way; return false for the usual response. */
  intercept: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
}

const TOKEN = 'anonymous-token';

/** A registry on loopback that gives everybody a token first, as ghcr.io and quay.io do. */
export async function serveRegistry({ blobs }: ImageFiles): Promise<Registry> {
  const requests: string[] = [];
  const tags = new Map<string, string>();
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://x');
    const path = address.pathname;
    const allowed = request.headers.authorization === `Bearer ${TOKEN}`;
    requests.push(`${request.method} ${path}${request.headers.authorization === undefined ? '' : ' (token)'}`);
    if (registry.intercept(request, response, path)) return;
    const send = (status: number, body: Buffer | string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
    };
    if (path === '/token') {
      const scope = address.searchParams.get('scope') ?? '';
      const right = address.searchParams.get('service') === 'lab' && /^repository:[a-z0-9/-]+:pull$/.test(scope);
      return send(right ? 200 : 400, JSON.stringify({ token: TOKEN }));
    }
    if (!allowed) {
      const challenge = `Bearer realm="http://${registry.host}/token",service="lab",scope="repository:x:pull"`;
      return send(401, '{}', { 'www-authenticate': challenge });
    }
    const [, name = '', kind = '', reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const digest = reference.startsWith('sha256:') ? reference : (tags.get(`${name}:${reference}`) ?? '');
    const bytes = blobs.get(digest);
    if (bytes === undefined) return send(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    if (kind === 'manifests' && !/oci\.image\.manifest/.test(request.headers.accept ?? '')) return send(400, '{}');
    return send(200, bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry: Registry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tags,
    requests,
    intercept: () => false,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}
