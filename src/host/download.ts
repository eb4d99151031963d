import type { IncomingMessage } from 'node:http';
import { CancelledError, HostError, messageOf } from '../model/errors.ts';
import type { Downloaded, DownloadOptions, Host, HostNetwork } from './host.ts';
import { httpGet, StalledError } from './http-request.ts';
import { watchPace } from './pace.ts';
import { proxyFor } from './proxy.ts';
import { isLocal, receiveBody } from './receive-body.ts';
import { send } from './send.ts';

const MAX_REDIRECTS = 5;
const STALL_MS = 30_000;

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
  if (error instanceof StalledError) return 'it stalled';
  if (code === 'ECONNRESET') return 'the connection broke off';
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const words = messageOf(error) || String(code ?? 'unknown error');
  return cause === undefined || cause === error ? words : `${words}: ${reasonOf(cause)}`;
}

/** @param what the address, and what led to it where nobody has named it */
function asDownloadError(what: string, error: unknown): unknown {
  if (error instanceof HostError || isLocal(error)) return error;
  return new HostError('mirror_unreachable', `${what}: ${reasonOf(error)}`, { cause: error });
}

async function follow(env: Host['env'], first: URL, file: string, options: DownloadOptions): Promise<Downloaded> {
  const { stallMs = STALL_MS, tls, accept, authorization } = options;
  using pace = watchPace(options);
  const late = pace.signal;
  const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
  const onBytes = (bytes: number, total: number): void => {
    pace.onBytes(bytes, total);
    options.onBytes?.(bytes, total);
  };
  let next = first;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const url = next;
    let response: IncomingMessage | undefined;
    try {
      // Who we are is for the first host alone.
      const shown = url.origin === first.origin ? tls : tls && { ca: tls.ca };
      const sent = {
        ...(accept !== undefined && { accept }),
        ...(authorization !== undefined && url.origin === first.origin && { authorization }),
      };
      const request = (more: Readonly<Record<string, string>>): Promise<IncomingMessage> =>
        httpGet(url, { proxy: proxyFor(env, url), tls: shown, stallMs, signal, headers: { ...sent, ...more } });
      response = await request({});
      const { statusCode: status = 0, headers } = response;
      if (status === 200) {
        const received = await receiveBody({
          url: url.href,
          file,
          response,
          options: { ...options, onBytes },
          signal,
          request,
        });
        return { status, url: url.href, ...received };
      }
      if (![301, 302, 303, 307, 308].includes(status)) {
        return { status, url: url.href, bytes: 0, digest: '', challenge: headers['www-authenticate'] };
      }
      next = redirected(url, headers.location);
    } catch (error) {
      if (options.signal?.aborted) throw new CancelledError('cancelled', { cause: error });
      if (late.aborted) {
        throw new HostError('mirror_unreachable', `${url.href}: it was not done after ${pace.seconds()} s`, {
          cause: error,
        });
      }
      throw asDownloadError(hop === 0 ? url.href : `${url.href}, to which ${first.href} redirects`, error);
    } finally {
      response?.destroy();
    }
  }
  throw new HostError('mirror_unreachable', `${first.href} redirects without end; choose another mirror`);
}

/** The network of this machine. */
export function createNetwork(env: Host['env']): HostNetwork {
  return { download: (url, file, options) => follow(env, new URL(url), file, options), send };
}
