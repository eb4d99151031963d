import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError, messageOf } from '../model/errors.ts';

// Load checks that callers of an API server want. It writes requests, a local agent takes them and writes responses, and
// each believes the other by who owns the file. A directory, since Node.js cannot see who is at the other end of a socket.

const MAX_REQUEST = 64 * 1024;
const MAX_RESULT = 4 * 1024 * 1024;
const ID = /^exe_[0-9a-f]{32}$/;

const label = z.string().max(256);

/** What the server wants checked. It chooses nothing of how: paths, validator, sudo and policy are the agent's. */
export const QueuedRequest = z.strictObject({
  schema_version: z.literal('runtime_execute_request.v0.1'),
  id: z.string().regex(ID),
  created_at: z.iso.datetime(),
  /** After this nobody waits for it. */
  expires_at: z.iso.datetime(),
  artifact_name: label.min(1),
  version: label,
  target_profile: label,
  /** The object that the server selected; the agent takes no other. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  tenant: label,
  project: label,
  attach_mode: z.enum(['disabled', 'best-effort', 'required']),
  probe_features: z.boolean(),
  /** Who wanted it, as far as the server knows, and who is said to have approved it. */
  subject: label,
  approved_by: label,
});
export type QueuedRequest = z.infer<typeof QueuedRequest>;

const Result = z.object({
  schema_version: z.literal('runtime_execute_response.v0.1'),
  id: z.string().regex(ID),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});
export type QueuedResult = z.infer<typeof Result>;

function requestPath(queue: string, id: string): string {
  return join(queue, `${id}.request.json`);
}

function resultPath(queue: string, id: string): string {
  return join(queue, `${id}.result.json`);
}

/** A file of the queue that this user owns. @throws HostError `queue_owner` for one of somebody else, or a link */
async function ownedBy(host: Host, path: string, uid: number | undefined, maxBytes: number): Promise<string> {
  await host.files.rejectLink(path);
  const stat = await host.files.stat(path);
  if (stat === undefined || !stat.isFile || (uid !== undefined && stat.uid !== uid))
    throw new HostError('queue_owner', `${path} belongs to user ${stat?.uid ?? '?'}, not to user ${uid ?? '?'}`);
  return (await host.files.read(path, maxBytes)).toString('utf8');
}

/** A result that nobody came for in this time is one whose request got 202, or was carried out after its server had ended. */
const LEFT_MS = 60 * 60_000;

async function removeLeft(host: Host, queue: string): Promise<void> {
  for (const name of await host.files.list(queue)) {
    const file = join(queue, name);
    const age = host.now().getTime() - ((await host.files.stat(file))?.mtimeMs ?? 0);
    if (name.endsWith('.result.json') && age > LEFT_MS) await host.files.removeFile(file).catch(() => {});
  }
}

/** Leaves a request for the agent. */
export async function putRequest(host: Host, queue: string, request: QueuedRequest): Promise<void> {
  await host.files.rejectLink(queue);
  await host.files.makeDir(queue, 0o770);
  await removeLeft(host, queue);
  await host.files.writeAtomic(requestPath(queue, request.id), JSON.stringify(request));
}

/** How long a response is waited for. */
export interface QueueTimes {
  /** Until an agent has taken the request. */
  readonly takenMs: number;
  /** Until it is done, from the beginning. */
  readonly doneMs: number;
  /** Between two looks. */
  readonly pause: () => Promise<unknown>;
}

/**
 * The response of the agent to a request; `pending` where it was taken and is not done yet, `no_agent` where nobody took it:
 * it is withdrawn then.
 * @param uid of the agent; undefined: any
 * @throws HostError `queue_owner` for a response of somebody else
 */
export async function awaitResult(
  host: Host,
  queue: string,
  { id, uid, times }: { readonly id: string; readonly uid: number | undefined; readonly times: QueueTimes },
): Promise<QueuedResult | 'pending' | 'no_agent'> {
  const began = host.monotonicMs();
  const file = resultPath(queue, id);
  for (;;) {
    if ((await host.files.stat(file)) !== undefined) {
      const text = await ownedBy(host, file, uid, MAX_RESULT);
      await host.files.removeFile(file);
      return Result.parse(JSON.parse(text));
    }
    const waited = host.monotonicMs() - began;
    if (waited >= times.doneMs) return 'pending';
    if (waited >= times.takenMs && (await withdraw(host, queue, id))) return 'no_agent';
    await times.pause();
  }
}

/** Whether nobody had taken it: who renames it first has it. */
async function withdraw(host: Host, queue: string, id: string): Promise<boolean> {
  const gone = join(queue, `${id}.withdrawn`);
  try {
    await host.files.rename(requestPath(queue, id), gone);
  } catch {
    return false;
  }
  await host.files.removeFile(gone);
  return true;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The queue, if it is there. Whoever owns it may put a link or other files there at any time: an agent may be root.
 * @throws HostError `queue_unusable`; UsageError for a link
 */
async function requestsIn(host: Host, queue: string, uid: number | undefined): Promise<string[]> {
  await host.files.rejectLink(queue);
  const stat = await host.files.stat(queue);
  if (stat === undefined) return [];
  if (uid !== undefined && ![0, uid, process.getuid?.()].includes(stat.uid))
    throw unusable(queue, new Error(`it belongs to user ${stat.uid}, not to user ${uid}`));
  const names = await host.files.list(queue).catch((error: unknown) => Promise.reject(unusable(queue, error)));
  return names.filter((name) => name.endsWith('.request.json')).sort();
}

function unusable(queue: string, cause: unknown): HostError {
  const why = messageOf(cause);
  return new HostError(
    'queue_unusable',
    `${queue}: ${why}; name the queue of the server, and let the user of the agent read and write there`,
    { cause },
  );
}

/** Renames a request, so that no other agent gets it. @returns false: another one was faster, or it was withdrawn */
async function claim(host: Host, queue: string, name: string, taken: string): Promise<boolean> {
  try {
    await host.files.rename(join(queue, name), taken);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw unusable(queue, error);
  }
}

/**
 * Takes the next request that waits, if there is one: no other agent gets it.
 * @param uid of the server; undefined: any
 * @throws HostError `queue_request` for what is none, `queue_owner` for one of somebody else: it is gone then. `queue_unusable`,
 *   and UsageError for a link, where nothing can be taken at all
 */
export async function takeRequest(
  host: Host,
  queue: string,
  uid: number | undefined,
): Promise<QueuedRequest | undefined> {
  for (const name of await requestsIn(host, queue, uid)) {
    const taken = join(queue, name.replace(/\.request\.json$/, '.taken'));
    if (!(await claim(host, queue, name, taken))) continue;
    try {
      const read = QueuedRequest.safeParse(jsonOf(await ownedBy(host, taken, uid, MAX_REQUEST)));
      if (read.success && name === `${read.data.id}.request.json`) return read.data;
      throw new HostError('queue_request', `${name} is no request`);
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw new HostError('queue_request', `${name} is no request: ${messageOf(error)}`, { cause: error });
    } finally {
      // A directory stays: who owns the queue could change what lies in it while it is removed.
      await host.files.removeFile(taken).catch(() => {});
    }
  }
  return undefined;
}

/** Leaves a response for the server. */
export async function putResult(
  host: Host,
  queue: string,
  response: Omit<QueuedResult, 'schema_version'>,
): Promise<void> {
  const document = { schema_version: 'runtime_execute_response.v0.1', ...response };
  await host.files.writeAtomic(resultPath(queue, response.id), JSON.stringify(document));
}
