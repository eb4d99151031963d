import { join } from 'node:path';
import type { Downloaded, DownloadOptions, Host, TlsIdentity } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import type { FetchListener } from '../../unpacked.ts';

/** Downloads of one fetch. */
export interface Web {
  /**
   * Gets a file that has to be there.
   * @throws HostError `mirror_unreachable`, `not_there` when the server says that there is no such file
   */
  get(url: string, file: string, options: Omit<DownloadOptions, 'signal' | 'tls'>): Promise<Downloaded>;
  /** Gets a short text. @throws as `get` */
  text(url: string, maxBytes: number): Promise<string>;
}

const MAX_PEM = 1024 * 1024;
const ATTEMPTS = 2;

/** Responses that mean that a file is not there, rather than that the server has a bad day. */
const GONE = new Set([403, 404, 410]);

async function readPem(host: Host, key: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await host.files.read(path, MAX_PEM)).toString('utf8');
  } catch (cause) {
    throw new HostError(
      'tls_identity',
      `kernel.${key}: ${path} cannot be read; put the PEM file there, readable for you`,
      { cause },
    );
  }
}

async function readIdentity(host: Host, source: RpmKernelSource): Promise<TlsIdentity | undefined> {
  const { sslclientcert, sslclientkey, sslcacert } = source;
  if ((sslclientcert ?? sslclientkey ?? sslcacert) === undefined) return undefined;
  return {
    cert: await readPem(host, 'sslclientcert', sslclientcert),
    key: await readPem(host, 'sslclientkey', sslclientkey),
    ca: await readPem(host, 'sslcacert', sslcacert),
  };
}

/** What a server's word means for whoever names the address. */
function responseError({ status, url }: Downloaded, source: RpmKernelSource): HostError {
  const identity =
    source.sslclientcert === undefined
      ? 'it may want a client certificate: kernel.sslclientcert and kernel.sslclientkey, or kernel.directory with packages that you downloaded'
      : 'the client certificate of the profile may not be entitled to it';
  const remedy =
    status === 401 || status === 403 ? identity : 'check the address in the profile, or choose another mirror';
  const code = GONE.has(status) ? 'not_there' : 'mirror_unreachable';
  return new HostError(code, `${url} returned status ${status}; ${remedy}`);
}

/** @param dir private directory for short texts */
export async function openWeb(
  host: Host,
  source: RpmKernelSource,
  dir: string,
  { signal }: FetchListener,
): Promise<Web> {
  const tls = await readIdentity(host, source);
  let texts = 0;
  const attempt = async (url: string, file: string, options: DownloadOptions): Promise<Downloaded> => {
    await host.files.remove(file);
    const response = await host.network.download(url, file, { ...options, signal, tls });
    if (response.status === 200) return response;
    throw responseError(response, source);
  };
  const get: Web['get'] = async (url, file, options) => {
    for (let nth = 1; ; nth++) {
      try {
        return await attempt(url, file, options);
      } catch (error) {
        // A line that breaks is worth a second try; a server that rejects it is not.
        if (nth >= ATTEMPTS || !(error instanceof HostError) || error.code !== 'mirror_unreachable') throw error;
      }
    }
  };
  return {
    get,
    async text(url, maxBytes) {
      const file = join(dir, `text-${texts++}`);
      await get(url, file, { maxBytes });
      return (await host.files.read(file, maxBytes)).toString('utf8');
    },
  };
}
