import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const INDEX = 'application/vnd.oci.image.index.v1+json';

async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Document {
  readonly bytes: Buffer;
  readonly type: string;
}

/**
 * A registry on loopback that takes what is pushed and lists what refers to a document (the API of OCI 1.1, which Debian's
 * docker-registry does not have), with a token service that has a port of its own.
 * @param login `USER:PASSWORD` of who alone may use it
 */
export async function serveListingRegistry(login: string) {
  const blobs = new Map<string, Buffer>();
  const documents = new Map<string, Document>();
  const tags = new Map<string, string>();
  /** `METHOD PATH` of all requests. */
  const requests: string[] = [];
  const tokens = await listen((request, response) => {
    const right = request.headers.authorization === `Basic ${Buffer.from(login).toString('base64')}`;
    response.writeHead(right ? 200 : 401).end(JSON.stringify(right ? { token: 'T' } : {}));
  });
  const send = (response: ServerResponse, status: number, body: Buffer | string = '', headers = {}): void => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  };
  const keep = (bytes: Buffer, into: (digest: string) => void): string => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    into(digest);
    return digest;
  };
  const referrers = (subject: string) =>
    [...documents].flatMap(([digest, { bytes, type: mediaType }]) => {
      const { subject: own, artifactType } = JSON.parse(bytes.toString());
      return own?.digest === subject ? [{ mediaType, digest, size: bytes.length, artifactType }] : [];
    });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path } = new URL(request.url ?? '/', 'http://x');
    requests.push(`${request.method} ${path}`);
    if (request.headers.authorization !== 'Bearer T')
      return send(response, 401, '{}', {
        'www-authenticate': `Bearer realm="http://${tokens.host}/token",service="s"`,
      });
    const [, kind = '', reference = ''] = /\/(manifests|blobs|referrers)\/(.+)$/.exec(path) ?? [];
    if (request.method === 'POST') return send(response, 202, '', { location: `${path}up` });
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request);
      const type = request.headers['content-type'] ?? '';
      if (kind === 'blobs') keep(bytes, (digest) => blobs.set(digest, bytes));
      else
        tags.set(
          reference,
          keep(bytes, (digest) => documents.set(digest, { bytes, type })),
        );
      return send(response, 201);
    }
    if (kind === 'referrers')
      return send(
        response,
        200,
        JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: referrers(reference) }),
        { 'content-type': INDEX },
      );
    const found = kind === 'blobs' ? blobs.get(reference) : documents.get(tags.get(reference) ?? reference)?.bytes;
    return send(response, found === undefined ? 404 : 200, request.method === 'HEAD' ? '' : found);
  };
  const registry = await listen((request, response) => void handle(request, response));
  return {
    host: registry.host,
    tokenHost: tokens.host,
    tags,
    requests,
    async [Symbol.asyncDispose]() {
      await registry.close();
      await tokens.close();
    },
  };
}
