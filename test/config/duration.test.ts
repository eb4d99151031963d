import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['180s', 180_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['0', 0],
    ['-0', 0],
    ['250ms', 250],
    ['1h2m3s4ms', 3_723_004],
    ['500us', 0.5],
    ['500\u00b5s', 0.5],
    ['500\u03bcs', 0.5],
    ['1ns', 0.000001],
    ['.5s', 500],
    ['5.s', 5000],
    ['+2s', 2000],
    ['-2s', -2000],
    ['1.001s', 1001],
    ['30s1m', 90_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each([
    '',
    '5',
    '1',
    '00',
    's',
    '.s',
    '1.2.3s',
    '1 s',
    ' 1s',
    '1s ',
    '1d',
    '1S',
    '--1s',
    '1e3s',
    '1m30',
    '0x1s',
    '9999999999h',
    `${'1'.repeat(80)}s`,
  ])('not a duration: %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [180_000, '3m'],
    [5_400_000, '1h30m'],
    [250, '250ms'],
    [0.5, '500us'],
    [1500, '1.5s'],
    [-2000, '-2s'],
    [59_999.9999, '1m'],
  ])('%d', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what it writes is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  test('no text makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('1', '0', '.', 's', 'm', 'h', '-', '+', 'n', 'u') }), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});
