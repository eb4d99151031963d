import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const table = readFileSync(join(root, 'src/README.md'), 'utf8');

/** Folders in the order of the table: each may import from those before it. */
const folders = [...table.matchAll(/^\| `([a-z.-]+)`/gm)].map(([, name]) => name);
const PLACE = '`([a-z-]+)\\/([\\w./-]+)`(?: `(\\w+)`)?';
const steps = [...page.matchAll(new RegExp(`^\\| ${PLACE} \\| ${PLACE} \\| (\\w+) \\|$`, 'gm'))];

/** The text of a function of a file, or of the whole file where none is named. */
function bodyOf(folder: string, file: string, name: string | undefined): string {
  const text = readFileSync(join(root, 'src', folder, file), 'utf8');
  if (name === undefined) return text;
  const start = text.search(new RegExp(`^(?:export )?(?:async )?function\\*? ${name}\\b`, 'm'));
  expect(start, `${folder}/${file} has no ${name}`).toBeGreaterThanOrEqual(0);
  const end = text.indexOf('\n}\n', start);
  return text.slice(start, end);
}

test('docs/architecture.md has the steps of a check', () => {
  expect(steps.length).toBeGreaterThan(30);
});

test.each(steps.map(([, ...cells]) => [cells.slice(0, 6).join(' '), cells] as const))(
  '%s',
  (_name, [fromFolder = '', fromFile = '', fromName, toFolder = '', toFile = '', toName = '', way]) => {
    expect(bodyOf(toFolder, toFile, toName)).not.toBe('');
    expect(bodyOf(fromFolder, fromFile, fromName)).toMatch(new RegExp(`\\b${toName}\\b`));
    const [from, to] = [folders.indexOf(fromFolder), folders.indexOf(toFolder)];
    expect(way).toBe(from === to ? 'sideways' : 'down');
    expect(to).toBeLessThanOrEqual(from);
    expect(to).toBeGreaterThanOrEqual(0);
  },
);
