import { createHmac, type Hmac } from 'node:crypto';
import { Hello, type Stage } from '../model/evidence.ts';
import { sanitizeStrings } from '../model/sanitize.ts';
import { type Frame, headerOf } from './frames.ts';
import { parseGuestJson } from './json.ts';
import { issue, type ReadFrame, readFrame } from './read-frame.ts';
import type { Expectation } from './request.ts';
import { isEnded, noStages, type Progress, takeStage } from './stage-order.ts';
import { countFrame, countStage, countValues, noUsage, type Usage } from './usage.ts';

/** Where the talk with one guest stands. A plain value; `receive` and `requested` give the next one. */
export type Session =
  | { readonly phase: 'new' }
  | { readonly phase: 'ready' }
  | {
      readonly phase: 'requested';
      readonly expect: Expectation;
      readonly progress: Progress;
      readonly usage: Usage;
      /** Over all frames of the result so far. Grows in place, like the usage. */
      readonly seal: Hmac;
    }
  | { readonly phase: 'closed' }
  | { readonly phase: 'broken'; readonly reason: string };

/** What a frame meant. `answered` is the seal that fits: the request is complete. */
export type SessionEvent =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'stage'; readonly stage: Stage }
  | { readonly type: 'answered' }
  | { readonly type: 'document'; readonly text: string }
  | { readonly type: 'bye' }
  | { readonly type: 'violation'; readonly reason: string };

export type Step = readonly [Session, SessionEvent];

export const newSession: Session = { phase: 'new' };

function broken(reason: string): Step {
  return [
    { phase: 'broken', reason },
    { type: 'violation', reason },
  ];
}

/** The session after a request was sent; only a guest that said hello and owes no result can get one. */
export function requested(session: Session, expect: Expectation): Session {
  if (session.phase !== 'ready') return { phase: 'broken', reason: `request while ${session.phase}` };
  const seal = createHmac('sha256', Buffer.from(expect.sealKey, 'hex'));
  return { phase: 'requested', expect, progress: noStages(expect.command), usage: noUsage(), seal };
}

/**
 * Takes one frame from the guest. Never throws: what is not legal now is a violation, and stays one.
 * @param read what the frame holds, where another thread has read it
 */
export function receive(session: Session, frame: Frame, read?: ReadFrame): Step {
  switch (session.phase) {
    case 'broken':
      return broken(session.reason);
    case 'closed':
      return broken(`${frame.name} after bye`);
    case 'new':
      return frame.name === 'hello' ? receiveHello(frame) : broken(`${frame.name} before hello`);
    case 'ready':
      if (frame.name === 'bye') return [{ phase: 'closed' }, { type: 'bye' }];
      return broken(frame.name === 'hello' ? 'second hello' : `${frame.name} without a request`);
    case 'requested':
      return receiveResponse(session, frame, read);
  }
}

function receiveHello(frame: Frame): Step {
  const parsed = parseGuestJson(frame.payload);
  if (!parsed.ok) return broken(`hello is ${parsed.reason}`);
  const hello = Hello.safeParse(parsed.value);
  if (!hello.success) return broken(`hello does not fit its schema (${issue(hello.error)})`);
  return [{ phase: 'ready' }, { type: 'hello', hello: sanitizeStrings(hello.data) }];
}

type RequestedSession = Extract<Session, { phase: 'requested' }>;

function receiveResponse(session: RequestedSession, frame: Frame, read?: ReadFrame): Step {
  const excess = countFrame(session.usage, frame.name, frame.payload.length);
  if (excess !== undefined) return broken(excess);
  if (frame.name === 'seal') return receiveSeal(session, frame);
  session.seal.update(headerOf(frame)).update(frame.payload);
  switch (frame.name) {
    case 'document':
      return receiveDocument(session, frame, read ?? readFrame('document', frame.payload));
    case 'stage':
      return receiveStage(session, frame, read ?? readFrame('stage', frame.payload));
    case 'hello':
      return broken('second hello');
    default:
      return broken(`${frame.name} before the response was complete`);
  }
}

/** Only PID 1 of the guest has the key: frames of whoever took the port over never become a result. */
function receiveSeal({ progress, seal }: RequestedSession, frame: Frame): Step {
  if (!isEnded(progress)) return broken('seal before exit');
  if (!seal.digest().equals(frame.payload)) return broken('the seal of the response does not fit what was said');
  return [{ phase: 'ready' }, { type: 'answered' }];
}

function receiveDocument(session: RequestedSession, frame: Frame, read: ReadFrame): Step {
  const progress = takeStage(session.progress, 'document');
  if (typeof progress === 'string') return broken(progress);
  if (!read.ok) return broken(read.reason);
  const excess = countValues(session.usage, read.values);
  if (excess !== undefined) return broken(excess);
  return [
    { ...session, progress },
    { type: 'document', text: frame.payload.toString('utf8') },
  ];
}

function receiveStage(session: RequestedSession, frame: Frame, read: ReadFrame): Step {
  if (!read.ok) return broken(read.reason);
  const { stage, values } = read;
  if (stage === undefined) return broken('a document instead of a stage');
  const excess = countValues(session.usage, values) ?? countStage(session.usage, stage.stage, frame.payload.length);
  if (excess !== undefined) return broken(excess);
  if (stage.stage === 'begin') {
    if (stage.nonce !== session.expect.nonce) return broken('begin repeats another nonce');
    if (stage.artifact_sha256 !== session.expect.artifactSha256) return broken('begin repeats another artifact digest');
  }
  const progress = takeStage(session.progress, stage);
  if (typeof progress === 'string') return broken(progress);
  return [
    { ...session, progress },
    { type: 'stage', stage },
  ];
}
