import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORMATS } from '../src/model/formats.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/adding.md'), 'utf8');
const named = [...page.matchAll(/`([\w.-]+\/[\w./-]+)`/g)].map(([, path = '']) => path);

test('docs/adding.md names files', () => {
  expect(named.length).toBeGreaterThan(20);
});

test.each([...new Set(named)])('%s is there', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});

test('a format is written where the page says, and nowhere else by name', () => {
  const action = readFileSync(join(root, 'src/config/shard-option-rows.ts'), 'utf8');
  for (const { name } of FORMATS) expect(action).not.toContain(`'${name}'`);
});
