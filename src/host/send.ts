import { HostError, messageOf } from '../model/errors.ts';
import type { SendOptions, Sent } from './host.ts';

const LIMIT_MS = 60_000;
const MAX_ANSWER = 4 * 1024 * 1024;

/** Sends a request and reads its response. Redirects are responses: what was sent is for this host alone. */
export async function send(url: string, { method, headers = {}, body }: SendOptions): Promise<Sent> {
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const init = { method, headers: { 'user-agent': 'bpfcompat', ...headers }, redirect: 'manual' as const, signal };
    const response = await fetch(url, { ...init, ...(body && { body: new Uint8Array(body) }) });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER) throw new HostError('mirror_unreachable', `${url} sent more than ${MAX_ANSWER} bytes`);
      chunks.push(chunk);
    }
    return {
      status: response.status,
      location: response.headers.get('location') ?? undefined,
      challenge: response.headers.get('www-authenticate') ?? undefined,
      body: Buffer.concat(chunks),
    };
  } catch (cause) {
    if (cause instanceof HostError) throw cause;
    const { cause: why } = cause as { cause?: unknown };
    throw new HostError('mirror_unreachable', `${url}: ${messageOf(why ?? cause)}`, { cause });
  }
}
