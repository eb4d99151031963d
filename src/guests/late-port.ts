import { Duplex } from 'node:stream';

/** A port whose other end has yet to come: what is written waits for it. Never ends when nobody comes. */
export function latePort(coming: Promise<Duplex>): Duplex {
  let peer: Duplex | undefined;
  const port = new Duplex({
    read() {
      peer?.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      coming.then((there) => there.write(chunk, done), done);
    },
    final(done) {
      coming.then((there) => there.end(done), done);
    },
    destroy(error, done) {
      peer?.destroy();
      done(error);
    },
  });
  // As of a channel of a child: whoever reads it sees its end.
  port.on('error', () => {});
  coming.then(
    (there) => {
      peer = there;
      there.on('data', (chunk: Buffer) => {
        if (!port.push(chunk)) there.pause();
      });
      there.once('close', () => port.push(null));
      if (port.destroyed) there.destroy();
    },
    () => {},
  );
  return port;
}
