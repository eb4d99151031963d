import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { CancelledError, HostError, messageOf } from '../model/errors.ts';
import type { Downloaded, DownloadOptions, Host, HostNetwork } from './host.ts';
import { proxyFor } from './proxy.ts';

const MAX_REDIRECTS = 5;
const CONNECT_MS = 20_000;
const STALL_MS = 30_000;

/** Errors of our own file system, which no other mirror mends. */
const LOCAL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** What a server's answer that is no file may hold before it is not worth reading on. */
const DRAIN_BYTES = 64 * 1024;

/** Read when the first download begins: most runs have none. */
const undici = () => import('undici');

/** Connections of one download, through the proxy that the environment names. */
async function connect(
  env: Host['env'],
  url: URL,
  options: DownloadOptions,
  withIdentity: boolean,
): Promise<Dispatcher> {
  const { stallMs = STALL_MS, tls } = options;
  const identity = withIdentity && tls?.cert !== undefined ? { cert: tls.cert, key: tls.key ?? tls.cert } : {};
  const own = { ...identity, ...(tls?.ca === undefined ? {} : { ca: tls.ca }) };
  const patience = { headersTimeout: stallMs, bodyTimeout: stallMs, connectTimeout: CONNECT_MS };
  const uri = proxyFor(env, url);
  const { Agent, ProxyAgent } = await undici();
  if (uri === undefined) return new Agent({ ...patience, connect: { ...own, timeout: CONNECT_MS } });
  return new ProxyAgent({ ...patience, uri, requestTls: own, proxyTunnel: url.protocol === 'https:' });
}

/** Where a redirect leads. @throws HostError when it may not lead there */
function redirected(from: URL, location: string | undefined): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || !/^https?:$/.test(to.protocol)) {
    throw new HostError('mirror_unreachable', `${from.href} redirects to no address; choose another mirror`);
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new HostError(
      'mirror_unreachable',
      `${from.href} redirects to ${to.href}, which is not encrypted; choose another mirror`,
    );
  }
  return to;
}

/** Node's word for what went wrong, without its stack of causes. */
function reasonOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection within ${CONNECT_MS / 1000} s`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'it stalled';
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const words = messageOf(error) || String(code ?? 'unknown error');
  return cause === undefined || cause === error ? words : `${words}: ${reasonOf(cause)}`;
}

function asDownloadError(url: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof HostError || syscall === 'open' || LOCAL.has(code ?? '')) return error;
  return new HostError('mirror_unreachable', `${url}: ${reasonOf(error)}`, { cause: error });
}

function tooLarge(url: string, maxBytes: number): HostError {
  return new HostError('wrong_digest', `${url} has more than the ${maxBytes} bytes that it may have; nothing was used`);
}

/** Writes the body of an answer to a new file while its digest is taken. */
async function receive(
  url: string,
  file: string,
  { body, headers }: Dispatcher.ResponseData,
  options: DownloadOptions,
): Promise<Omit<Downloaded, 'status' | 'url'>> {
  const { maxBytes, algorithm = 'sha256', onBytes } = options;
  const told = Number(headers['content-length'] ?? 0);
  if (told > maxBytes) throw tooLarge(url, maxBytes);
  const hash = createHash(algorithm);
  let bytes = 0;
  await using handle = await open(file, 'wx', 0o600);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(url, maxBytes);
    hash.update(chunk);
    await handle.write(chunk);
    onBytes?.(bytes, told);
  }
  return { bytes, digest: hash.digest('hex') };
}

async function follow(env: Host['env'], first: URL, file: string, options: DownloadOptions): Promise<Downloaded> {
  let url = first;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const dispatcher = await connect(env, url, options, url.origin === first.origin);
    const { request } = await undici();
    try {
      const answer = await request(url, {
        dispatcher,
        signal: options.signal ?? null,
        headers: { 'user-agent': 'bpfcompat', 'accept-encoding': 'identity' },
      });
      const { statusCode: status, headers } = answer;
      if (status === 200) return { status, url: url.href, ...(await receive(url.href, file, answer, options)) };
      await answer.body.dump({ limit: DRAIN_BYTES }).catch(() => {});
      if (![301, 302, 303, 307, 308].includes(status)) return { status, url: url.href, bytes: 0, digest: '' };
      const { location } = headers;
      url = redirected(url, Array.isArray(location) ? location[0] : location);
    } catch (error) {
      if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: error });
      throw asDownloadError(url.href, error);
    } finally {
      await dispatcher.destroy();
    }
  }
  throw new HostError('mirror_unreachable', `${first.href} redirects without end; choose another mirror`);
}

/** The network of this machine. */
export function createNetwork(env: Host['env']): HostNetwork {
  return { download: (url, file, options) => follow(env, new URL(url), file, options) };
}
