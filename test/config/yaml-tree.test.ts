import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTree } from '../../src/config/yaml-tree.ts';

function firstProblem(text: string): string | undefined {
  const [problem] = readTree(text).problems;
  return problem && `${problem.line}:${problem.column}: ${problem.message}`;
}

describe('values', () => {
  test('scalars keep their source text, whatever they look like', () => {
    const text = 'a: 5.10\nb: 10\nc: yes\nd: 0x1F\ne: "5.10"\nf: 1e3\ng: true\nh: .inf\ni: 2024-01-02\n';
    expect(readTree(text).value).toEqual({
      a: '5.10',
      b: '10',
      c: 'yes',
      d: '0x1F',
      e: '5.10',
      f: '1e3',
      g: 'true',
      h: '.inf',
      i: '2024-01-02',
    });
  });

  test('null is undefined, quoted null is text, keys are text', () => {
    expect(readTree('a:\nb: ~\nc: null\nd: "null"\n5.10: x\ntrue: y\n').value).toEqual({
      a: undefined,
      b: undefined,
      c: undefined,
      d: 'null',
      '5.10': 'x',
      true: 'y',
    });
  });

  test('a second document is rejected, even when it is broken', () => {
    for (const text of ['a: 1\n---\n[', '---\na: 1\n...\n---\n%%% ]\n', 'a: 1\n--- x\n']) {
      expect(readTree(text).problems.map(({ message }) => message)).toEqual([
        expect.stringContaining('a second YAML document begins here'),
      ]);
    }
  });

  test('byte order mark and CRLF', () => {
    const tree = readTree('\ufeffa: 1\r\nb: 2\r\n');
    expect(tree.value).toEqual({ a: '1', b: '2' });
    expect(tree.keyAt(['b'])).toEqual({ line: 2, column: 1 });
  });

  test('aliases are followed', () => {
    expect(readTree('a: &x {k: v}\nb: *x\nc: [*x]\n').value).toEqual({ a: { k: 'v' }, b: { k: 'v' }, c: [{ k: 'v' }] });
  });

  test('merge keys bring what a map does not have itself', () => {
    const text = 'base: &b {k: base, only: base}\nother: &o {k: other, more: other}\n';
    const merged = readTree(`${text}one: {<<: *b, k: own}\nboth:\n  <<: [*b, *o, {last: here}]\nquoted: {'<<': 1}\n`);
    expect(merged.problems).toEqual([]);
    expect(merged.value).toMatchObject({
      one: { k: 'own', only: 'base' },
      both: { k: 'base', only: 'base', more: 'other', last: 'here' },
      quoted: { '<<': '1' },
    });
    expect(merged.keyAt(['one', 'k'])).toEqual({ line: 3, column: 15 });
    expect(merged.at(['both', 'more'])).toEqual({ line: 2, column: 28 });
  });

  test('empty text has no value and no problem', () => {
    expect(readTree('')).toMatchObject({ value: undefined, problems: [] });
    expect(readTree('# nothing\n')).toMatchObject({ value: undefined, problems: [] });
  });
});

test('positions of values and keys, and of the nearest parent', () => {
  const tree = readTree('top:\n  - id: a\n    flags: {x: 1}\n');
  expect(tree.at(['top', 0, 'id'])).toEqual({ line: 2, column: 9 });
  expect(tree.keyAt(['top', 0, 'flags'])).toEqual({ line: 3, column: 5 });
  expect(tree.at(['top', 0, 'flags', 'x'])).toEqual({ line: 3, column: 16 });
  expect(tree.at(['top', 0, 'none', 'deeper'])).toEqual({ line: 2, column: 5 });
  expect(tree.at([])).toEqual({ line: 1, column: 1 });
  expect(tree.keyAt(['none'])).toBeUndefined();
});

describe('problems', () => {
  test.each([
    ['a: 1\nb: 2\na: 3\n', '3:1: duplicate key "a" (first in line 1); keep one of them'],
    ['x: {k: 1, "k": 2}\n', '1:11: duplicate key "k" (first in line 1); keep one of them'],
    ['"": 1\n', '1:1: a key is empty; give it a name'],
    ['? \n: 1\n', '1:3: a key is empty; give it a name'],
    ['? [a]\n: b\n', '1:3: a key is a list or a map; write it as plain text'],
    ['a: !mine 1\n', '1:4: unknown tag !mine; remove it, only plain YAML is read'],
    ['a: !!binary aGk=\n', '1:4: unknown tag tag:yaml.org,2002:binary; remove it, only plain YAML is read'],
    ['a:\n\t- b\n', '2:1: not valid YAML: Tabs are not allowed as indentation'],
    ['a: "x\n', '1:4: not valid YAML: the quote " that opens here is not closed; add the closing "'],
    ['a: "ok"\nb: "x\nc: "y"\n', '2:4: not valid YAML: the quote " that opens here is not closed; add the closing "'],
    ["a: 'x\nb: c\nd: e\n", "1:4: not valid YAML: the quote ' that opens here is not closed; add the closing '"],
    ['- a:\n  - "x\n  - "y"\n', '2:5: not valid YAML: the quote " that opens here is not closed; add the closing "'],
    ['a: [1, 2\nb: 3\n', '1:4: not valid YAML: the bracket [ that opens here is not closed; add the closing ]'],
    ['a: {b: 1\nc: 3\n', '1:4: not valid YAML: the bracket { that opens here is not closed; add the closing }'],
    ['a: {<<: 1}\n', '1:9: a merge key (<<) needs a map, an alias of one, or a list of them'],
    ['a: &a {<<: *a}\n', '1:12: alias *a contains itself; write the value out'],
    ['a: &a\n  <<: [*a]\n', '2:8: alias *a contains itself; write the value out'],
    ['a: &a\n  <<: &s [*s]\n', '2:11: a merge key (<<) needs a map, an alias of one, or a list of them'],
    ['a: *b\n', '1:4: alias *b has no anchor before it; define the anchor first'],
    ['a: &a [*a]\n', '1:8: alias *a contains itself; write the value out'],
    ['__proto__: {polluted: 1}\n', '1:1: key "__proto__" is not allowed; rename it'],
    ['a\0:\0 \0b\0', '1:1: the file is UTF-16; save it as UTF-8'],
    ['\ufffd\ufffda\0', '1:1: the file is UTF-16; save it as UTF-8'],
    ['a: \0\n', '1:1: the file holds binary data; check that it is the right one'],
  ])('%j', (text, problem) => {
    expect(firstProblem(text)).toBe(problem);
  });

  test('size cap', () => {
    const message = '1:1: the file is larger than 256 KiB; such files are small, check that it is the right one';
    expect(firstProblem('#'.repeat(256 * 1024))).toBeUndefined();
    expect(firstProblem('#'.repeat(256 * 1024 + 1))).toBe(message);
    expect(firstProblem(`#${'\u00e4'.repeat(130 * 1024)}`)).toBe(message);
  });

  test('prototypes stay clean', () => {
    readTree('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('hostile files end quickly', () => {
  test('alias bomb', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}]`);
    expect(firstProblem(['l0: &l0 [x]', ...levels].join('\n'))).toContain(
      'more than 2000 aliases; write the values out',
    );
  });

  test('a few aliases of a large list', () => {
    const large = `big: &big [${'x, '.repeat(30_000)}]\n`;
    expect(firstProblem(`${large}copies: [*big, *big, *big, *big]\n`)).toContain('the file expands to too many values');
  });

  test.each([
    ['['.repeat(200_000)],
    ['{a: '.repeat(60_000)],
    ['- '.repeat(120_000)],
    ['? '.repeat(100_000)],
    [Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('nesting %#', (text) => {
    expect(firstProblem(text)).toBe('1:1: lists and maps are nested more than 64 deep; flatten the file');
  });

  test('many keys', () => {
    const tree = readTree(Array.from({ length: 30_000 }, (_, i) => `k${i}:`).join('\n'));
    expect(tree.problems).toEqual([]);
  });
});

test('no text makes it throw', () => {
  const bits = [
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '[',
    ']',
    '{',
    '}',
    '&',
    '*',
    '!',
    '"',
    "'",
    '#',
    '|',
    '>',
    '%',
    ',',
    '?',
    '\t',
    '~',
    '1',
  ];
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...bits), maxLength: 60 }), (text) => {
      for (const { line, column } of readTree(text).problems) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2000 },
  );
});
