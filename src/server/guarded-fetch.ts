import { type LookupAddress, lookup as lookUp } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Gets a small document from an address of the public Internet. @throws Error for anything else, and for what is no 200 */
export type GuardedFetch = (url: URL, timeoutMs: number) => Promise<Response>;

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** A set of keys is small. */
const MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 5;
/** Looks public and is the platform of a cloud. */
const PLATFORM = '168.63.129.16';

/** Whether an address is one of the public Internet. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && parsed.toString() !== PLATFORM;
}

const systemResolve: Resolve = (host) =>
  new Promise((done, fail) => lookUp(host, { all: true }, (error, all) => (error ? fail(error) : done(all))));

class Blocked extends Error {
  constructor(host: string) {
    super(`${host} is not on the public Internet`);
  }
}

/** Resolves a name once: every address it has must be allowed, and the connection goes to these and no others. */
function guardedLookup(resolve: Resolve, allowed: (address: string) => boolean): LookupFunction {
  return (host, { all }, callback) => {
    resolve(host).then(
      (found) => {
        const [first] = found;
        if (first === undefined || !found.every(({ address }) => allowed(address))) callback(new Blocked(host), '');
        else if (all) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error as NodeJS.ErrnoException, ''),
    );
  };
}

interface Bounds {
  readonly lookup: LookupFunction;
  readonly allowed: (address: string) => boolean;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

function send(url: URL, { lookup, allowed, ca, signal }: Bounds): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((done, fail) => {
    // An address that stands in the URL is never looked up.
    if (isIP(host) !== 0 && !allowed(host)) return fail(new Blocked(host));
    const request = url.protocol === 'https:' ? secureRequest : plainRequest;
    const outgoing = request(url, {
      lookup,
      signal,
      agent: false,
      ...(ca !== undefined && { ca }),
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    });
    outgoing.on('socket', (socket) => {
      // What is connected to in the end counts.
      socket.on('connect', () => allowed(socket.remoteAddress ?? '') || outgoing.destroy(new Blocked(host)));
    });
    outgoing.on('error', fail);
    outgoing.on('response', done);
    outgoing.end();
  });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * @param internal internal hosts and plain http are allowed, for tests
 * @param around `resolve` stands in for DNS, `ca` (PEM) for the certificate authorities of this machine; `maxBytes` narrows
 * the size of a document
 */
export function createGuardedFetch(
  internal: boolean,
  {
    resolve = systemResolve,
    ca,
    maxBytes = MAX_BYTES,
  }: { readonly resolve?: Resolve; readonly ca?: string; readonly maxBytes?: number } = {},
): GuardedFetch {
  const allowed = (address: string): boolean => internal || isPublic(address);
  const lookup = guardedLookup(resolve, allowed);
  const check = (url: URL): void => {
    const secure = url.protocol === 'https:' || (internal && url.protocol === 'http:');
    if (!secure || url.username !== '' || url.password !== '') throw new Error(`${url.origin} is not an https address`);
    if (!internal && url.port !== '') throw new Error(`${url.origin}: only the usual port is allowed`);
  };
  return async (first, timeoutMs) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let url = first;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      check(url);
      const response = await send(url, { lookup, allowed, ca, signal });
      const { statusCode: status = 0, headers } = response;
      if (status === 200)
        return new Response(new Uint8Array(await bodyOf(response, Math.min(maxBytes, MAX_BYTES))), { status });
      response.destroy();
      if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
        throw new Error(`${url.origin} returned status ${status}`);
      const next = new URL(headers.location, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new Error(`${url.origin} redirects to plain http`);
      url = next;
    }
    throw new Error(`${first.origin} redirects without end`);
  };
}
