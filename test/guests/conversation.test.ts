import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Conversation, converse } from '../../src/guests/conversation.ts';
import type { GuestRequest, StageSink } from '../../src/guests/guest.ts';
import type { Stage } from '../../src/model/evidence.ts';
import { BEGIN, EXIT, frameOf, HELLO, OPEN, PROGRAM, sealOf, wireOf } from '../validator/guest-frames.ts';

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

/** Asks, and answers with these stages and `after`, in one piece. */
async function answer(middle: readonly object[], sink?: StageSink, after = '') {
  const { port, sent, say } = portOf();
  const talk: Conversation = converse(port);
  const heard: Stage[] = [];
  say(wireOf([frameOf('hello', HELLO)])[0]!);
  await talk.hello;
  const asked = talk.ask(REQUEST, { onStage: (stage) => heard.push(stage), ...(sink && { sink }) });
  while (!sent().includes('artifact_sha256=')) await turn();
  // The request ends with the key of the seal.
  await turn();
  const key = Buffer.from(sent().slice(-SEAL_KEY_BYTES), 'latin1').toString('hex');
  const nonce = /nonce=(\w+)/.exec(sent())?.[1];
  const sha256 = /artifact_sha256=(\w+)/.exec(sent())?.[1];
  const stages = [{ ...BEGIN, nonce, artifact_sha256: sha256 }, OPEN, ...middle, EXIT];
  const told = stages.map((stage, index) => frameOf('stage', stage, index + 1));
  const frames = wireOf([frameOf('hello', HELLO), ...told, sealOf(told, key)]).slice(1);
  say(Buffer.concat([...frames, Buffer.from(after)]));
  return { asked, heard, port, say };
}

describe('a guest that says much at once', () => {
  it('gives others their turn, and loses nothing', async () => {
    const { asked, heard } = await answer(heavyPrograms(20));
    const turns = await turnsUntil(asked);
    const { stages } = await asked;
    expect(stages.map(({ stage }) => stage)).toEqual(['begin', 'open', ...Array(20).fill('program'), 'exit']);
    expect(heard).toEqual(stages);
    // 4 MB, at most 256 KiB and one frame at a time.
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  it('gives others their turn between frames of next to nothing', async () => {
    const steps = Array.from({ length: 2000 }, () => ({ stage: 'step', phase: '', subject: '' }));
    const { asked } = await answer(steps);
    // 84 KB of payload: it is the frames that are counted, at most 64 at a time.
    expect(await turnsUntil(asked)).toBeGreaterThanOrEqual(30);
    expect((await asked).stages).toHaveLength(steps.length + 3);
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
    const { asked, heard } = await answer(heavyPrograms(5), sink);
    for (let count = 0; count < 20; count++) await turn();
    expect(took).toBe(3);
    took++;
    free();
    const { stages } = await asked;
    expect(stages.flatMap((stage) => (stage.stage === 'program' ? [stage.log] : []))).toEqual(Array(5).fill('short'));
    expect(heard.flatMap((stage) => (stage.stage === 'program' ? [stage.log.length] : []))).toEqual(
      Array(5).fill(200_000),
    );
  });

  it('is failed by a sink that cannot write, and read on', async () => {
    const sink: StageSink = { take: (stage) => stage, room: () => Promise.reject(new Error('no space')) };
    const { asked, port, say } = await answer(heavyPrograms(5), sink);
    await expect(asked).rejects.toThrow('no space');
    for (let count = 0; count < 3; count++) await turn();
    say(Buffer.alloc(100_000));
    await turn();
    expect(port.readableFlowing).toBe(true);
    expect(port.readableLength).toBe(0);
  });

  it('is not answered when something illegal follows in the same piece', async () => {
    const { asked } = await answer(heavyPrograms(5), undefined, 'garbage that is no frame');
    await expect(asked).rejects.toThrow('bad magic');
  });
});
