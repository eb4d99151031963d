import type { Duplex } from 'node:stream';
import { createDecoder, type Frame } from '../protocol/frames.ts';
import type { ResultName } from '../protocol/read-frame.ts';
import { deferred } from './deferred.ts';
import type { FrameReader, ReadApart, ResultFrame } from './frame-reader.ts';
import { ProtocolViolation } from './protocol-violation.ts';

/**
 * What is taken in one turn of the event loop, in bytes of payload and in frames: other guests wait no longer than that, and
 * for one frame.
 */
const TURN_BYTES = 256 * 1024;
/** A frame has its price without any payload, too: some 25 us for one of a few bytes. */
const TURN_FRAMES = 64;
/** Bytes of one result that are read here. What a validator says seldom comes to that; more is read by a thread. */
const READ_HERE_BYTES = 1024 * 1024;

/** Who takes the frames of a port. */
export interface FrameTaker {
  /** @param read what the reader made of it, if it was not read here */
  take(frame: Frame, read?: ReadApart): void;
  /** The next frames are of a result. */
  isResponding(): boolean;
  /** Resolves when there is room for more; undefined when there is now. A rejection ends the conversation. */
  room(): Promise<void> | undefined;
  /** All that came up to now was taken. */
  caughtUp(): void;
  fail(error: unknown): void;
  /** From then on whatever comes is read and dropped, so that no one blocks on a full pipe. */
  hasFailed(): boolean;
}

/** Frames that a reader knows. */
function isResult(frame: Frame): frame is Frame & ResultFrame {
  return (['stage', 'document'] satisfies ResultName[] as string[]).includes(frame.name);
}

/** Reads a port at once and hands its frames over one by one, in turns that leave others theirs. */
export class FrameIntake {
  readonly #port: Duplex;
  readonly #reader: FrameReader;
  readonly #taker: FrameTaker;
  readonly #decoder: ReturnType<typeof createDecoder>;
  readonly #waiting: Frame[] = [];
  readonly #end = deferred<void>();
  #violation: string | undefined;
  #turn = { bytes: 0, frames: 0 };
  /** Of the result. */
  #readBytes = 0;
  #rested: Promise<void> | undefined;
  #chunks = 0;
  #atEnd = false;

  /**
   * @param reader reads the frames of a result that is long
   * @param firstSeq number of the first frame that is still to come
   */
  constructor(port: Duplex, reader: FrameReader, firstSeq: number, taker: FrameTaker) {
    this.#port = port;
    this.#reader = reader;
    this.#taker = taker;
    this.#decoder = createDecoder('guest-to-host', firstSeq);
    for (const event of ['end', 'close', 'error']) port.once(event, (error?: unknown) => this.#ended(error));
    port.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** What follows is the result to another request: it has a whole turn. */
  newResponse(): void {
    this.#turn = { bytes: 0, frames: 0 };
    this.#readBytes = 0;
  }

  /** See `Conversation.drained`. */
  async drained(patienceMs: number): Promise<void> {
    while (!this.#taker.hasFailed()) {
      if (this.#rested !== undefined) {
        await this.#rested;
        continue;
      }
      const before = this.#chunks;
      const patience = deferred<void>();
      const timer = setTimeout(patience.resolve, patienceMs);
      await Promise.race([this.#end.promise, patience.promise]);
      clearTimeout(timer);
      if (this.#rested === undefined && (this.#atEnd || this.#chunks === before)) return;
    }
  }

  #ended(error: unknown): void {
    if (error instanceof ProtocolViolation) this.#taker.fail(error);
    this.#atEnd = true;
    this.#end.resolve();
  }

  #receive(chunk: Buffer): void {
    if (this.#taker.hasFailed()) return;
    this.#chunks++;
    const decoded = this.#decoder.push(chunk);
    this.#waiting.push(...decoded.frames);
    this.#violation ??= decoded.violation;
    if (this.#rested === undefined) this.#work();
  }

  /** Takes the frames that are there, until it is the turn of others. */
  #work(): void {
    while (this.#waiting.length > 0) {
      const part = this.#longPart();
      if (part.length > 0) {
        this.#waiting.splice(0, part.length);
        this.#rested = this.#rest(this.#reader.read(part).then((reads) => this.#takeRead(part, reads)));
        return;
      }
      this.#take(this.#waiting.shift()!);
      if (this.#taker.hasFailed()) return;
      const room = this.#taker.room();
      if (room !== undefined || this.#turn.bytes >= TURN_BYTES || this.#turn.frames >= TURN_FRAMES) {
        this.#rested = this.#rest(room);
        return;
      }
    }
    if (this.#violation !== undefined) this.#taker.fail(new ProtocolViolation(this.#violation));
    this.#taker.caughtUp();
  }

  #take(frame: Frame, read?: ReadApart): void {
    this.#taker.take(frame, read);
    this.#turn.bytes += frame.payload.length;
    this.#turn.frames++;
    this.#readBytes += frame.payload.length;
  }

  /** Frames to read elsewhere: none unless the next one is of a long result. */
  #longPart(): (Frame & ResultFrame)[] {
    const part: (Frame & ResultFrame)[] = [];
    let bytes = this.#readBytes;
    for (const frame of this.#waiting.slice(0, TURN_FRAMES)) {
      if (!this.#taker.isResponding() || !isResult(frame)) break;
      bytes += frame.payload.length;
      if (bytes <= READ_HERE_BYTES) break;
      part.push(frame);
      if (bytes - this.#readBytes >= TURN_BYTES) break;
    }
    return part;
  }

  /** Takes what was read elsewhere. Resolves when there is room for more. */
  async #takeRead(part: readonly Frame[], reads: readonly ReadApart[]): Promise<void> {
    for (const [index, frame] of part.entries()) if (!this.#taker.hasFailed()) this.#take(frame, reads[index]);
    if (!this.#taker.hasFailed()) await this.#taker.room();
  }

  /** Reads nothing until `until` is settled and everybody else had a turn. */
  async #rest(until: Promise<void> | undefined): Promise<void> {
    this.#port.pause();
    try {
      await until;
    } catch (error) {
      this.#taker.fail(error);
    }
    await new Promise((done) => setImmediate(done));
    this.#turn = { bytes: 0, frames: 0 };
    this.#rested = undefined;
    if (!this.#taker.hasFailed()) this.#work();
    if (this.#rested === undefined) this.#port.resume();
  }
}
