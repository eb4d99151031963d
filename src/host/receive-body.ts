import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { HostError } from '../model/errors.ts';
import type { Downloaded, DownloadOptions } from './host.ts';

/** Errors of our own file system, which no other mirror fixes. */
const LOCAL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);
/** Lines that break so often are given up. */
const MAX_RESUMES = 5;

/** Whether an error is of our own file system, and none of the line. */
export function isLocal(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === 'open' || LOCAL.has(code ?? '');
}

/** A response with status 200, and how to request what lies at its address once more. */
interface Body {
  readonly url: string;
  readonly file: string;
  readonly response: IncomingMessage;
  readonly options: DownloadOptions;
  readonly signal: AbortSignal;
  /** @param headers besides those of every request */
  readonly request: (headers: Readonly<Record<string, string>>) => Promise<IncomingMessage>;
}

/** What has arrived of a file. */
interface Arrived {
  bytes: number;
  readonly hash: Hash;
  /** Bytes of the whole; 0 until the server says it. */
  total: number;
  /** What distinguishes this file from a later one of the same address; undefined where the server has nothing of that kind. */
  readonly validator: string | undefined;
}

/** A strong entity tag, else a date: only these may stand in `If-Range`. */
function validatorOf({ headers: { etag, 'last-modified': date } }: IncomingMessage): string | undefined {
  return etag?.startsWith('"') ? etag : date;
}

function tooLarge(url: string, maxBytes: number): HostError {
  return new HostError('wrong_digest', `${url} has more than the ${maxBytes} bytes that it may have; nothing was used`);
}

function begin(
  url: string,
  response: IncomingMessage,
  { maxBytes, headOnly, algorithm = 'sha256' }: DownloadOptions,
): Arrived {
  const total = Number(response.headers['content-length'] ?? 0);
  if (total > maxBytes && !headOnly) throw tooLarge(url, maxBytes);
  return { bytes: 0, hash: createHash(algorithm), total, validator: validatorOf(response) };
}

async function append(
  { url, options: { maxBytes, headOnly = false, onBytes } }: Body,
  response: IncomingMessage,
  handle: FileHandle,
  arrived: Arrived,
): Promise<void> {
  for await (const all of response as AsyncIterable<Buffer>) {
    const room = maxBytes - arrived.bytes;
    if (all.length > room && !headOnly) throw tooLarge(url, maxBytes);
    const chunk = all.subarray(0, room);
    await handle.write(chunk, 0, chunk.length, arrived.bytes);
    arrived.hash.update(chunk);
    arrived.bytes += chunk.length;
    onBytes?.(arrived.bytes, arrived.total);
    if (headOnly && arrived.bytes === maxBytes) return;
  }
  // A server may send less than the rest, and end that as it should.
  if (arrived.total > 0 && arrived.bytes !== arrived.total)
    throw new Error(`it broke off after ${arrived.bytes} of ${arrived.total} bytes`);
}

/**
 * Whether a response goes on where what arrived ends, in the same file. One that does not say how large that is can be cut
 * and no one would see it.
 * @returns bytes of the whole; undefined where it does not
 */
function wholeOf({ statusCode, headers }: IncomingMessage, { bytes, total }: Arrived): number | undefined {
  const [, from, said] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (statusCode !== 206 || Number(from) !== bytes) return undefined;
  const whole = said === '*' ? total : Number(said);
  return whole > 0 && (total === 0 || whole === total) ? whole : undefined;
}

/** Requests what is missing; undefined where the server has no response that can be used. */
async function requestRest({ request }: Body, { bytes, validator }: Arrived): Promise<IncomingMessage | undefined> {
  if (validator === undefined || bytes === 0) return undefined;
  return request({ range: `bytes=${bytes}-`, 'if-range': validator }).catch(() => undefined);
}

/**
 * Writes the body of a response to a new file while its digest is taken. Where the line breaks, only what is missing is
 * requested, as long as the server says that the file is still the same; a file that changed is taken from its beginning.
 * @throws HostError `wrong_digest` for too much; whatever broke the line
 */
export async function receiveBody(body: Body): Promise<Pick<Downloaded, 'bytes' | 'digest'>> {
  const { url, file, options, signal } = body;
  let response = body.response;
  let arrived = begin(url, response, options);
  await using handle = await open(file, 'wx', 0o600);
  try {
    for (let resumes = 0; ; resumes++) {
      const before = arrived.bytes;
      try {
        await append(body, response, handle, arrived);
        return { bytes: arrived.bytes, digest: arrived.hash.digest('hex') };
      } catch (error) {
        const final = signal.aborted || error instanceof HostError || isLocal(error) || resumes === MAX_RESUMES;
        if (final || arrived.bytes === before) throw error;
        const rest = await requestRest(body, arrived);
        if (rest === undefined) throw error;
        response.destroy();
        response = rest;
        const whole = wholeOf(rest, arrived);
        if (whole !== undefined) {
          arrived.total = whole;
          continue;
        }
        if (rest.statusCode !== 200) throw error;
        await handle.truncate(0);
        arrived = begin(url, rest, options);
      }
    }
  } finally {
    response.destroy();
  }
}
