import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Reception } from './host.ts';

/** Listens on a Unix socket for one peer and writes what it sends into a new file (0600), see HostFiles.receive. */
export async function receiveInto(socketPath: string, file: string, maxBytes: number): Promise<Reception> {
  const server = createServer();
  const done = new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.once('connection', (socket) => {
      server.close();
      let size = 0;
      socket.on('data', (chunk) => {
        size += chunk.length;
        if (size > maxBytes) socket.destroy(new Error(`more than ${maxBytes} bytes arrived at ${socketPath}`));
      });
      pipeline(socket, createWriteStream(file, { flags: 'wx', mode: 0o600 })).then(() => resolve(size), reject);
    });
  });
  // Whoever gives up waiting must not leave an unhandled rejection behind.
  done.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    done,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
