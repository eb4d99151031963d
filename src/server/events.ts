import type { FastifyReply, FastifyRequest } from 'fastify';
import { isEnded, type JobRecord, statusOf } from './job.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';

const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 64;
const MAX_STREAMS_OF_ONE = 4;
/** A reader that is further behind is let go; it comes back and gets the newest state. */
const MAX_BEHIND_BYTES = 256 * 1024;

/** Addresses of readers, one entry per stream. */
const readers: string[] = [];

function hold(address: string): () => void {
  const own = readers.filter((one) => one === address).length;
  if (readers.length >= MAX_STREAMS || own >= MAX_STREAMS_OF_ONE)
    throw new ApiError(429, 'too_many_streams', 'too many streams are open; poll validate/status instead', {
      retryAfter: 5,
    });
  readers.push(address);
  return () => void readers.splice(readers.indexOf(address), 1);
}

/** One event: the whole state, on one line, so that a reader may come late and miss nothing. */
function eventOf(job: JobRecord): string {
  return `id: ${job.sequence}\nevent: ${isEnded(job) ? 'end' : 'status'}\ndata: ${JSON.stringify(statusOf(job))}\n\n`;
}

/**
 * Sends the states of a job until it has ended: at once the present one, unless the reader says in `Last-Event-ID` that
 * it has it.
 * @throws ApiError 429
 */
export function sendEvents(job: JobRecord, request: FastifyRequest, reply: FastifyReply, { jobs }: Services): void {
  const { socket } = request.raw;
  // The reader has gone, and nothing would say so again.
  if (socket.destroyed) return void reply.hijack();
  const release = hold(request.ip);
  const { raw } = reply;
  // Headers that hooks have set go out with the first write.
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value as string);
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
  raw.setHeader('x-accel-buffering', 'no');
  reply.hijack();
  raw.flushHeaders();
  const send = (now: JobRecord): void => {
    if (raw.writableLength > MAX_BEHIND_BYTES) raw.destroy();
    else raw.write(eventOf(now));
    if (isEnded(now)) raw.end();
  };
  const stop = jobs.watch(job.job_id, send);
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
  const end = (): void => {
    raw.off('close', end);
    socket.off('close', end);
    stop();
    clearInterval(heartbeat);
    release();
  };
  raw.once('close', end);
  // A response that waits for another one on its connection (pipelining) does not hear of its end.
  socket.once('close', end);
  const seen = Number(request.headers['last-event-id']);
  if (isEnded(job) || seen !== job.sequence) send(job);
}
