import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** Unix sockets, through which programs of this machine are talked to. */
export interface HostSockets {
  /** Listens at `path`, where nothing may be yet, for one peer. @throws a Node error where it cannot */
  listen(path: string): Promise<SocketListener>;
  /**
   * Sends an HTTP request to the server at `path` and returns its response, whatever its status.
   * @throws a Node error where there is no server, or no whole response in time
   */
  request(path: string, request: SocketRequest): Promise<SocketResponse>;
}

interface SocketRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  /** `/actions`. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
}

interface SocketResponse {
  readonly status: number;
  /** At most `MAX_RESPONSE` bytes of it. */
  readonly body: Buffer;
}

const MAX_RESPONSE = 64 * 1024;

/** Waits for a peer; dispose ends the waiting, and not what came. */
interface SocketListener extends AsyncDisposable {
  readonly peer: Promise<Duplex>;
}

async function listen(path: string): Promise<SocketListener> {
  const server = createServer();
  const peer = new Promise<Duplex>((resolve, reject) => {
    server.once('error', reject);
    server.once('connection', (socket) => {
      server.close();
      // Whoever reads it sees its end; a peer that dies is none of this process.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
  peer.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    peer,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function request(path: string, { method, target, body, timeoutMs }: SocketRequest): Promise<SocketResponse> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    accept: 'application/json',
    ...(text !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = httpRequest({ socketPath: path, method, path: target, headers, signal, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_RESPONSE) sent.destroy(new Error(`the response has more than ${MAX_RESPONSE} bytes`));
        else parts.push(part);
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

/** Unix sockets of this machine. */
export const sockets: HostSockets = { listen, request };
