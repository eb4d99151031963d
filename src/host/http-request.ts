import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import { HostError } from '../model/errors.ts';
import type { TlsIdentity } from './host.ts';

export interface GetOptions {
  readonly proxy: string | undefined;
  readonly tls: TlsIdentity | undefined;
  /** The other side may be silent for this long, at any time until the body is read. */
  readonly stallMs: number;
  readonly signal: AbortSignal | undefined;
  /** Besides those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS = { 'user-agent': 'bpfcompat', 'accept-encoding': 'identity' };

/** Why a request was ended by us. */
export class StalledError extends Error {}

/** Ends a request that is silent for too long, also while its response is read. */
function watch(request: ClientRequest, stallMs: number): void {
  request.setTimeout(stallMs, () => request.destroy(new StalledError()));
}

function responseOf(request: ClientRequest, stallMs: number): Promise<IncomingMessage> {
  watch(request, stallMs);
  return new Promise((resolve, reject) => {
    // What happens later comes out of the response.
    request.on('error', reject);
    request.on('response', (response) => {
      // A silence ends the request, and the response only hears that it was aborted.
      request.on('error', (error) => response.destroy(error));
      resolve(response);
    });
    request.end();
  });
}

function proxyOptions(proxy: URL): RequestOptions {
  const { username, password } = proxy;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  return { ...urlToHttpOptions(proxy), auth: null, headers: username === '' ? {} : authorization };
}

function requestOf(url: URL): typeof plainRequest {
  return url.protocol === 'https:' ? secureRequest : plainRequest;
}

/** A line through a proxy to the host of `url`. */
function tunnel(url: URL, proxy: URL, { stallMs, signal }: GetOptions): Promise<Socket> {
  const { headers, ...place } = proxyOptions(proxy);
  const target = `${url.hostname}:${url.port || 443}`;
  const options = { ...place, method: 'CONNECT', path: target, headers: { ...headers, host: target }, agent: false };
  const request = requestOf(proxy)({ ...options, ...(signal && { signal }) });
  watch(request, stallMs);
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new HostError('mirror_unreachable', `the proxy ${proxy.host} returned status ${statusCode}`));
    });
    request.end();
  });
}

/** Requests what lies at an address, over a connection of its own. The body is still to be read. */
export async function httpGet(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const { tls, stallMs, signal } = options;
  const identity = {
    ...(tls?.cert !== undefined && { cert: tls.cert, key: tls.key ?? tls.cert }),
    ...(tls?.ca !== undefined && { ca: tls.ca }),
  };
  const own = { ...HEADERS, ...options.headers };
  const common = { headers: own, agent: false, ...(signal && { signal }) } as const;
  if (options.proxy === undefined) return responseOf(requestOf(url)(url, { ...common, ...identity }), stallMs);
  const proxy = new URL(options.proxy);
  if (url.protocol === 'http:') {
    const { headers, ...place } = proxyOptions(proxy);
    const all = { ...headers, ...own, host: url.host };
    return responseOf(requestOf(proxy)({ ...common, ...place, path: url.href, headers: all }), stallMs);
  }
  const socket = await tunnel(url, proxy, options);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secured = () => connectTls({ socket, host, ...(isIP(host) === 0 && { servername: host }), ...identity });
  return responseOf(secureRequest(url, { ...common, agent: undefined, createConnection: secured }), stallMs);
}
