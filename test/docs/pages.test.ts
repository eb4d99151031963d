import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { profileCatalog } from '../tools/profile-catalog.ts';

const root = join(import.meta.dirname, '../..');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const textOf = (page: string): string => readFileSync(join(root, 'docs', page), 'utf8');

test('docs/profile-catalog.md is what the tables say (npm run pages)', async () => {
  expect(textOf('profile-catalog.md')).toBe(await profileCatalog(root));
});

test('every page is in the index', () => {
  const index = textOf('README.md');
  expect(pages.filter((page) => page !== 'README.md' && !index.includes(`(${page})`))).toEqual([]);
});

// A file of the repository that a page names is there, so that who looks finds it.
test.each(pages)('%s names files that there are', (page) => {
  const named = [...textOf(page).matchAll(/`((?:test|src|scripts|examples|matrices|suites)\/[\w./-]+\.[a-z]+)`/g)];
  // Made by commands of the page itself.
  const made = /\.o$|-runnable\.yaml$|^matrices\/supported\.yaml$/;
  const paths = named.map(([, path = '']) => path).filter((path) => !made.test(path));
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

// As do the goals of make.
test.each(pages)('%s names goals of make that there are', (page) => {
  const makefiles = ['Makefile', 'scripts/contract.mk', 'validator-c/Makefile'];
  const rules = makefiles.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const goals = [...textOf(page).matchAll(/(?:`|^ {4}|^)make (?:-C \S+ )?([a-z][\w-]*)/gm)].map(
    ([, goal = '']) => goal,
  );
  // Of other projects: the kernel's own, and that of an example.
  const known = new Set(['modules_install', 'kvm_guest', 'execsnoop']);
  for (const [, names = ''] of rules.matchAll(/^([a-z][\w -]*):/gm))
    for (const name of names.split(' ')) known.add(name);
  expect([...new Set(goals)].filter((goal) => !known.has(goal))).toEqual([]);
});
