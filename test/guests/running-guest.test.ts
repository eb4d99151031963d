import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { GuestRequest, StageSink } from '../../src/guests/guest.ts';
import { openGuest, type RunningGuest } from '../../src/guests/running-guest.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { BEGIN, EXIT, frameOf, HELLO, OPEN, PROGRAM, sealOf, wireOf } from '../protocol/guest-frames.ts';

const REQUEST: GuestRequest = {
  ...{ artifact: Buffer.from('object'), artifactName: 'x.bpf.o', attachMode: 'best-effort', probeFeatures: true },
  ...{ functionalTests: [], requiredPrograms: [], tuning: [], workTimeoutMs: 1000 },
};
const SEAL_KEY_BYTES = 32;

/** Both ends of a stream as a machine has one. */
async function socketPair(dir: string): Promise<[host: Socket, guest: Socket]> {
  const server = createServer();
  const path = join(dir, 'port');
  server.listen(path);
  await once(server, 'listening');
  const host = connect(path);
  const [guest] = (await once(server, 'connection')) as [Socket];
  server.close();
  // A port that is destroyed before all is read.
  guest.on('error', () => {});
  return [host, guest];
}

interface Machine extends AsyncDisposable {
  readonly guest: RunningGuest;
  /** Responds to a request with `count` programs, whole or not, and ends the machine. */
  respondAndEnd(count: number, whole: boolean): Promise<void>;
}

/** A guest whose machine is this test. */
async function openMachine(): Promise<Machine> {
  const real = createHost({ env: {} });
  const dir = await real.files.tempDir('running-guest-');
  const [port, far] = await socketPair(dir.path);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exit = (_how: { exitCode: number; signal: null }): void => {};
  const exited = new Promise<{ exitCode: number; signal: null }>((resolve) => (exit = resolve));
  const stop = async (): Promise<void> => void port.destroy();
  const child = { pid: 1, stdout, stderr, channels: [port], exited, stop, [Symbol.asyncDispose]: stop };
  const host: Host = { ...real, start: () => child };
  let requests = Buffer.alloc(0);
  far.on('data', (chunk: Buffer) => {
    requests = Buffer.concat([requests, chunk]);
  });
  far.write(wireOf([frameOf('hello', HELLO)])[0]!);
  const guest = await openGuest(
    host,
    { qemu: { command: 'qemu', args: [], layers: [] }, release: HELLO.kernel.release, channel: 'virtio-serial' },
    { signal: new AbortController().signal, bootTimeoutMs: 5000, dir: dir.path },
  );
  return {
    guest,
    async respondAndEnd(count, whole) {
      const text = (): string => requests.toString('latin1');
      while (!text().includes('artifact_sha256=')) await once(far, 'data');
      // The request ends with the key of the seal.
      const key = Buffer.from(text().slice(-SEAL_KEY_BYTES), 'latin1').toString('hex');
      const said = (name: string): string | undefined => new RegExp(`${name}=(\\w+)`).exec(text())?.[1];
      const programs = Array.from({ length: count }, (_, index) => ({
        ...PROGRAM,
        name: `p${index}`,
        log: 'x'.repeat(200_000),
      }));
      const begin = { ...BEGIN, nonce: said('nonce'), artifact_sha256: said('artifact_sha256') };
      const reported = [begin, OPEN, ...programs, EXIT].map((stage, index) => frameOf('stage', stage, index + 1));
      const frames = wireOf([frameOf('hello', HELLO), ...reported, sealOf(reported, key)]).slice(
        1,
        whole ? undefined : -1,
      );
      far.end(Buffer.concat(frames));
      stdout.end();
      stderr.end();
      // What a process wrote stays in its pipes: it may be gone long before that is read.
      exit({ exitCode: 0, signal: null });
    },
    async [Symbol.asyncDispose]() {
      await guest[Symbol.asyncDispose]();
      far.destroy();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A disk that is slow once. */
function slowSink(ms: number): StageSink {
  let took = 0;
  return {
    take(stage) {
      took++;
      return stage;
    },
    room: () => (took === 3 ? new Promise((done) => setTimeout(done, ms)) : undefined),
  };
}

async function request(machine: Machine, sink: StageSink, whole: boolean) {
  const options = { signal: new AbortController().signal, timeoutMs: 10_000, onStage: () => {}, sink };
  const requests = machine.guest.run(REQUEST, options);
  requests.catch(() => {});
  await machine.respondAndEnd(3, whole);
  return await requests;
}

test.each([0, 1500])(
  'a whole response counts, though its machine ends %i ms before there is room for it',
  async (ms) => {
    await using machine = await openMachine();
    const { stages } = await request(machine, slowSink(ms), true);
    expect(stages.map(({ stage }) => stage)).toEqual(['begin', 'open', 'program', 'program', 'program', 'exit']);
  },
);

test('a machine that ends within its response is a crash, with all that came', async () => {
  await using machine = await openMachine();
  const requests = request(machine, slowSink(300), false);
  await expect(requests).rejects.toMatchObject({
    infraCause: 'guest_crash',
    message: expect.stringContaining('after stage exit'),
  });
  expect(await requests.catch((error) => error.stages.length)).toBe(6);
});
