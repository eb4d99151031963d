import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../src/model/evidence.ts';
import { createDecoder, type Frame, MAX_STAGE_FRAMES } from '../../src/protocol/frames.ts';
import { MAX_JSON_VALUES } from '../../src/protocol/json.ts';
import { newSession, receive, requested, type Session, type SessionEvent } from '../../src/protocol/session.ts';
import { STAGE_LIMITS } from '../../src/protocol/stage-limits.ts';
import { MAX_REQUEST_VALUES } from '../../src/protocol/usage.ts';
import { programFacts } from '../fixtures/evidence.ts';
import {
  ATTACH,
  BEGIN,
  EXIT,
  EXPECT,
  FUNCTIONAL,
  frameOf,
  HELLO,
  LOAD,
  OPEN,
  PROGRAM,
  STEP,
  sealOf,
  wireOf,
} from './guest-frames.ts';

/** Feeds hello and a request, then the frames; the events that came of them. */
function talk(frames: readonly Frame[]): SessionEvent[] {
  const [ready] = receive(newSession, frameOf('hello', HELLO));
  let session: Session = requested(ready, EXPECT);
  return frames.map((frame) => {
    const [next, event] = receive(session, frame);
    session = next;
    return event;
  });
}

const stages = (...values: unknown[]): Frame[] => values.map((value) => frameOf('stage', value));
const sealed = (...values: unknown[]): Frame[] => [...stages(...values), sealOf(stages(...values))];
const MAP = { stage: 'map', name: 'm', type: 'hash', status: 'fail', errno: -22, error: '' };
const SYMBOL = {
  ...{ stage: 'symbol', kind: 'function', program: 'p', kallsyms: [], variants: [], btf: null, btf_module: '' },
  ...{ traceable: null, blacklisted: null, category: null, near: [] },
};

/** A stage with `bytes` of something that no schema knows. */
function padded(value: object, bytes: number): Frame {
  return frameOf('stage', { ...value, padding: 'x'.repeat(bytes) });
}

const last = (frames: readonly Frame[]): SessionEvent => talk(frames).at(-1)!;

describe('programs of one name and section', () => {
  const facts = programFacts(PROGRAM.name, { section: PROGRAM.section });
  const twins = { ...OPEN, programs: [facts, facts] };

  it('have as many words as there are of them', () => {
    expect(PROGRAM.name).toBe(ATTACH.program);
    const attach = { ...ATTACH, section: PROGRAM.section };
    const events = talk(stages(BEGIN, twins, PROGRAM, PROGRAM, LOAD, attach, attach));
    expect(events.map(({ type }) => type)).toEqual(Array(7).fill('stage'));
    expect(last(stages(BEGIN, twins, PROGRAM, PROGRAM, PROGRAM))).toMatchObject({
      type: 'violation',
      reason: 'program twice for the same subject',
    });
    expect(last(stages(BEGIN, twins, PROGRAM, PROGRAM, LOAD, attach, attach, attach))).toMatchObject({
      type: 'violation',
    });
  });
});

describe('session', () => {
  it('takes a whole response in order', () => {
    const document = frameOf('document', { schema: 'x' });
    const outcome = [
      ...stages(BEGIN, OPEN, STEP, PROGRAM, STEP, LOAD, STEP, ATTACH, FUNCTIONAL),
      document,
      ...stages(EXIT),
    ];
    const events = talk([...outcome, sealOf(outcome), frameOf('bye', null)]);
    const types = [...Array(9).fill('stage'), 'document', 'stage', 'answered', 'bye'];
    expect(events.map((event) => event.type)).toEqual(types);
  });

  it('takes another request after a result', () => {
    const [ready] = receive(newSession, frameOf('hello', HELLO));
    let session = requested(ready, EXPECT);
    const outcome = stages(BEGIN, OPEN, EXIT);
    for (const frame of [...outcome, sealOf(outcome)]) [session] = receive(session, frame);
    session = requested(session, EXPECT);
    expect(receive(session, stages(BEGIN)[0]!)[1].type).toBe('stage');
  });

  it.each([
    ['a second load', stages(BEGIN, OPEN, LOAD, LOAD), 'second load'],
    ['attach before load', stages(BEGIN, OPEN, ATTACH), 'attach without a passed load'],
    ['attach after a failed load', stages(BEGIN, OPEN, { ...LOAD, status: 'fail' }, ATTACH), 'attach without'],
    ['load after a failed open', stages(BEGIN, { ...OPEN, status: 'fail' }, LOAD), 'load without a passed open'],
    ['a program after the load', stages(BEGIN, OPEN, LOAD, PROGRAM), 'program out of order'],
    ['the same program twice', stages(BEGIN, OPEN, PROGRAM, PROGRAM), 'program twice'],
    ['the same attach twice', stages(BEGIN, OPEN, LOAD, ATTACH, ATTACH), 'attach twice'],
    ['the same test twice', stages(BEGIN, OPEN, LOAD, FUNCTIONAL, FUNCTIONAL), 'functional twice'],
    ['a test before the load', stages(BEGIN, OPEN, FUNCTIONAL), 'functional before load'],
    ['a stage before begin', stages(OPEN), 'open before begin'],
    ['an exit before begin', stages(EXIT), 'exit before begin'],
    ['a second begin', stages(BEGIN, BEGIN), 'second begin'],
    ['a second open', stages(BEGIN, OPEN, OPEN), 'second open'],
    ['a stage after exit', stages(BEGIN, OPEN, EXIT, LOAD), 'load out of order'],
    ['a second exit', stages(BEGIN, EXIT, EXIT), 'second exit'],
    ['another nonce', stages({ ...BEGIN, nonce: '0'.repeat(32) }), 'another nonce'],
    ['another digest', stages({ ...BEGIN, artifact_sha256: 'd'.repeat(64) }), 'another artifact digest'],
    ['a second hello', [frameOf('hello', HELLO)], 'second hello'],
    ['bye before the seal', [...stages(BEGIN, EXIT), frameOf('bye', null)], 'bye before the response'],
    ['a stage after the seal', [...sealed(BEGIN, EXIT), ...stages(LOAD)], 'without a request'],
    ['a seal before exit', [...stages(BEGIN), sealOf(stages(BEGIN))], 'seal before exit'],
    ['a seal of another key', [...stages(BEGIN, EXIT), sealOf(stages(BEGIN, EXIT), '00'.repeat(32))], 'does not fit'],
    ['a seal of other frames', [...stages(BEGIN, OPEN, EXIT), sealOf(stages(BEGIN, EXIT))], 'does not fit'],
    ['an empty seal', [...stages(BEGIN, EXIT), frameOf('seal', '')], 'does not fit'],
    ['bye before the response', [...stages(BEGIN), frameOf('bye', null)], 'bye before the response'],
    ['anything after bye', [...sealed(BEGIN, EXIT), frameOf('bye', null), ...stages(LOAD)], 'after bye'],
    ['two documents', [...stages(BEGIN), frameOf('document', 1), frameOf('document', 2)], 'second document'],
    [
      'a document that is not JSON',
      [...stages(BEGIN), { ...frameOf('document', 1), payload: Buffer.from('{') }],
      'JSON',
    ],
    ['an unknown stage', stages(BEGIN, { stage: 'verdict', status: 'pass' }), 'schema'],
    ['an unsafe number', stages(BEGIN, { ...OPEN, elapsed_us: 2 ** 60 }), 'schema'],
    ['too long a name', stages(BEGIN, { ...STEP, subject: 'x'.repeat(257) }), 'schema'],
  ])('calls %s a violation', (_, frames, reason) => {
    expect(last(frames)).toEqual({ type: 'violation', reason: expect.stringContaining(reason) });
  });

  it.each(['{"stage":"load","__proto__":{"status":"pass"}}', '{"st\\u0061ge":1,"constructor":1}'])(
    'rejects %s',
    (text) => {
      const frame = { ...frameOf('stage', null), payload: Buffer.from(text) };
      expect(last([...stages(BEGIN), frame])).toMatchObject({
        type: 'violation',
        reason: expect.stringContaining('key'),
      });
    },
  );

  it('rejects deep nesting before it parses', () => {
    const payload = Buffer.from(`${'['.repeat(1_000_000)}`);
    const event = last([{ ...frameOf('stage', null), payload }]);
    expect(event).toMatchObject({ reason: expect.stringContaining('deeper than 64') });
  });

  it('keeps the last of duplicate keys in one frame, but no later frame replaces an earlier one', () => {
    const text = JSON.stringify(LOAD).replace('"status":"pass"', '"status":"pass","status":"fail"');
    const twice = { ...frameOf('stage', null), payload: Buffer.from(text) };
    const events = talk([...stages(BEGIN, OPEN), twice, ...stages(LOAD)]);
    expect(events[2]).toMatchObject({ stage: { status: 'fail' } });
    expect(events[3]).toMatchObject({ type: 'violation' });
  });

  it('drops unknown keys and cleans strings', () => {
    const dirty = { ...STEP, subject: '\u001b[31mred\u001b[0m\u202etxt\u0007', verdict: 'pass' };
    const event = last(stages(BEGIN, dirty));
    expect(event).toEqual({ type: 'stage', stage: { ...STEP, subject: 'redtxt' } });
  });

  it('counts stages', () => {
    const many = Array<Frame>(MAX_STAGE_FRAMES).fill(frameOf('stage', STEP));
    const events = talk([...stages(BEGIN), ...many]);
    expect(events.at(-2)).toMatchObject({ type: 'stage' });
    expect(events.at(-1)).toMatchObject({ type: 'violation', reason: expect.stringContaining('stages') });
  });

  it('counts bytes', () => {
    const large = Array.from({ length: 17 }, (_, index) => padded({ ...PROGRAM, name: `p${index}` }, 4_000_000));
    const events = talk([...stages(BEGIN, OPEN), ...large]);
    expect(events.at(-2)).toMatchObject({ type: 'stage' });
    expect(events.at(-1)).toEqual({ type: 'violation', reason: 'more than 67108864 bytes for one request' });
  });

  it.each([
    ['step', STEP, 3],
    ['map', MAP, 5],
  ] as const)('counts the bytes of %s stages', (kind, value, frames) => {
    const events = talk([...stages(BEGIN, OPEN), ...Array<Frame>(frames).fill(padded(value, 4_000_000))]);
    expect(events.at(-2)).toMatchObject({ type: 'stage' });
    const reason = `${kind} stages of more than ${STAGE_LIMITS[kind].bytes} bytes for one request`;
    expect(events.at(-1)).toEqual({ type: 'violation', reason });
  });

  it('counts symbols', () => {
    const symbols = Array.from({ length: 17 }, (_, index) => ({ ...SYMBOL, name: `s${index}` }));
    const events = talk(stages(BEGIN, OPEN, ...symbols));
    expect(events.at(-2)).toMatchObject({ type: 'stage' });
    expect(events.at(-1)).toEqual({ type: 'violation', reason: 'more than 16 symbol stages for one request' });
  });

  it.each([
    ['program', PROGRAM],
    ['map', MAP],
  ])('rejects more %s stages than are looked into in one go', (kind, one) => {
    const reported = Array.from({ length: 2049 }, (_, index) => frameOf('stage', { ...one, name: `n${index}` }));
    const events = talk([...stages(BEGIN, OPEN), ...reported]);
    expect(events.at(-2)?.type).toBe('stage');
    expect(events.at(-1)).toEqual({ type: 'violation', reason: `more than 2048 ${kind} stages for one request` });
  });

  it('counts the values of one frame before it parses them', () => {
    const values = Array(MAX_JSON_VALUES).fill(0);
    const over = last([...stages(BEGIN), frameOf('stage', { ...STEP, values })]);
    expect(over).toEqual({ type: 'violation', reason: `stage is JSON with more than ${MAX_JSON_VALUES} values` });
    expect(last([...stages(BEGIN), frameOf('stage', { ...STEP, values: values.slice(10) })])).toMatchObject({
      type: 'stage',
    });
  });

  it('counts the values of all frames, of the document too', () => {
    const full = frameOf('stage', { ...STEP, values: Array(MAX_JSON_VALUES - 10).fill(0) });
    const five = [...stages(BEGIN), ...Array<Frame>(5).fill(full)];
    const reason = `more than ${MAX_REQUEST_VALUES} JSON values for one request`;
    expect(last(five)).toMatchObject({ type: 'stage' });
    expect(last([...five, full])).toEqual({ type: 'violation', reason });
    expect(last([...five, frameOf('document', Array(1000).fill(0))])).toEqual({ type: 'violation', reason });
  });

  it('counts anew for the next request', () => {
    const [ready] = receive(newSession, frameOf('hello', HELLO));
    const full = frameOf('stage', { ...STEP, values: Array(MAX_JSON_VALUES - 10).fill(0) });
    let session: Session = ready;
    for (let request = 0; request < 2; request++) {
      session = requested(session, EXPECT);
      const outcome = [...stages(BEGIN), full, full, full, ...stages(EXIT)];
      for (const frame of [...outcome, sealOf(outcome)]) [session] = receive(session, frame);
    }
    expect(session.phase).toBe('ready');
  });

  it('rejects everything but hello at first', () => {
    expect(receive(newSession, stages(BEGIN)[0]!)[1].type).toBe('violation');
    expect(receive(newSession, frameOf('hello', { ...HELLO, protocol: HELLO.protocol - 1 }))[1].type).toBe('violation');
    expect(receive(newSession, frameOf('hello', { ...HELLO, kernel: undefined }))[1].type).toBe('violation');
  });
});

describe('hostile streams', () => {
  const legal = stages(BEGIN, OPEN, STEP, PROGRAM, { ...LOAD, status: 'fail' }, EXIT);
  const pool = [...legal, ...stages(LOAD, ATTACH, FUNCTIONAL), frameOf('hello', HELLO), frameOf('bye', null)];

  /** All stages of a stream after hello, as the guest side of a connection would see them recorded. */
  function record(chunks: readonly Uint8Array[]): { stages: Stage[]; broken: boolean } {
    const decoder = createDecoder('guest-to-host');
    let session: Session = newSession;
    const got: Stage[] = [];
    for (const chunk of chunks) {
      const { frames, violation } = decoder.push(chunk);
      for (const frame of frames) {
        const [next, event] = receive(session, frame);
        session = next.phase === 'ready' && event.type === 'hello' ? requested(next, EXPECT) : next;
        if (event.type === 'stage') got.push(event.stage);
      }
      if (violation !== undefined) return { stages: got, broken: true };
    }
    return { stages: got, broken: session.phase === 'broken' };
  }

  it('never throw and never hold two loads, whatever is sent in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 30 }), (frames) => {
        const result = record(wireOf([frameOf('hello', HELLO), ...frames]));
        expect(result.stages.filter((stage) => stage.stage === 'load').length).toBeLessThanOrEqual(1);
        expect(result.stages.filter((stage) => stage.stage === 'exit').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('keep a failed load failed when frames are duplicated, moved, cut or damaged', () => {
    const wire = wireOf([frameOf('hello', HELLO), ...legal, ...stages(LOAD)]);
    const orders = fc.array(fc.nat(wire.length - 1), { maxLength: 20 });
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    fc.assert(
      fc.property(orders, damage, fc.nat(200), (order, hits, cut) => {
        const sent = Buffer.concat(wire.slice(0, 6));
        const more = Buffer.concat(order.map((index) => wire[index]!));
        for (const [at, flip] of hits) if (more.length > 0) more[at % more.length]! ^= flip;
        const result = record([sent, more.subarray(0, Math.max(0, more.length - cut))]);
        const loads = result.stages.filter((stage) => stage.stage === 'load');
        expect(loads.map((stage) => stage.status)).toEqual(['fail']);
      }),
      { numRuns: 500 },
    );
  });

  it('never throw on random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), (chunks) => {
        record(chunks);
      }),
    );
  });
});
