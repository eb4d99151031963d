import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { sanitizeText } from '../../model/sanitize.ts';
import type { ApiRequest } from './requests.ts';

/** Until the socket is there: a process that starts, and a jailer before it. */
const START_MS = 10_000;
const POLL_MS = 5;
/** A snapshot writes all memory of the guest. */
const REQUEST_MS = 60_000;
const MAX_WORDS = 300;

/** A request that Firecracker rejects, in its words. */
export class ApiError extends Error {}

/**
 * Sends requests one by one to the socket of a Firecracker that was just started.
 * @param alive false: it ended, and no socket will come
 * @throws ApiError for one that is rejected, Error where none responds
 */
export async function sendAll(
  host: Host,
  socket: string,
  requests: readonly ApiRequest[],
  alive: () => boolean,
): Promise<void> {
  await listening(host, socket, alive);
  for (const { method, target, body } of requests) {
    const response = await host.sockets.request(socket, { method, target, body, timeoutMs: REQUEST_MS });
    if (response.status >= 200 && response.status < 300) continue;
    throw new ApiError(
      `Firecracker rejects ${method} ${target}: ${faultIn(response.body) || `HTTP ${response.status}`}`,
    );
  }
}

async function listening(host: Host, socket: string, alive: () => boolean): Promise<void> {
  const started = host.monotonicMs();
  for (;;) {
    const failure = await host.sockets.request(socket, { method: 'GET', target: '/', timeoutMs: START_MS }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    if (failure === undefined) return;
    const early = failure.code === 'ENOENT' || failure.code === 'ECONNREFUSED';
    if (!early || !alive() || host.monotonicMs() - started > START_MS)
      throw new Error(`Firecracker does not respond: ${failure.message}`, { cause: failure });
    await sleep(POLL_MS);
  }
}

function faultIn(body: Buffer): string {
  try {
    const { fault_message: words } = JSON.parse(body.toString()) as Record<string, unknown>;
    return typeof words === 'string' ? sanitizeText(words).replace(/\s+/g, ' ').trim().slice(0, MAX_WORDS) : '';
  } catch {
    return '';
  }
}
