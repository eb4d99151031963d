import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** Unix sockets, through which programs of this machine are talked to. */
export interface HostSockets {
  /** Listens at `path`, where nothing may be yet, for one peer. @throws a Node error where it cannot */
  listen(path: string): Promise<SocketListener>;
}

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

/** Unix sockets of this machine. */
export const sockets: HostSockets = { listen };
