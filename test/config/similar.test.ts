import { describe, expect, test } from 'vitest';
import { didYouMean, enumerate, similarNames } from '../../src/config/similar.ts';

describe('nearMatches', () => {
  test.each([
    ['requierd', ['required', 'id', 'timeout'], ['required']],
    ['TIMEOUT', ['required', 'id', 'timeout'], ['timeout']],
    ['debian-12', ['debian-12-6.1', 'debian-12-6.12', 'ubuntu-24.04-6.8'], ['debian-12-6.1', 'debian-12-6.12']],
    ['xyz', ['required', 'id'], []],
    ['', ['a'], []],
    ['x'.repeat(500), ['x'.repeat(499)], []],
  ])('%s', (word, candidates, expected) => {
    expect(similarNames(word, candidates)).toEqual(expected);
  });

  test('the nearest comes first', () => {
    expect(similarNames('debian-12-6.2', ['debian-13-6.12', 'debian-12-6.12', 'debian-12-6.1'], 2)).toEqual([
      'debian-12-6.12',
      'debian-12-6.1',
    ]);
  });
});

test('words', () => {
  expect(didYouMean('tset', ['test', 'doctor'])).toBe('; did you mean "test"?');
  expect(didYouMean('zzz', ['test'])).toBe('');
  expect(enumerate([], 'or')).toBe('');
  expect(enumerate(['a'], 'or')).toBe('a');
  expect(enumerate(['a', 'b', 'c'], 'and')).toBe('a, b and c');
});
