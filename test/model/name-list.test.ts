import { expect, test } from 'vitest';
import { makeFinding, mergeFindings } from '../../src/classify/make-finding.ts';
import { programsOf } from '../../src/model/finding.ts';
import { nameList, namesIn } from '../../src/model/name-list.ts';

test.each([
  [['a']],
  [['a', 'b']],
  [['a, b']],
  [['a, b', 'c']],
  [['a\\', 'b']],
  [['a\\, b']],
  [['\\\\', ', ', ',', 'x,']],
])('%j is the same names again', (names) => {
  expect(namesIn(nameList(names))).toEqual(names);
});

test('names that compilers write stay as they are; a list of an older report is one', () => {
  expect(nameList(['on_exec', 'on.exit$1'])).toBe('on_exec, on.exit$1');
  expect(namesIn('a, b, , c')).toEqual(['a', 'b', 'c']);
  expect(namesIn('')).toEqual([]);
});

test('a long list from a hostile file takes no time', () => {
  expect(namesIn(`${'\\'.repeat(200_000)}${', '.repeat(100_000)}`)).toHaveLength(1);
});

test('a finding about a program that is called like two is about one, alone and beside others', () => {
  const about = (program: string) =>
    makeFinding({ code: 'UNKNOWN', confidence: 'low', phase: 'load', subject: 'm', args: { program } });
  expect(programsOf(about('a, b').args)).toEqual(['a, b']);
  const [merged] = mergeFindings([about('a, b'), about('a'), about('b')]);
  expect(programsOf(merged?.args ?? {})).toEqual(['a, b', 'a', 'b']);
});
