import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Hello, Stage } from '../model/evidence.ts';
import { createDecoder, type Frame } from '../validator/frames.ts';
import type { AnswerName } from '../validator/read-frame.ts';
import { encodeRequest, type Identity } from '../validator/request.ts';
import { ask, newSession, receive, type Session, type SessionEvent } from '../validator/session.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { AnswerFrame, FrameReader, ReadApart } from './frame-reader.ts';
import type { AskOptions, GuestRequest, StageSink } from './guest.ts';

/**
 * What is taken in one turn of the event loop, in bytes of payload and in frames: other guests wait no longer than that, and
 * for one frame.
 */
const TURN_BYTES = 256 * 1024;
/** A frame has its price without any payload, too: some 25 us for one of a few bytes. */
const TURN_FRAMES = 64;
/** Bytes of one answer that are read here. What a validator says seldom comes to that; more is read by a thread. */
const READ_HERE_BYTES = 1024 * 1024;

function freshIdentity(): Identity {
  const random = (bytes: number): string => randomBytes(bytes).toString('hex');
  return { nonce: random(16), entropy: random(64), sealKey: random(32), realtimeMs: Date.now() };
}

/** What a guest answered to one request. */
interface Answer {
  readonly stages: readonly Stage[];
  readonly document: string | undefined;
}

/** The guest protocol over a stream, as promises. Ends for good with the first failure. */
export interface Conversation {
  readonly hello: Promise<Hello>;
  ask(request: GuestRequest, options: Pick<AskOptions, 'onStage' | 'sink'>): Promise<Answer>;
  /** Never resolves; rejects with the error that ended the conversation. */
  readonly failed: Promise<never>;
  /** Rejects whatever is awaited, now and later, with `error`; the first one wins. */
  fail(error: unknown): void;
  /**
   * Resolves when all that a guest said before its machine ended has been taken in: its port is at its end, or nothing
   * more came for `patienceMs` although there was room. At once after a failure.
   */
  drained(patienceMs: number): Promise<void>;
  /** Stages of the request that is being answered, or was last. */
  stages(): readonly Stage[];
}

/** Frames that a reader knows. */
function isAnswer(frame: Frame): frame is Frame & AnswerFrame {
  return (['stage', 'document'] satisfies AnswerName[] as string[]).includes(frame.name);
}

/** What the guest said is not legal. The words are ours. */
export class ProtocolViolation extends Error {}

/**
 * Starts talking over `port`: reads at once, sends when asked.
 * @param reader reads the frames of an answer that is long
 * @param said what a restored guest said before it was saved; its next frame follows that hello
 */
export function converse(port: Duplex, reader: FrameReader, said?: Hello): Conversation {
  const decoder = createDecoder('guest-to-host', said === undefined ? 0 : 1);
  const hello = deferred<Hello>();
  const failed = deferred<never>();
  let session: Session = said === undefined ? newSession : { phase: 'ready' };
  let answer: Deferred<Answer> | undefined;
  let onStage: (stage: Stage) => void = () => {};
  let sink: StageSink | undefined;
  const waiting: Frame[] = [];
  let violation: string | undefined;
  let turn = { bytes: 0, frames: 0 };
  let readBytes = 0;
  let rested: Promise<void> | undefined;
  let chunks = 0;
  let stages: Stage[] = [];
  let document: string | undefined;
  let answered = false;
  let nextSeq = 0;
  let failure: { readonly error: unknown } | undefined;
  let atEnd = false;
  const end = deferred<void>();
  if (said !== undefined) hello.resolve(said);

  function fail(error: unknown): void {
    if (failure !== undefined) return;
    failure = { error };
    failed.reject(error);
    hello.reject(error);
    answer?.reject(error);
  }

  /** A listener that throws ends the conversation, not the process. */
  function tell(stage: Stage): void {
    try {
      onStage(stage);
    } catch (error) {
      fail(error);
    }
  }

  function take(event: SessionEvent, line?: Uint8Array): void {
    switch (event.type) {
      case 'hello':
        hello.resolve(event.hello);
        return;
      case 'document':
        document = event.text;
        return;
      case 'violation':
        fail(new ProtocolViolation(event.reason));
        return;
      case 'stage':
        stages.push(sink?.take(event.stage, line) ?? event.stage);
        tell(event.stage);
        return;
      case 'answered':
        answered = true;
        return;
      case 'bye':
        return;
    }
  }

  function takeFrame(frame: Frame, read?: ReadApart): void {
    const [next, event] = receive(session, frame, read);
    session = next;
    take(event, read?.line);
    turn.bytes += frame.payload.length;
    turn.frames++;
    readBytes += frame.payload.length;
  }

  /** Frames to read elsewhere: none unless the next one is of a long answer. */
  function longPart(): (Frame & AnswerFrame)[] {
    const part: (Frame & AnswerFrame)[] = [];
    let bytes = readBytes;
    for (const frame of waiting.slice(0, TURN_FRAMES)) {
      if (session.phase !== 'asked' || !isAnswer(frame)) break;
      bytes += frame.payload.length;
      if (bytes <= READ_HERE_BYTES) break;
      part.push(frame);
      if (bytes - readBytes >= TURN_BYTES) break;
    }
    return part;
  }

  /** Takes the frames that are there, until it is the turn of others. */
  function work(): void {
    while (waiting.length > 0) {
      const part = longPart();
      if (part.length > 0) {
        waiting.splice(0, part.length);
        rested = rest(reader.read(part).then((reads) => takeRead(part, reads)));
        return;
      }
      takeFrame(waiting.shift()!);
      if (failure !== undefined) return;
      const room = sink?.room();
      if (room !== undefined || turn.bytes >= TURN_BYTES || turn.frames >= TURN_FRAMES) {
        rested = rest(room);
        return;
      }
    }
    if (violation !== undefined) fail(new ProtocolViolation(violation));
    // Only now: a chunk that holds the answer and then something illegal is no answer.
    if (answered && failure === undefined) answer?.resolve({ stages, document });
  }

  /** Takes what was read elsewhere. Resolves when there is room for more. */
  async function takeRead(part: readonly Frame[], reads: readonly ReadApart[]): Promise<void> {
    for (const [index, frame] of part.entries()) if (failure === undefined) takeFrame(frame, reads[index]);
    if (failure === undefined) await sink?.room();
  }

  /** Reads nothing until `until` is settled and everybody else had a turn. */
  async function rest(until: Promise<void> | undefined): Promise<void> {
    port.pause();
    try {
      await until;
    } catch (error) {
      fail(error);
    }
    await new Promise((done) => setImmediate(done));
    turn = { bytes: 0, frames: 0 };
    rested = undefined;
    if (failure === undefined) work();
    if (rested === undefined) port.resume();
  }

  async function drained(patienceMs: number): Promise<void> {
    while (failure === undefined) {
      if (rested !== undefined) {
        await rested;
        continue;
      }
      const before = chunks;
      const patience = deferred<void>();
      const timer = setTimeout(patience.resolve, patienceMs);
      await Promise.race([end.promise, patience.promise]);
      clearTimeout(timer);
      if (rested === undefined && (atEnd || chunks === before)) return;
    }
  }

  for (const event of ['end', 'close', 'error']) {
    port.once(event, (error?: unknown) => {
      if (error instanceof ProtocolViolation) fail(error);
      atEnd = true;
      end.resolve();
    });
  }
  port.on('data', (chunk: Buffer) => {
    // Whatever comes after a failure is read and dropped, so that nobody blocks on a full pipe.
    if (failure !== undefined) return;
    chunks++;
    const decoded = decoder.push(chunk);
    waiting.push(...decoded.frames);
    violation ??= decoded.violation;
    if (rested === undefined) work();
  });

  return {
    hello: hello.promise,
    failed: failed.promise,
    async ask(request, options) {
      if (failure !== undefined) throw failure.error;
      const wire = encodeRequest(request, freshIdentity(), nextSeq);
      session = ask(session, wire.expect);
      if (session.phase === 'broken') throw new ProtocolViolation(session.reason);
      nextSeq = wire.nextSeq;
      stages = [];
      document = undefined;
      answered = false;
      ({ onStage, sink } = options);
      turn = { bytes: 0, frames: 0 };
      readBytes = 0;
      answer = deferred<Answer>();
      // Corked: many small pieces become few writes.
      port.cork();
      for (const chunk of wire.chunks) port.write(chunk);
      port.uncork();
      return await answer.promise;
    },
    fail,
    drained,
    stages: () => stages,
  };
}
