import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundedLog } from '../../src/guests/bounded-log.ts';

describe('createBoundedLog', () => {
  it('keeps all of a short stream', () => {
    const log = createBoundedLog(4, 4);
    log.append(Buffer.from('abc'));
    log.append(Buffer.from('defgh'));
    expect(log.bytes().toString()).toBe('abcdefgh');
  });

  it('keeps head and tail of a long one and says what is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }), (chunks) => {
        const log = createBoundedLog(10, 20);
        for (const chunk of chunks) log.append(chunk);
        const all = Buffer.concat(chunks);
        const missing = all.length - 30;
        const marker = Buffer.from(`\n[${missing} bytes left out]\n`);
        const kept = Buffer.concat([all.subarray(0, 10), marker, all.subarray(-20)]);
        expect(log.bytes()).toEqual(missing > 0 ? kept : all);
      }),
    );
  });

  it('does not change when the chunk it was given is reused', () => {
    const log = createBoundedLog(10, 10);
    const chunk = Buffer.from('abc');
    log.append(chunk);
    chunk.fill(0);
    expect(log.text()).toBe('abc');
  });

  it('cleans the text and cuts its tail at a line', () => {
    const log = createBoundedLog(100, 100);
    log.append(Buffer.from('first\r\n\u001b[31msecond\u001b[0m\nthird\n'));
    expect(log.text()).toBe('first\nsecond\nthird\n');
    expect(log.tail(100)).toBe('first\nsecond\nthird');
    expect(log.tail(8)).toBe('third');
  });
});
