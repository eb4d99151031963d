import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { code } from '../../src/report/escape.ts';
import { shellWord, shellWords } from '../../src/report/shell-words.ts';

test('plain words stay as they are, others are quoted', () => {
  expect(shellWords(['bpfcompat', 'test', '--artifact', 'a b.o', "it's"])).toBe(
    "bpfcompat test --artifact 'a b.o' 'it'\\''s'",
  );
  expect(shellWord('')).toBe("''");
});

test('a shell reads back what was said, out of a line that was made safe', () => {
  const words = [
    'two\nlines\tand tabs',
    'blanks  in   a row ',
    '\u001b[31mred\u0007',
    'right\u202eleft\u00a0space',
    '::error::x',
    'a ##[group]b',
    "back\\slash 'quote' `tick` $(reboot)",
    'ünï',
  ];
  for (const word of words) {
    const shown = /^`+ ?(.*?) ?`+$/.exec(code(shellWord(word), 1000))?.[1] ?? '';
    expect(shown).not.toMatch(/##\[|(?<!\S)::|[\u0000-\u001f]/);
    expect(execFileSync('bash', ['-c', `printf %s ${shown}`], { encoding: 'utf8' })).toBe(word);
  }
});
