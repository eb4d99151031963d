import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Reception } from './host.ts';
import { sockets } from './sockets.ts';

/** Listens on a Unix socket for one peer and writes what it sends into a new file (0600), see HostFiles.receive. */
export async function receiveInto(socketPath: string, file: string, maxBytes: number): Promise<Reception> {
  const listener = await sockets.listen(socketPath);
  const done = listener.peer.then(async (socket) => {
    let size = 0;
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) socket.destroy(new Error(`more than ${maxBytes} bytes arrived at ${socketPath}`));
    });
    await pipeline(socket, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    return size;
  });
  // Whoever gives up waiting must not leave an unhandled rejection behind.
  done.catch(() => {});
  return { done, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}
