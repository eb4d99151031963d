import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Hello, Stage } from '../model/evidence.ts';
import type { Frame } from '../protocol/frames.ts';
import { encodeRequest, type Identity } from '../protocol/request.ts';
import { newSession, receive, requested, type Session, type SessionEvent } from '../protocol/session.ts';
import { type Deferred, deferred } from './deferred.ts';
import { FrameIntake, type FrameTaker } from './frame-intake.ts';
import type { FrameReader, ReadApart } from './frame-reader.ts';
import type { GuestRequest, RequestOptions } from './guest.ts';
import { ProtocolViolation } from './protocol-violation.ts';

function freshIdentity(): Identity {
  const random = (bytes: number): string => randomBytes(bytes).toString('hex');
  return { nonce: random(16), entropy: random(64), sealKey: random(32), realtimeMs: Date.now() };
}

/** What a guest sent in reply to one request. */
interface GuestResponse {
  readonly stages: readonly Stage[];
  readonly document: string | undefined;
}

/** The guest protocol over a stream, as promises. Ends for good with the first failure. */
export interface Conversation {
  readonly hello: Promise<Hello>;
  run(request: GuestRequest, options: Pick<RequestOptions, 'onStage' | 'sink'>): Promise<GuestResponse>;
  /** Never resolves; rejects with the error that ended the conversation. */
  readonly failed: Promise<never>;
  /** Rejects whatever is awaited, now and later, with `error`; the first one wins. */
  fail(error: unknown): void;
  /**
   * Resolves when all that a guest said before its machine ended has been taken in: its port is at its end, or nothing
   * more came for `patienceMs` although there was room. At once after a failure.
   */
  drained(patienceMs: number): Promise<void>;
  /** Stages of the request that is being completed, or was last. */
  stages(): readonly Stage[];
}

/** One request and what came back for it up to now. */
interface Exchange extends Pick<RequestOptions, 'onStage' | 'sink'> {
  readonly response: Deferred<GuestResponse>;
  readonly stages: Stage[];
  document: string | undefined;
  /** Its seal came. */
  complete: boolean;
}

/**
 * Starts talking over `port`: reads at once, sends when there is a request.
 * @param reader reads the frames of a result that is long
 * @param said what a restored guest said before it was saved; its next frame follows that hello
 */
export function converse(port: Duplex, reader: FrameReader, said?: Hello): Conversation {
  return new PortConversation(port, reader, said);
}

class PortConversation implements Conversation, FrameTaker {
  readonly #port: Duplex;
  readonly #hello = deferred<Hello>();
  readonly #failed = deferred<never>();
  readonly #intake: FrameIntake;
  #session: Session;
  /** The request that is being completed, or was last. */
  #exchange: Exchange | undefined;
  #nextSeq = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(port: Duplex, reader: FrameReader, said: Hello | undefined) {
    this.#port = port;
    this.#session = said === undefined ? newSession : { phase: 'ready' };
    if (said !== undefined) this.#hello.resolve(said);
    this.#intake = new FrameIntake(port, reader, said === undefined ? 0 : 1, this);
  }

  get hello(): Promise<Hello> {
    return this.#hello.promise;
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  stages(): readonly Stage[] {
    return this.#exchange?.stages ?? [];
  }

  drained(patienceMs: number): Promise<void> {
    return this.#intake.drained(patienceMs);
  }

  hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#failed.reject(error);
    this.#hello.reject(error);
    this.#exchange?.response.reject(error);
  }

  async run(
    request: GuestRequest,
    { onStage, sink }: Pick<RequestOptions, 'onStage' | 'sink'>,
  ): Promise<GuestResponse> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const wire = encodeRequest(request, freshIdentity(), this.#nextSeq);
    this.#session = requested(this.#session, wire.expect);
    if (this.#session.phase === 'broken') throw new ProtocolViolation(this.#session.reason);
    this.#nextSeq = wire.nextSeq;
    const response = deferred<GuestResponse>();
    this.#exchange = { response, onStage, ...(sink && { sink }), stages: [], document: undefined, complete: false };
    this.#intake.newResponse();
    // Corked: many small pieces become few writes.
    this.#port.cork();
    for (const chunk of wire.chunks) this.#port.write(chunk);
    this.#port.uncork();
    return await response.promise;
  }

  isResponding(): boolean {
    return this.#session.phase === 'requested';
  }

  take(frame: Frame, read?: ReadApart): void {
    const [next, event] = receive(this.#session, frame, read);
    this.#session = next;
    if (event.type === 'hello') this.#hello.resolve(event.hello);
    else if (event.type === 'violation') this.fail(new ProtocolViolation(event.reason));
    else if (this.#exchange !== undefined) this.#takeResponse(this.#exchange, event, read?.line);
  }

  #takeResponse(
    exchange: Exchange,
    event: Exclude<SessionEvent, { type: 'hello' | 'violation' }>,
    line: Uint8Array | undefined,
  ): void {
    switch (event.type) {
      case 'document':
        exchange.document = event.text;
        return;
      case 'stage':
        exchange.stages.push(exchange.sink?.take(event.stage, line) ?? event.stage);
        this.#report(exchange, event.stage);
        return;
      case 'answered':
        exchange.complete = true;
        return;
      case 'bye':
        return;
    }
  }

  /** A listener that throws ends the conversation, not the process. */
  #report({ onStage }: Exchange, stage: Stage): void {
    try {
      onStage(stage);
    } catch (error) {
      this.fail(error);
    }
  }

  room(): Promise<void> | undefined {
    return this.#exchange?.sink?.room();
  }

  /** Only now: a chunk that holds the result and then something illegal is not a result. */
  caughtUp(): void {
    if (this.#exchange?.complete !== true || this.#failure !== undefined) return;
    const { response, stages, document } = this.#exchange;
    response.resolve({ stages, document });
  }
}
