import { expect, test } from 'vitest';
import { readByUsers } from './read-by-users.ts';
import { ALLOWED, RULES, type Rule } from './vocabulary.ts';

const places = readByUsers();

/** Texts of a rule that are left when what is allowed is taken away. */
function breaches({ pattern }: Rule, of = places): string[] {
  return of
    .filter(({ text }) => pattern.test(ALLOWED.reduce((rest, phrase) => rest.replaceAll(phrase, ' '), text)))
    .map(({ where, text }) => `${where}: ${text.trim()}`);
}

test('pages, help and messages are looked at', () => {
  for (const start of [
    'README.md',
    'CHANGELOG.md',
    'action.yml',
    'docs/',
    'schemas/',
    'bpfcompat help',
    'src/',
    'validator-c/',
  ])
    expect(places.filter(({ where }) => where.startsWith(start)).length, start).toBeGreaterThan(20);
});

test.each(RULES.map((rule) => [rule.pattern.source, rule] as const))('nothing says %s', (_name, rule) => {
  expect([...new Set(breaches(rule))], `write: ${rule.write}`).toEqual([]);
});

test('a word that comes back is found', () => {
  for (const { pattern, example } of RULES) {
    expect(pattern.test(example), example).toBe(true);
    expect(breaches({ pattern, write: '', example }, [{ where: 'x', text: `a ${example} b` }])).toHaveLength(1);
  }
});

test('each phrase that is allowed is said somewhere', () => {
  const unused = ALLOWED.filter((phrase) => !places.some(({ text }) => text.includes(phrase)));
  expect(unused).toEqual([]);
});
