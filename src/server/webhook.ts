import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import type { FastifyRequest, RequestPayload } from 'fastify';
import { ApiError } from './problem.ts';
import type { BodyOf } from './routes.ts';
import type { Services } from './services.ts';

/** What has come of the body of a request that is not read yet. */
const digests = new WeakMap<FastifyRequest, Hmac>();

/** The body as it comes, while its signature is made. @throws ApiError 503 where there is no secret to make it with */
export function signedBody(
  request: FastifyRequest,
  payload: RequestPayload,
  { settings }: Services,
): NodeJS.ReadableStream {
  const { webhookSecret: secret } = settings.env;
  if (secret === '')
    throw new ApiError(
      503,
      'webhook_not_configured',
      'the server has no secret for events of GitHub Marketplace; set BPFCOMPAT_GITHUB_MARKETPLACE_WEBHOOK_SECRET',
    );
  const digest = createHmac('sha256', secret);
  digests.set(request, digest);
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  payload.on('error', (error) => measured.destroy(error));
  return payload.pipe(measured);
}

function isSigned(request: FastifyRequest): boolean {
  const own = digests.get(request)?.digest();
  const [, hex = ''] = /^sha256=([0-9a-f]{64})$/i.exec(String(request.headers['x-hub-signature-256'])) ?? [];
  return own !== undefined && hex !== '' && timingSafeEqual(own, Buffer.from(hex, 'hex'));
}

/** Takes an event of GitHub Marketplace: it is written to the log, and nothing depends on it. @throws ApiError 401 */
export function marketplaceEvent(request: FastifyRequest, body: BodyOf<'marketplaceWebhook'>, { log }: Services) {
  if (!isSigned(request))
    throw new ApiError(
      401,
      'bad_signature',
      'X-Hub-Signature-256 is not that of the body with the secret of the server',
    );
  const [event = 'unknown'] = /^[a-z_]{1,64}$/.exec(String(request.headers['x-github-event'])) ?? [];
  log('info', 'marketplace event', { request: request.id, event, action: body.action ?? '' });
  return { status: 'ok' };
}
