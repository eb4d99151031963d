import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPosition, positionAt } from '../../src/report/json-position.ts';

const text = `{
  "a": [1, {"b \\"]": "x}"},
    [[], {}], "last"],
  "twice": 1, "twice": 2
}`;

test.each([
  [[], 1, 1],
  [['a'], 2, 8],
  [['a', 0], 2, 9],
  [['a', 1, 'b "]'], 2, 22],
  [['a', 3], 3, 15],
  [['twice'], 4, 24],
])('%j is at %i:%i', (path, line, column) => {
  expect(jsonPosition(text, path)).toEqual({ line, column });
});

test('a path that ends early is the last value on the way', () => {
  expect(jsonPosition(text, ['a', 7, 'x'])).toEqual({ line: 2, column: 8 });
  expect(jsonPosition(text, ['nothing'])).toEqual({ line: 1, column: 1 });
});

test('finds every value of any document', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(6), (document, indent) => {
      const value: unknown = JSON.parse(document);
      const shown = JSON.stringify(value, null, indent);
      const walk = (part: unknown, path: readonly (string | number)[]): void => {
        const { line, column } = jsonPosition(shown, path);
        const lines = shown.split('\n');
        const rest = lines
          .slice(line - 1)
          .join('\n')
          .slice(column - 1);
        expect(rest.startsWith(JSON.stringify(part, null, indent).slice(0, 1))).toBe(true);
        if (Array.isArray(part)) for (const [i, item] of part.entries()) walk(item, [...path, i]);
        else if (typeof part === 'object' && part !== null)
          for (const [key, item] of Object.entries(part)) walk(item, [...path, key]);
      };
      walk(value, []);
    }),
  );
});

test('lines and columns count from 1', () => {
  expect(positionAt('ab\ncd', 0)).toEqual({ line: 1, column: 1 });
  expect(positionAt('ab\ncd', 4)).toEqual({ line: 2, column: 2 });
});
