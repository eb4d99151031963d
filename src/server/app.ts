import { randomBytes } from 'node:crypto';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limitPerAddress } from './connections.ts';
import { createOriginGuard, setSecurityHeaders } from './guard.ts';
import { addPages } from './pages.ts';
import { ApiError, problemBody, problemOf } from './problem.ts';
import { addRoutes } from './register.ts';
import type { Services } from './services.ts';

const BODY_BYTES = 1024 * 1024;
/** A request may take this long to arrive. */
const REQUEST_MS = 120_000;
const HEADERS_MS = 15_000;
const MAX_CONNECTIONS = 512;
/** Of them for one address, where addresses tell callers apart. */
const OF_ADDRESS = 128;
/** How often connections are looked at that take too long: Node's own half a minute would be added to each limit. */
const LOOK_MS = 5000;

function requestId({ headers }: { readonly headers: FastifyRequest['headers'] }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomBytes(8).toString('hex');
}

/** The plain server with TLS where there is some. */
function newServer({ settings }: Services) {
  const { tls, trustedProxies, loopback, behindProxy } = settings;
  // A certificate is not a must: who has none shows a key. One that is shown is looked at by `authenticate`.
  const https = tls && {
    cert: tls.cert,
    key: tls.key,
    connectionsCheckingInterval: LOOK_MS,
    // The limits below begin with the first byte of a request, two minutes behind that of Node.js.
    handshakeTimeout: HEADERS_MS,
    minVersion: tls.ca ? ('TLSv1.3' as const) : ('TLSv1.2' as const),
    ...(tls.ca && { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
  };
  const app = fastify({
    ...(https ? { https } : { http: { connectionsCheckingInterval: LOOK_MS } }),
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    genReqId: requestId,
    requestIdHeader: false,
    forceCloseConnections: true,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
  });
  app.server.headersTimeout = HEADERS_MS;
  app.server.maxConnections = MAX_CONNECTIONS;
  if (!loopback && !behindProxy) limitPerAddress(app.server, OF_ADDRESS);
  return app;
}

function fail(services: Services, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  if (problem.status >= 500 && !(error instanceof ApiError)) {
    const { stack = String(error) } = (problem.cause ?? error) as Error;
    services.log('error', 'a request failed', { request: request.id, status: problem.status, error: stack });
  }
  if (problem.retryAfter !== undefined) reply.header('retry-after', problem.retryAfter);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(`${JSON.stringify(problemBody(problem, request.id), null, 2)}\n`);
}

function addHooks(app: FastifyInstance, services: Services): void {
  const { settings, metrics, log } = services;
  const guard = createOriginGuard(settings);
  app.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(reply, settings.tls !== undefined);
    reply.header('x-request-id', request.id);
    const trace = request.headers['traceparent'];
    if (typeof trace === 'string' && /^[\da-f-]{1,80}$/.test(trace)) reply.header('traceparent', trace);
    if (request.url.startsWith('/api/') && !request.url.startsWith('/api/v1/')) {
      reply.header('deprecation', '@1767225600');
      reply.header(
        'link',
        `<${request.url.replace(/^\/api\//, '/api/v1/').replace(/[<>\s].*$/, '')}>; rel="successor-version"`,
      );
    }
    guard(request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    log('debug', 'request', { request: request.id, method: request.method, route, status: reply.statusCode });
  });
}

/** The whole server, not listening yet. */
export async function createApp(services: Services): Promise<FastifyInstance> {
  const { settings } = services;
  const app = newServer(services) as unknown as FastifyInstance;
  addHooks(app, services);
  app.setErrorHandler((error, request, reply) => fail(services, error, request, reply));
  if (settings.perMinute > 0) {
    await app.register(rateLimit, {
      max: settings.perMinute,
      timeWindow: 60_000,
      // Who is on this machine is trusted as far, unless all of the world comes through a proxy on it.
      allowList: (request: FastifyRequest) =>
        settings.loopback && !settings.behindProxy && request.ip === request.socket.remoteAddress,
      errorResponseBuilder: (_request: FastifyRequest, { ttl }: { ttl: number }) =>
        new ApiError(429, 'rate_limited', 'too many requests from this address', { retryAfter: Math.ceil(ttl / 1000) }),
    });
  }
  app.setNotFoundHandler(settings.perMinute > 0 ? { preHandler: app.rateLimit() } : {}, () => {
    throw new ApiError(404, 'not_found', 'there is nothing at this address');
  });
  app.addHook('onClose', () => services.lists.close());
  await app.register(multipart);
  addRoutes(app, services);
  addPages(app, services);
  return app;
}
