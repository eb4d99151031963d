import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeStrings, sanitizeText } from '../../src/model/sanitize.ts';

describe('sanitizeText', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['cursor movement', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['an OSC 8 link', '\u001b]8;;http://x\u0007text\u001b]8;;\u001b\\', 'text'],
    ['a window title', '\u001b]0;title\u0007x', 'x'],
    ['an unfinished OSC', 'a\u001b]0;title\nb', 'a\nb'],
    ['8-bit CSI', 'a\u009b31mb', 'ab'],
    ['a bidi override', 'a\u202ecod.exe\u2066b', 'acod.exeb'],
    ['zero width', 'pass\u200bword\ufeff', 'password'],
    ['controls', 'a\u0000\u0008\rb\u007f\u0085', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ])('removes %s', (_, dirty, clean) => {
    expect(sanitizeText(dirty)).toBe(clean);
  });

  it('keeps line feeds, tabs and the letters of the world', () => {
    expect(sanitizeText('a\n\tb é 内核 🐝')).toBe('a\n\tb é 内核 🐝');
  });

  it('leaves nothing dangerous and is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = sanitizeText(text);
        expect(clean).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/u);
        expect(sanitizeText(clean)).toBe(clean);
      }),
    );
  });
});

it('sanitizeStrings cleans every string of a value', () => {
  const value = { a: ['x\u0007', 1, null, { b: '\u001b[0my' }], c: true };
  expect(sanitizeStrings(value)).toEqual({ a: ['x', 1, null, { b: 'y' }], c: true });
  expect(value.a[0]).toBe('x\u0007');
});
