import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { flag } from '../model/wording.ts';
import { ApiError } from './problem.ts';
import type { ServerSettings } from './settings.ts';

/** What browsers may do with our pages: nothing but our own files, and nothing is sent anywhere else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** Headers of every response. */
export function setSecurityHeaders(reply: FastifyReply, secure: boolean): void {
  reply.headers({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  });
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();
const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0;

/** Names that the server is called by. */
function names({ loopback, host, hostNames }: Pick<ServerSettings, 'loopback' | 'host' | 'hostNames'>): Set<string> {
  const bound = host.includes(':') ? `[${host}]` : host;
  const local = loopback ? ['127.0.0.1', 'localhost', '[::1]'] : [];
  return new Set([...local, bound, ...hostNames].map((name) => name.toLowerCase()));
}

/**
 * Keeps pages of other sites away: a name that leads to this machine (DNS rebinding) and forms that send to it.
 * @throws ApiError 403
 */
export function createOriginGuard(
  settings: Pick<ServerSettings, 'loopback' | 'host' | 'hostNames'>,
): (request: FastifyRequest) => void {
  const known = names(settings);
  // A page of another site reaches this server by a name alone, never by an address: who types one means it.
  const anyAddress = !settings.loopback && settings.hostNames.length === 0;
  return ({ headers, method }) => {
    const host = headers.host ?? '';
    const name = nameOf(host);
    if (!known.has(name) && !(anyAddress && isAddress(name)))
      throw new ApiError(
        403,
        'host_not_allowed',
        `the server is not called by this name; its operator can add names when it is started (serve ${flag('host-name')})`,
      );
    if (method === 'GET' || method === 'HEAD') return;
    const { origin, 'sec-fetch-site': site } = headers;
    // A form of our own says null, since no page says where it comes from; the browser says whose it is.
    const isOwn = origin === 'null' && site === 'same-origin';
    const isOther = typeof origin === 'string' && !isOwn && (!URL.canParse(origin) || new URL(origin).host !== host);
    const isCross = typeof site === 'string' && site !== 'same-origin' && site !== 'none';
    if (isOther || isCross)
      throw new ApiError(403, 'origin_not_allowed', 'pages of other sites may not send anything here');
  };
}
