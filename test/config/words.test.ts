import { describe, expect, test } from 'vitest';
import { parseBoolean, parseInteger, parseYamlBoolean, quoted } from '../../src/config/words.ts';

describe('booleans', () => {
  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('flag word %s is true', (word) => {
    expect(parseBoolean(word)).toBe(true);
  });
  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('flag word %s is false', (word) => {
    expect(parseBoolean(word)).toBe(false);
  });
  test.each(['yes', 'no', 'on', 'tRUE', '', '2'])('flag word %j is none', (word) => {
    expect(parseBoolean(word)).toBeUndefined();
  });
  test.each(['true', 'Yes', 'ON', 'y'])('YAML word %s is true', (word) => {
    expect(parseYamlBoolean(word)).toBe(true);
  });
  test.each(['False', 'no', 'Off', 'n'])('YAML word %s is false', (word) => {
    expect(parseYamlBoolean(word)).toBe(false);
  });
  test.each(['1', '0', 'yep', ''])('YAML word %j is none', (word) => {
    expect(parseYamlBoolean(word)).toBeUndefined();
  });
});

test.each([
  ['0', 0],
  ['-0', 0],
  ['42', 42],
  ['+42', 42],
  ['-7', -7],
  ['0x10', 16],
  ['0o17', 15],
  ['1_000', 1000],
  ['010', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  ['', undefined],
  [' 1', undefined],
  ['99999999999999999999', undefined],
  ['cpus', undefined],
])('parseInteger(%j) is %j', (text, value) => {
  expect(parseInteger(text)).toBe(value);
});

test('quoted text is short and shows control characters', () => {
  expect(quoted('a\u001b[31m\nb')).toBe('"a\\u001b[31m\\nb"');
  expect(quoted('\u202ex')).toBe('"\\u202ex"');
  expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(57)}..."`);
});
