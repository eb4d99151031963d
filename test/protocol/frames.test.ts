import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, FRAME_TYPES, type Frame, MAX_PAYLOAD } from '../../src/protocol/frames.ts';
import { encodeFrame } from './guest-frames.ts';

const stage = (seq: number, text = '{}'): Buffer => encodeFrame({ name: 'stage', seq, payload: Buffer.from(text) });

function patched(offset: number, value: number): Buffer {
  const bytes = stage(0);
  bytes.writeUInt8(value, offset);
  return bytes;
}

describe('decoder', () => {
  it('gives the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (payloads, cuts) => {
          const wire = Buffer.concat(payloads.map((payload, seq) => encodeFrame({ name: 'stage', seq, payload })));
          const decoder = createDecoder('guest-to-host');
          const got: Frame[] = [];
          for (let at = 0, i = 0; at < wire.length; i++) {
            const size = cuts[i % cuts.length]!;
            const { frames, violation } = decoder.push(wire.subarray(at, at + size));
            expect(violation).toBeUndefined();
            got.push(...frames);
            at += size;
          }
          expect(got.map((frame) => frame.payload)).toEqual(payloads.map((payload) => Buffer.from(payload)));
          expect(decoder.pendingBytes()).toBe(0);
        },
      ),
    );
  });

  it.each([
    ['bad magic', patched(0, 0), 'bad magic'],
    ['another version', patched(4, 1), 'protocol version 1, 2 expected'],
    ['an unknown type', patched(5, 9), 'frame type 9'],
    ['a type of the other direction', encodeFrame({ name: 'blob', seq: 0, payload: Buffer.alloc(1) }), 'frame type 3'],
    ['a blob kind where there is none', patched(6, 1), 'blob kind 1'],
    ['a sequence gap', stage(1), 'sequence number 1, 0 expected'],
    ['a bye that says something', encodeFrame({ name: 'bye', seq: 0, payload: Buffer.alloc(1) }), 'bye with a payload'],
  ])('rejects %s', (_, bytes, reason) => {
    const decoder = createDecoder('guest-to-host');
    expect(decoder.push(bytes)).toEqual({ frames: [], violation: expect.stringContaining(reason) });
    expect(decoder.push(stage(0)).frames).toEqual([]);
    expect(decoder.push(stage(0)).violation).toContain(reason);
  });

  it('rejects a repeated frame, and keeps what came before', () => {
    const decoder = createDecoder('guest-to-host');
    const { frames, violation } = decoder.push(Buffer.concat([stage(0), stage(1), stage(1)]));
    expect(frames).toHaveLength(2);
    expect(violation).toContain('sequence number 1, 2 expected');
  });

  it.each(['hello', 'stage', 'document'] as const)('checks the size of a %s from the header alone', (name) => {
    const header = stage(0).subarray(0, 16);
    header.writeUInt8(FRAME_TYPES[name], 5);
    header.writeUInt32LE(MAX_PAYLOAD[name] + 1, 12);
    const decoder = createDecoder('guest-to-host');
    const words = `${name} frame of ${MAX_PAYLOAD[name] + 1} bytes, at most ${MAX_PAYLOAD[name]} are allowed`;
    expect(decoder.push(header).violation).toBe(words);
    expect(decoder.pendingBytes()).toBe(0);
    header.writeUInt32LE(MAX_PAYLOAD[name], 12);
    expect(createDecoder('guest-to-host').push(header).violation).toBeUndefined();
  });

  it('takes 64 MiB in the other direction', () => {
    const decoder = createDecoder('host-to-guest');
    const payload = Buffer.alloc(5 * 1024 * 1024);
    const { frames, violation } = decoder.push(encodeFrame({ name: 'blob', kind: 1, seq: 0, payload }));
    expect(violation).toBeUndefined();
    expect(frames[0]).toMatchObject({ name: 'blob', kind: 1 });
  });

  it('never throws, and holds no more than it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
        const decoder = createDecoder('guest-to-host');
        let given = 0;
        for (const chunk of chunks) {
          decoder.push(chunk);
          given += chunk.length;
          expect(decoder.pendingBytes()).toBeLessThanOrEqual(given);
        }
      }),
    );
  });
});
