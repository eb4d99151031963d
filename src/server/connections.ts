import type { Server, Socket } from 'node:net';

/**
 * Lets so many connections of one address be open at the same time: whoever opens more and sends nothing leaves places
 * to others.
 */
export function limitPerAddress(server: Server, most: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    const own = open.get(remoteAddress) ?? 0;
    if (own >= most) {
      socket.destroy();
      return;
    }
    open.set(remoteAddress, own + 1);
    socket.once('close', () => {
      const left = (open.get(remoteAddress) ?? 1) - 1;
      if (left === 0) open.delete(remoteAddress);
      else open.set(remoteAddress, left);
    });
  });
}
