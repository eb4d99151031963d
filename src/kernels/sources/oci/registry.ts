import { join } from 'node:path';
import * as z from 'zod';
import type { Downloaded, DownloadOptions, Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { ImageName } from '../../../model/oci-source.ts';
import type { FetchListener } from '../../unpacked.ts';
import { type Descriptor, DOCUMENT_KINDS } from './manifest.ts';

/** Where the documents and the layers of an image come from: a registry, or a layout on this machine. */
export interface ImageStore {
  /** @param reference a digest, or what the place calls an image */
  document(reference: string): Promise<{ readonly bytes: Buffer; readonly digest: string }>;
  /** A verified layer, as a file. */
  layer(layer: Descriptor, onBytes: (bytes: number) => void): Promise<string>;
}

const MAX_DOCUMENT = 4 * 1024 * 1024;
const MAX_TOKEN = 1024 * 1024;
const ATTEMPTS = 2;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Parameters of `Bearer realm="...",service="..."`; undefined for another scheme. */
function bearer(challenge: string): Readonly<Record<string, string>> | undefined {
  if (!/^bearer /i.test(challenge)) return undefined;
  const pairs = [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key.toLowerCase(), value]));
}

function failure(status: number, url: string, image: string): HostError {
  if (status === 401 || status === 403) {
    return new HostError(
      'mirror_unreachable',
      `${url} answers with status ${status}: ${image} cannot be pulled without an account; save it as a layout (skopeo copy docker://... oci:DIR) and name that with kernel.layout`,
    );
  }
  if (status === 404) {
    return new HostError(
      'package_not_found',
      `${url} answers with status 404: there is no ${image}; correct its name or tag`,
    );
  }
  const remedy =
    status === 429 ? 'it was asked too often, try again later' : 'try again later, or name another registry';
  return new HostError('mirror_unreachable', `${url} answers with status ${status}; ${remedy}`);
}

/**
 * A registry as anybody may use it (distribution API v2, anonymous token).
 * @param dir private, there
 */
export function openRegistry(
  host: Host,
  { host: server, repository, reference }: ImageName,
  dir: string,
  { signal }: FetchListener,
): ImageStore {
  // As everywhere: a registry of this very machine may do without encryption.
  const base = `${LOOPBACK.test(server) ? 'http' : 'https'}://${server}/v2/${repository}`;
  const image = `${server}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  let authorization: string | undefined;
  let nth = 0;

  async function download(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
    for (let attempt = 1; ; attempt++) {
      try {
        await host.files.remove(file);
        return await host.network.download(url, file, { ...options, signal });
      } catch (error) {
        // A line that breaks is worth a second try; a server that says no is not.
        if (attempt >= ATTEMPTS || !(error instanceof HostError) || error.code !== 'mirror_unreachable') throw error;
      }
    }
  }

  async function anonymousToken(challenge: string): Promise<string | undefined> {
    const { realm, service } = bearer(challenge) ?? {};
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !(base.startsWith('http:') && LOOPBACK.test(url.host))) {
      throw new HostError(
        'mirror_unreachable',
        `${server} wants a token from ${realm}, which is not encrypted; nothing was asked there, name another registry`,
      );
    }
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${repository}:pull`);
    const file = join(dir, `token-${nth++}`);
    const answer = await download(url.href, file, { maxBytes: MAX_TOKEN });
    if (answer.status !== 200) return undefined;
    const text = (await host.files.read(file, MAX_TOKEN)).toString('utf8');
    await host.files.remove(file);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    const { data } = Token.safeParse(value);
    const token = data?.token ?? data?.access_token;
    // It becomes a header.
    return token !== undefined && /^[\x21-\x7e]{1,16384}$/.test(token) ? `Bearer ${token}` : undefined;
  }

  async function get(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
    let answer = await download(url, file, { ...options, authorization });
    if (answer.status === 401 && authorization === undefined && answer.challenge !== undefined) {
      authorization = await anonymousToken(answer.challenge);
      if (authorization !== undefined) answer = await download(url, file, { ...options, authorization });
    }
    if (answer.status === 200) return answer;
    throw failure(answer.status, url, image);
  }

  return {
    async document(wanted) {
      const file = join(dir, `document-${nth++}`);
      const url = `${base}/manifests/${wanted}`;
      // The registry's own word about the digest is optional, and worth nothing.
      const { digest: hex } = await get(url, file, { maxBytes: MAX_DOCUMENT, accept: DOCUMENT_KINDS });
      const digest = `sha256:${hex}`;
      if (wanted.startsWith('sha256:') && wanted !== digest) {
        throw new HostError(
          'wrong_digest',
          `${url} answers with a document of another digest (${digest}); nothing was used, choose another registry`,
        );
      }
      return { bytes: await host.files.read(file, MAX_DOCUMENT), digest };
    },
    async layer({ digest, size }, onBytes) {
      const file = join(dir, `layer-${nth++}`);
      const url = `${base}/blobs/${digest}`;
      const { digest: hex, bytes } = await get(url, file, { maxBytes: size, onBytes });
      if (`sha256:${hex}` === digest && bytes === size) return file;
      throw new HostError(
        'wrong_digest',
        `${url} is not the layer that the image names; nothing was used, choose another registry`,
      );
    },
  };
}
