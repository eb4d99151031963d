import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Blobs, blobResponse, type Result } from './blobs.ts';

/** One call of the service, as the client sent it. */
interface Call {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a broken service does instead of responding. `drop` closes the connection. */
export type Fault = { readonly status: number; readonly body: unknown } | 'drop';

interface CacheEntry {
  readonly key: string;
  readonly version: string;
  bytes: Buffer;
}

interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  readonly zip: Buffer;
}

/** Stands in for the results service of GitHub: caches, artifacts and blobs, on the wire that the real clients speak. */
export interface ResultsService {
  readonly url: string;
  readonly calls: Call[];
  /** In the order in which they were made. */
  readonly caches: CacheEntry[];
  readonly artifacts: StoredArtifact[];
  /** Comments of the one pull request there is. */
  readonly comments: { readonly id: number; body: string; readonly user: { login: string; type: string } }[];
  /** Consulted for every call and blob (`blob:PUT`); undefined: it works. */
  fault: (call: Call) => Fault | undefined;
  close(): Promise<void>;
}

/** The fault a table has for a method. */
export function faultOf(table: Readonly<Record<string, Fault>>, method: string): Fault | undefined {
  return table[method];
}

const SERVICE = '/twirp/github.actions.results.api.v1.';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function json(status: number, value: unknown): Result {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}

/** Starts a service that forgets everything when it is closed. Loopback only. */
export async function startResultsService(): Promise<ResultsService> {
  const blobs: Blobs = new Map();
  const reserved = new Map<string, { readonly key: string; readonly version: string; readonly blob: string }>();
  const pending = new Map<string, string>();
  let nextId = 1000;
  let url = '';

  const sign = (blob: string): string => `${url}account/container/${blob}?sv=2026&sig=${blob}`;
  const newBlob = (): string => {
    const name = randomUUID();
    blobs.set(name, { blocks: new Map(), bytes: undefined });
    return name;
  };

  const methods: Record<string, (body: Record<string, unknown>) => { status?: number; value: unknown }> = {
    GetCacheEntryDownloadURL({ key, restore_keys: more, version }) {
      const expected = [key, ...((more as string[] | undefined) ?? [])].map(String);
      const same = service.caches.filter((entry) => entry.version === version);
      const exact = same.find((entry) => entry.key === key);
      const newest = expected.map((start) => same.findLast((entry) => entry.key.startsWith(start))).find(Boolean);
      const hit = exact ?? newest;
      if (!hit) return { value: { ok: false } };
      const blob = newBlob();
      blobs.set(blob, { blocks: new Map(), bytes: hit.bytes });
      return { value: { ok: true, signed_download_url: sign(blob), matched_key: hit.key } };
    },
    CreateCacheEntry({ key, version }) {
      const name = `${key}|${version}`;
      const taken = service.caches.some((entry) => entry.key === key && entry.version === version);
      if (taken || reserved.has(name)) return { value: { ok: false, message: 'cache entry already exists' } };
      const blob = newBlob();
      reserved.set(name, { key: String(key), version: String(version), blob });
      return { value: { ok: true, signed_upload_url: sign(blob) } };
    },
    FinalizeCacheEntryUpload({ key, version, size_bytes: size }) {
      const entry = reserved.get(`${key}|${version}`);
      const bytes = entry && blobs.get(entry.blob)?.bytes;
      if (!entry || !bytes || bytes.length !== Number(size))
        return { value: { ok: false, message: 'nothing uploaded' } };
      service.caches.push({ key: entry.key, version: entry.version, bytes });
      return { value: { ok: true, entry_id: String(nextId++) } };
    },
    CreateArtifact({ name, workflow_run_backend_id: run }) {
      const id = `${run}/${name}`;
      if (pending.has(id)) {
        return {
          status: 409,
          value: { code: 'already_exists', msg: 'an artifact with this name already exists on the workflow run' },
        };
      }
      const blob = newBlob();
      pending.set(id, blob);
      return { value: { ok: true, signed_upload_url: sign(blob) } };
    },
    FinalizeArtifact({ name, size, hash, workflow_run_backend_id: run }) {
      const bytes = blobs.get(pending.get(`${run}/${name}`) ?? '')?.bytes;
      const digest = bytes && `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (!bytes || bytes.length !== Number(size) || digest !== hash) {
        return { status: 400, value: { code: 'invalid_argument', msg: 'the bytes are not those announced' } };
      }
      const id = nextId++;
      service.artifacts.push({ id, name: String(name), zip: bytes });
      return { value: { ok: true, artifact_id: String(id) } };
    },
  };

  async function respond(request: IncomingMessage): Promise<Result | 'drop'> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const method = request.method ?? 'GET';
    const bytes = await bodyOf(request);
    const blob = pathname.startsWith('/account/');
    const twirp = pathname.startsWith(SERVICE);
    const body: unknown = blob || bytes.length === 0 ? {} : JSON.parse(bytes.toString());
    const name = twirp ? (pathname.split('/').pop() ?? '') : `${blob ? 'blob' : 'rest'}:${method}`;
    const call: Call = { method: name, body: body as Call['body'] };
    service.calls.push(call);
    const fault = service.fault(call);
    if (fault !== undefined) return fault === 'drop' ? fault : json(fault.status, fault.body);
    if (blob) return blobResponse(blobs, { method, name: pathname.split('/')[3] ?? '', searchParams, body: bytes });
    if (!/^Bearer ./.test(request.headers.authorization ?? '')) return json(401, { code: 'unauthenticated' });
    if (!twirp) return comments(method, pathname, call);
    const { status = 200, value } = methods[name]?.(call.body) ?? { status: 404, value: { code: 'bad_route' } };
    return json(status, value);
  }

  function comments(method: string, path: string, { body }: Call): Result {
    if (method === 'GET') return json(200, service.comments);
    if (method === 'POST') {
      const user = { login: 'github-actions[bot]', type: 'Bot' };
      const made = { id: nextId++, body: String(body['body']), user };
      service.comments.push(made);
      return json(201, made);
    }
    const old = service.comments.find(({ id }) => id === Number(/comments\/(\d+)$/.exec(path)?.[1]));
    if (!old) return json(404, { message: 'Not Found' });
    old.body = String(body['body']);
    return json(200, old);
  }

  const server = createServer((request, response) => {
    respond(request)
      .catch((error: unknown) => json(500, { code: 'internal', msg: String(error) }))
      .then((end) => {
        if (end === 'drop') request.socket.destroy();
        else {
          response.writeHead(end.status, { ...end.headers, 'content-length': end.body.length });
          response.end(request.method === 'HEAD' ? undefined : end.body);
        }
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const service: ResultsService = {
    url,
    calls: [],
    caches: [],
    artifacts: [],
    comments: [],
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}
