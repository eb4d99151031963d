import { expect, test } from 'vitest';
import { notesOfCases } from '../../src/run/run-notes.ts';

test('what all cases of a run note is noted once', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const cases = names.map((name, at) => ({ name, notes: ['of all', ...(at < 4 ? ['of four'] : ['of e'])] }));
  expect(notesOfCases(cases)).toEqual(['of all', 'a, b, c and 1 more: of four', 'e: of e']);
  expect(notesOfCases([{ name: 'a', notes: ['n', 'n'] }])).toEqual(['a: n']);
  expect(notesOfCases([{ name: '', notes: ['n'] }])).toEqual(['n']);
});
