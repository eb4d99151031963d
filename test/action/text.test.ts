import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmless, lineWriter } from '../../src/action/text.ts';
import { commandsIn } from './support/runner-log.ts';

const hostile = fc
  .array(
    fc.constantFrom(
      '::',
      ':',
      '##[',
      '#',
      '[',
      ']',
      '\r',
      '\n',
      ' ',
      '\t',
      'error',
      'add-mask',
      'stop-commands',
      'x',
      '\u2028',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('no text is a command once it is harmless', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(commandsIn(harmless(text))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('nor in pieces, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(hostile), (pieces) => {
      let log = '';
      const writer = lineWriter((text) => {
        log += text;
      });
      for (const piece of pieces) writer.write(piece);
      writer.end();
      expect(commandsIn(log)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('what is harmless looks the same', () => {
  expect(harmless('a normal line\n').replaceAll('\u200b', '')).toBe('a normal line\n');
  expect(harmless('::error::x ##[warning]').replaceAll('\u200b', '')).toBe('::error::x ##[warning]');
});
