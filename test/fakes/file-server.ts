import { createReadStream, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** Paths requested, in order. */
  readonly requests: string[];
  /** Responses some requests in its own way; return false for the file. */
  intercept: (path: string, response: ServerResponse) => boolean;
}

/** Serves a directory on loopback. */
export async function serveFiles(root: string): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(normalize(new URL(request.url ?? '/', 'http://x').pathname));
    requests.push(path);
    if (files.intercept(path, response)) return;
    const file = join(root, path);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': stat.size, 'last-modified': stat.mtime.toUTCString() });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const files: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: () => false,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return files;
}
