import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readManifest } from '../../src/config/manifest.ts';
import { readMatrix } from '../../src/config/matrix.ts';
import { readProfile } from '../../src/config/profile.ts';
import { readYaml } from '../../src/config/yaml-file.ts';
import { flag, integer, line, list } from '../../src/config/yaml-schema.ts';
import { UsageError } from '../../src/model/errors.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const Schema = z.strictObject({
  on: flag.default(false),
  count: integer(0, 10).default(1),
  items: list(z.strictObject({ id: line({ required: true }) }), { unique: 'id' }).default([]),
});

const read = (text: string) => readYaml({ file: 'dir/f.yaml', text }, Schema, 'f_invalid');

test('values, defaults and places', () => {
  const { value, at } = read('on: Yes\nitems:\n  - id: x\n');
  expect(value).toEqual({ on: true, count: 1, items: [{ id: 'x' }] });
  expect(at(['items', 0, 'id'])).toBe('dir/f.yaml:3:9');
  expect(at(['items', 5, 'id'])).toBe('dir/f.yaml:3:3');
  expect(at(['count'])).toBe('dir/f.yaml:1:1');
});

test('JSON needs no blanks', () => {
  expect(read('{"on":true,"count":2}').value).toMatchObject({ on: true, count: 2 });
  expect(usageErrorOf(() => read('{"on":true,"cuont":2}')).message).toContain('unknown key "cuont"');
});

describe('a second document', () => {
  test('is rejected with its line: nothing of a file is passed over in silence', () => {
    const error = usageErrorOf(() => read('on: yes\n---\ncount: 3\n'));
    expect(error.message).toMatch(/^dir\/f\.yaml:2:1: a second YAML document begins here/);
    expect(() => read('on: yes\n...\n---\ncount: 3\n')).toThrow(/second YAML document/);
  });

  test.each(['on: yes\n---\n', 'on: yes\n...\n', '---\non: yes\n', 'on: yes\n--- # nothing\n'])(
    '%j has none',
    (text) => {
      expect(read(text).value).toMatchObject({ on: true });
    },
  );
});

describe('errors', () => {
  test('a broken item does not hide a duplicate', () => {
    const error = usageErrorOf(() => read('items:\n  - {id: a, x: 1}\n  - id: b\n  - id: b\n  - 5\n'));
    expect(error.code).toBe('f_invalid');
    expect(error.message.split('\n')).toEqual([
      'dir/f.yaml:2:13: unknown key "x" in items[0]; remove it (known keys: id)',
      'dir/f.yaml:4:9: items[2].id "b" is a duplicate (first in line 3); keep one of them',
      'dir/f.yaml:5:5: items[3] must be a map (lines of "key: value"), not a text',
    ]);
  });

  test('values of an alias are blamed where they are written', () => {
    const error = usageErrorOf(() => read('count: &n 11\nitems: [{id: *n}, {id: *n}]\n'));
    expect(error.message.split('\n')[0]).toContain(
      'dir/f.yaml:1:11: count must be a whole number from 0 to 10, not "11"',
    );
  });

  test('hostile text in a message is escaped and shortened', () => {
    const error = usageErrorOf(() => read(`"k\\e[31m${'x'.repeat(300)}": 1\n`));
    expect(error.message).not.toContain('\u001b');
    expect(error.message.length).toBeLessThan(200);
  });

  test.each([
    '"k\\e[31m": 1\n"k\\e[31m": 1\n',
    '- \u001b[31m\nb: \u001b[31m\n',
    `a: !\u001b[31m${'t'.repeat(500)} 1\n`,
    `- a\n${'b'.repeat(5000)}: c\n`,
  ])('syntax messages are safe to print %#', (text) => {
    const error = usageErrorOf(() => read(text));
    expect(error.message).not.toContain('\u001b');
    expect(Math.max(...error.message.split('\n').map((one) => one.length))).toBeLessThan(300);
  });
});

test('no text makes a reader throw anything but UsageError', () => {
  const bits = [
    'id',
    'profiles',
    'programs',
    'name',
    'kernel',
    'image',
    'boot',
    ': ',
    ':',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
  ];
  const more = [
    '&a ',
    '*a',
    '<<',
    '~',
    '1',
    '"',
    "'",
    '| ',
    'true',
    'maps',
    'attach',
    '__proto__',
    'constructor',
    '---\n',
    '!x ',
  ];
  const text = fc.array(fc.constantFrom(...bits, ...more), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (source) => {
      for (const reader of [readManifest, readMatrix, readProfile]) {
        try {
          reader({ file: 'f', text: source });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as UsageError).message).toMatch(/^f:\d+:\d+: /);
        }
      }
    }),
    { numRuns: 1500 },
  );
});
