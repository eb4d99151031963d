import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

test('docs/support-matrix.md has every example and every kernel of the matrix debian (npm run support-matrix)', () => {
  const rows = readFileSync(join(ROOT, 'docs/support-matrix.md'), 'utf8').match(/^\|.*\|$/gm) ?? [];
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const names = globSync('examples/*/*.bpf.c', { cwd: ROOT }).map((path) => /([^/]+)\.bpf\.c$/.exec(path)?.[1] ?? '');
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(cells[0]).toContain(`\`${name}\``);
  const { profiles } = parse(readFileSync(join(ROOT, 'matrices/debian.yaml'), 'utf8')) as {
    profiles: { id: string }[];
  };
  const expected = profiles.map(({ id }) => id.replace(/^debian-(\d+)-/, 'Debian $1: '));
  expect(cells.slice(2).map(([, kernel]) => kernel)).toEqual(expected);
  // Nothing is left open: each kernel has a verdict on each example.
  for (const row of cells.slice(2)) {
    for (const cell of row.slice(3, -1))
      expect(cell).toMatch(/^(?:pass|(?:\[[A-Z_]+\]\(findings\.md#[a-z_]+\)(?:, )?)+)$/);
  }
});
