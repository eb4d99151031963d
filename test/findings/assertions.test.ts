import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedWords, seenWords } from '../../src/findings/assertions.ts';

test.each([
  ['map', 'key=0 value=1', 'key 0, value 1'],
  ['map', 'min=3 grows=true', 'all values together at least 3, all values together growing'],
  ['map', 'min_entries=1', 'at least 1 entry'],
  ['map', 'key=x636f6e6e00', 'key "conn"'],
  ['map', 'key=x0001', 'key 0x0001'],
  ['variable', 'min=3 grows=true', 'value at least 3, value growing'],
  ['event', 'min=3 contains=x636f6e6e', 'at least 3 records with "conn"'],
  ['event', 'min=1', 'at least 1 record'],
  ['run', 'data_in=x0011 retval=4294967295', 'data_in of 2 bytes, returns -1'],
  ['run', '', 'runs'],
] as const)('wanted of %s: %s', (kind, expected, text) => {
  expect(expectedWords(kind, expected)).toBe(text);
});

test.each([
  ['map', 'found=false', '', 'no such entry'],
  ['map', 'found=true value=5 size=8 before=4 length=8 bytes=x05', '', 'value 5, before 4'],
  ['map', 'found=true value=254 size=1', 'value=-2', 'value -2'],
  ['map', 'found=true length=3 bytes=x0001ff', '', '3 bytes 0x0001ff'],
  ['map', 'entries=2 value=9 size=8', '', '2 entries, all values together 9'],
  ['event', 'records=0 matching=0', '', 'no record'],
  ['event', 'records=12 matching=0 first=x6869', '', '12 records, none as expected, the first begins with "hi"'],
  ['run', 'retval=2 length=1 data_out=xff', '', 'returned 2, data_out of 1 bytes 0xff'],
  ['run', 'errno=-22', '', 'rejected with EINVAL'],
  ['run', '', '', ''],
] as const)('seen of %s: %s', (kind, seen, expected, text) => {
  expect(seenWords(kind, seen, expected)).toBe(text);
});

test('whatever a guest says is words or nothing', () => {
  const keys = [
    'found',
    'value',
    'size',
    'before',
    'entries',
    'length',
    'bytes',
    'records',
    'matching',
    'first',
    'errno',
  ];
  const value = fc.oneof(fc.string(), fc.bigInt().map(String), fc.constantFrom('-1', '0', '99999999999999999999'));
  const field = fc.tuple(fc.constantFrom(...keys), value).map(([key, value]) => `${key}=${value}`);
  const kinds = fc.constantFrom('map', 'event', 'run');
  fc.assert(
    fc.property(kinds, fc.array(field), (kind, fields) => {
      expect(seenWords(kind, fields.join(' '), 'value=-1')).not.toMatch(/undefined|NaN|\[object/);
    }),
  );
});
