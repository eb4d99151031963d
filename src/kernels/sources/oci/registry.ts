import { join } from 'node:path';
import type { Downloaded, DownloadOptions, Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { ImageName } from '../../../model/oci-source.ts';
import { basicOf, mayKnow, type RegistryAccount, registryPlace } from './accounts.ts';
import { type Descriptor, DOCUMENT_KINDS } from './manifest.ts';
import { bearer, isLoopback, tokenOf } from './tokens.ts';

/** Where the documents and the layers of an image come from: a registry, or a layout on this machine. */
export interface ImageStore {
  /** @param reference a digest, or what the place calls an image @param maxBytes default 4 MiB */
  document(reference: string, maxBytes?: number): Promise<{ readonly bytes: Buffer; readonly digest: string }>;
  /** A verified layer, as a file. */
  layer(layer: Descriptor, onBytes: (bytes: number) => void): Promise<string>;
}

/** A registry, which may know what refers to an image. */
export interface RegistryStore extends ImageStore {
  /** The list of what refers to a digest; undefined where the registry has no API for it. */
  referrers(digest: string): Promise<Buffer | undefined>;
  /** Undefined where there is none. */
  documentIfThere(reference: string): Promise<Buffer | undefined>;
}

const MAX_DOCUMENT = 4 * 1024 * 1024;
const MAX_TOKEN = 1024 * 1024;
const ATTEMPTS = 2;
/** How a registry is used. */
export interface RegistryAccess {
  readonly signal: AbortSignal | undefined;
  /** What to do where it wants an account; follows "save it as a layout (...) and". */
  readonly remedy: string;
  /** Of one registry: no other gets it, whatever that one responds. */
  readonly account?: RegistryAccount | undefined;
}

function failure(status: number, url: string, image: string, remedyOfLayout: string): HostError {
  if (status === 401 || status === 403) {
    return new HostError(
      'mirror_unreachable',
      `${url} returned status ${status}: ${image} cannot be pulled without an account; save it as a layout (skopeo copy docker://... oci:DIR) and ${remedyOfLayout}`,
    );
  }
  if (status === 404) {
    return new HostError(
      'package_not_found',
      `${url} returned status 404: there is no ${image}; correct its name or tag`,
    );
  }
  const remedy =
    status === 429 ? 'there were too many requests, try again later' : 'try again later, or name another registry';
  return new HostError('mirror_unreachable', `${url} returned status ${status}; ${remedy}`);
}

/**
 * A registry as anybody may use it (distribution API v2, anonymous token), or the one that there is a token for.
 * @param dir private, there
 */
export function openRegistry(host: Host, name: ImageName, dir: string, access: RegistryAccess): RegistryStore {
  return new Registry(host, name, dir, access);
}

class Registry implements RegistryStore {
  readonly #host: Host;
  readonly #name: ImageName;
  readonly #dir: string;
  readonly #access: RegistryAccess;
  readonly #registry: string;
  readonly #repository: string;
  readonly #base: string;
  #authorization: string | undefined;
  #nth = 0;

  constructor(host: Host, name: ImageName, dir: string, access: RegistryAccess) {
    this.#host = host;
    this.#name = name;
    this.#dir = dir;
    this.#access = access;
    ({ host: this.#registry, repository: this.#repository } = registryPlace(name));
    // As everywhere: a registry of this very machine may do without encryption.
    this.#base = `${isLoopback(this.#registry) ? 'http' : 'https'}://${this.#registry}/v2/${this.#repository}`;
  }

  async document(expected: string, maxBytes = MAX_DOCUMENT) {
    const file = join(this.#dir, `document-${this.#nth++}`);
    const url = `${this.#base}/manifests/${expected}`;
    // The registry's own word about the digest is optional, and worth nothing.
    const { digest: hex } = await this.#get(url, file, { maxBytes, accept: DOCUMENT_KINDS });
    const digest = `sha256:${hex}`;
    if (expected.startsWith('sha256:') && expected !== digest) {
      throw new HostError(
        'wrong_digest',
        `${url} returned a document of another digest (${digest}); nothing was used, choose another registry`,
      );
    }
    return { bytes: await this.#host.files.read(file, MAX_DOCUMENT), digest };
  }

  async referrers(digest: string): Promise<Buffer | undefined> {
    return this.#list(`${this.#base}/referrers/${digest}`);
  }

  async documentIfThere(reference: string): Promise<Buffer | undefined> {
    return this.#list(`${this.#base}/manifests/${reference}`);
  }

  async #list(url: string): Promise<Buffer | undefined> {
    const file = join(this.#dir, `document-${this.#nth++}`);
    try {
      await this.#get(url, file, { maxBytes: MAX_DOCUMENT, accept: DOCUMENT_KINDS });
    } catch (error) {
      if (error instanceof HostError && error.code === 'package_not_found') return undefined;
      throw error;
    }
    return this.#host.files.read(file, MAX_DOCUMENT);
  }

  async layer({ digest, size }: Descriptor, onBytes: (bytes: number) => void): Promise<string> {
    const file = join(this.#dir, `layer-${this.#nth++}`);
    const url = `${this.#base}/blobs/${digest}`;
    const { digest: hex, bytes } = await this.#get(url, file, { maxBytes: size, onBytes });
    if (`sha256:${hex}` === digest && bytes === size) return file;
    throw new HostError(
      'wrong_digest',
      `${url} is not the layer that the image names; nothing was used, choose another registry`,
    );
  }

  async #get(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
    let response = await this.#download(url, file, { ...options, authorization: this.#authorization });
    if (response.status === 401 && this.#authorization === undefined && response.challenge !== undefined) {
      this.#authorization = await this.#tokenFor(response.challenge);
      if (this.#authorization !== undefined)
        response = await this.#download(url, file, { ...options, authorization: this.#authorization });
    }
    if (response.status === 200) return response;
    const { host, repository, reference } = this.#name;
    const separator = reference.startsWith('sha256:') ? '@' : ':';
    throw failure(response.status, url, `${host}/${repository}${separator}${reference}`, this.#access.remedy);
  }

  async #download(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#host.files.remove(file);
        return await this.#host.network.download(url, file, { ...options, signal: this.#access.signal });
      } catch (error) {
        // A line that breaks is worth a second try; a server that rejects it is not.
        if (attempt >= ATTEMPTS || !(error instanceof HostError) || error.code !== 'mirror_unreachable') throw error;
      }
    }
  }

  async #tokenFor(challenge: string): Promise<string | undefined> {
    const { account } = this.#access;
    const basic = basicOf(account, this.#name);
    if (/^basic /i.test(challenge)) return basic;
    const { realm, service } = bearer(challenge) ?? {};
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !(this.#base.startsWith('http:') && isLoopback(url.host))) {
      throw new HostError(
        'mirror_unreachable',
        `${this.#name.host} wants a token from ${realm}, which is not encrypted; no request was sent there, name another registry`,
      );
    }
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${this.#repository}:pull`);
    const file = join(this.#dir, `token-${this.#nth++}`);
    const response = await this.#download(url.href, file, {
      maxBytes: MAX_TOKEN,
      authorization: mayKnow(url, this.#registry, account) ? basic : undefined,
    });
    if (response.status !== 200) return undefined;
    const text = (await this.#host.files.read(file, MAX_TOKEN)).toString('utf8');
    await this.#host.files.remove(file);
    return tokenOf(text);
  }
}
