import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { table } from '../../src/text/table.ts';
import { cutEnd, cutMiddle, head, padEnd, padStart, widthOf } from '../../src/text/width.ts';
import { wrap, wrapList, wrapWords } from '../../src/text/wrap.ts';

describe('width', () => {
  test.each([
    ['plain.bpf.o', 11],
    ['網絡.bpf.o', 10],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
    expect(widthOf(padEnd(text, 20))).toBe(20);
    expect(widthOf(padStart(text, 20))).toBe(20);
  });

  test('a character that does not fit is left out, never torn apart', () => {
    expect(head('網絡探針', 5)).toBe('網絡');
    expect(cutEnd('網絡探針', 6)).toBe('網絡…');
    expect(cutMiddle('網絡探針.bpf.o', 9)).toBe('網絡…pf.o');
    expect(cutMiddle('short', 9)).toBe('short');
  });

  test('what is cut takes no more than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(widthOf(head(text, columns))).toBeLessThanOrEqual(columns);
        expect(widthOf(cutEnd(text, columns))).toBeLessThanOrEqual(Math.max(1, columns));
        expect(widthOf(cutMiddle(text, columns))).toBeLessThanOrEqual(Math.max(1, columns));
      }),
    );
  });
});

describe('lines', () => {
  test('text is broken at blanks; only a word that is longer than a line is cut', () => {
    expect(wrap('one two  three', 9)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 8)).toEqual(['abcdefgh', 'ij']);
    expect(wrap('網絡網絡 探針', 8)).toEqual(['網絡網絡', '探針']);
    expect(wrap('網絡網絡網', 9)).toEqual(['網絡網絡', '網']);
    expect(wrap('', 9)).toEqual([]);
  });

  test('words that are there to be copied are never cut', () => {
    expect(wrapWords('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrapWords('aaaaaaaa b', 3)).toEqual(['aaaaaaaa', 'b']);
    expect(wrapWords('', 5)).toEqual(['']);
  });
});

test('columns stand below each other whatever the names are made of', () => {
  const lines = table([
    ['網絡.bpf.o', 'pass'],
    ['conn.bpf.o', 'fail'],
    ['x', 'skip'],
  ]);
  expect(lines.map((line) => widthOf(line))).toEqual([16, 16, 16]);
});

test('a table that is too wide is cut in its widest columns', () => {
  const lines = table(
    [
      ['A', 'B', 'N'],
      ['x'.repeat(60), 'short', '1'],
      ['y', 'z'.repeat(80), '22'],
    ],
    { width: 60, numbers: [2] },
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines[1]).toMatch(/^x+…x+ +short +1$/);
});

test('lists are broken between their items', () => {
  expect(wrapList(['struct a.b', 'struct c.d', 'e'], 16)).toEqual(['struct a.b,', 'struct c.d, e']);
  expect(wrapList([], 10)).toEqual([]);
  expect(wrapList(['x'.repeat(30)], 10)[0]).toHaveLength(10);
});
