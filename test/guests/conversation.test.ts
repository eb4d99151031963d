import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Conversation, converse } from '../../src/guests/conversation.ts';
import type { FrameReader } from '../../src/guests/frame-reader.ts';
import type { GuestRequest, StageSink } from '../../src/guests/guest.ts';
import type { Stage } from '../../src/model/evidence.ts';
import { readFrame } from '../../src/protocol/read-frame.ts';
import { BEGIN, EXIT, frameOf, HELLO, OPEN, PROGRAM, sealOf, wireOf } from '../protocol/guest-frames.ts';

const REQUEST: GuestRequest = {
  ...{ artifact: Buffer.from('object'), artifactName: 'x.bpf.o', attachMode: 'best-effort', probeFeatures: true },
  ...{ functionalTests: [], requiredPrograms: [], tuning: [], workTimeoutMs: 1000 },
};

/** A port whose other end is this test. */
function portOf(): { port: Duplex; sent: () => string; say: (bytes: Buffer) => void } {
  let sent = '';
  const port = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      sent += chunk.toString('latin1');
      done();
    },
  });
  return { port, sent: () => sent, say: (bytes) => port.push(bytes) };
}

/** Reads where a thread would, some turns later. */
const laterReader = (turns: number): FrameReader & { readonly batches: number[] } => {
  const batches: number[] = [];
  return {
    batches,
    async read(frames) {
      batches.push(frames.length);
      for (let count = 0; count < turns; count++) await turn();
      return frames.map(({ name, payload }) => {
        const read = readFrame(name, payload);
        return read.ok && read.stage ? { ...read, line: new TextEncoder().encode(read.stage.stage) } : read;
      });
    },
  };
};

const SEAL_KEY_BYTES = 32;
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Programs that have a log of 200 KB each. */
const heavyPrograms = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ ...PROGRAM, name: `p${index}`, log: 'x'.repeat(200_000) }));

/** Turns of the event loop that others had until `promise` is settled. */
async function turnsUntil(promise: Promise<unknown>): Promise<number> {
  let done = false;
  const end = (): void => {
    done = true;
  };
  promise.then(end, end);
  let turns = 0;
  while (!done) {
    await turn();
    turns++;
  }
  return turns;
}

/** Requests, and responds with these stages and `after`, in one piece. */
async function respond(middle: readonly object[], sink?: StageSink, after = '', reader: FrameReader = laterReader(0)) {
  const { port, sent, say } = portOf();
  const talk: Conversation = converse(port, reader);
  const heard: Stage[] = [];
  say(wireOf([frameOf('hello', HELLO)])[0]!);
  await talk.hello;
  const requests = talk.run(REQUEST, { onStage: (stage) => heard.push(stage), ...(sink && { sink }) });
  while (!sent().includes('artifact_sha256=')) await turn();
  // The request ends with the key of the seal.
  await turn();
  const key = Buffer.from(sent().slice(-SEAL_KEY_BYTES), 'latin1').toString('hex');
  const nonce = /nonce=(\w+)/.exec(sent())?.[1];
  const sha256 = /artifact_sha256=(\w+)/.exec(sent())?.[1];
  const stages = [{ ...BEGIN, nonce, artifact_sha256: sha256 }, OPEN, ...middle, EXIT];
  const reported = stages.map((stage, index) => frameOf('stage', stage, index + 1));
  const frames = wireOf([frameOf('hello', HELLO), ...reported, sealOf(reported, key)]).slice(1);
  say(Buffer.concat([...frames, Buffer.from(after)]));
  return { requests, heard, port, say, talk };
}

describe('a guest that says much at once', () => {
  it('gives others their turn, and loses nothing', async () => {
    const { requests, heard } = await respond(heavyPrograms(20));
    const turns = await turnsUntil(requests);
    const { stages } = await requests;
    expect(stages.map(({ stage }) => stage)).toEqual(['begin', 'open', ...Array(20).fill('program'), 'exit']);
    expect(heard).toEqual(stages);
    // 4 MB, at most 256 KiB and one frame at a time.
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  it('gives others their turn between frames of next to nothing', async () => {
    const steps = Array.from({ length: 2000 }, () => ({ stage: 'step', phase: '', subject: '' }));
    const { requests } = await respond(steps);
    // 84 KB of payload: it is the frames that are counted, at most 64 at a time.
    expect(await turnsUntil(requests)).toBeGreaterThanOrEqual(30);
    expect((await requests).stages).toHaveLength(steps.length + 3);
  });

  it('waits while there is no room, and keeps what the sink leaves of a stage', async () => {
    let free = (): void => {};
    let took = 0;
    const sink: StageSink = {
      take: (stage) => {
        took++;
        return stage.stage === 'program' ? { ...stage, log: 'short' } : stage;
      },
      room: () => (took === 3 ? new Promise((done) => (free = done)) : undefined),
    };
    const { requests, heard } = await respond(heavyPrograms(5), sink);
    for (let count = 0; count < 20; count++) await turn();
    expect(took).toBe(3);
    took++;
    free();
    const { stages } = await requests;
    expect(stages.flatMap((stage) => (stage.stage === 'program' ? [stage.log] : []))).toEqual(Array(5).fill('short'));
    expect(heard.flatMap((stage) => (stage.stage === 'program' ? [stage.log.length] : []))).toEqual(
      Array(5).fill(200_000),
    );
  });

  it('is failed by a sink that cannot write, and read on', async () => {
    const sink: StageSink = { take: (stage) => stage, room: () => Promise.reject(new Error('no space')) };
    const { requests, port, say } = await respond(heavyPrograms(5), sink);
    await expect(requests).rejects.toThrow('no space');
    for (let count = 0; count < 3; count++) await turn();
    say(Buffer.alloc(100_000));
    await turn();
    expect(port.readableFlowing).toBe(true);
    expect(port.readableLength).toBe(0);
  });

  it('is no response when something illegal follows in the same piece', async () => {
    const { requests } = await respond(heavyPrograms(5), undefined, 'garbage that is not a frame');
    await expect(requests).rejects.toThrow('bad magic');
  });

  it('has what comes after its first megabyte read elsewhere, in order, a quarter of a megabyte at a time', async () => {
    const reader = laterReader(3);
    const lines: (string | undefined)[] = [];
    const sink: StageSink = {
      take(stage, line) {
        lines.push(line && Buffer.from(line).toString());
        return stage;
      },
      room: () => undefined,
    };
    const { requests, heard } = await respond(heavyPrograms(20), sink, '', reader);
    const { stages } = await requests;
    const names = heavyPrograms(20).map((_, index) => `p${index}`);
    expect(stages.flatMap((stage) => (stage.stage === 'program' ? [stage.name] : []))).toEqual(names);
    expect(heard).toEqual(stages);
    // Five of 200 KB are read here; two make a part of the rest, and `exit` comes with the last one.
    expect(reader.batches).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
    expect(lines.slice(0, 7)).toEqual(Array(7).fill(undefined));
    expect(lines.slice(7)).toEqual([...Array(15).fill('program'), 'exit']);
  });

  it('is held against the same rules when it is read elsewhere', async () => {
    const garbled = { ...PROGRAM, name: 'p19', log: 7 };
    const { requests, heard } = await respond([...heavyPrograms(19), garbled], undefined, '', laterReader(1));
    await expect(requests).rejects.toThrow('stage does not fit its schema (log: ');
    expect(heard).toHaveLength(21);
  });

  it('is ended while it is read elsewhere', async () => {
    const { requests, talk } = await respond(heavyPrograms(20), undefined, '', { read: () => new Promise(() => {}) });
    for (let count = 0; count < 20; count++) await turn();
    talk.fail(new Error('time is up'));
    await expect(requests).rejects.toThrow('time is up');
  });
});
