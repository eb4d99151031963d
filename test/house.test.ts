import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

interface Rule {
  readonly all: boolean;
  readonly allowed: ReadonlySet<string>;
  readonly typesOnly: ReadonlySet<string>;
}

/** The table of src/README.md: `| folder | what | may import |`. */
function readRules(): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const line of readFileSync(join(src, 'README.md'), 'utf8').split('\n')) {
    const row = /^\| `([^`]+)`\s*\|.*\|\s*([^|]*?)\s*\|$/.exec(line);
    if (!row) continue;
    const words = (row[2] ?? '').split(',').map((word) => word.trim());
    const typesOnly = new Set(words.filter((w) => w.endsWith('(types)')).map((w) => w.replace(' (types)', '')));
    rules.set(row[1] ?? '', {
      all: words.includes('everything above'),
      allowed: new Set(['model', ...words]),
      typesOnly,
    });
  }
  return rules;
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^;]*?\sfrom\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  )) {
    found.push({ target: match[2] ?? match[3] ?? match[4] ?? '', typeOnly: match[1] !== undefined });
  }
  return found;
}

function folderOf(path: string): string {
  return relative(src, path).split('/')[0] ?? '';
}

const rules = readRules();
const files = sources(src);

describe('the house', () => {
  test('there is something to look at', () => {
    expect(rules.size).toBeGreaterThan(8);
    expect(files.length).toBeGreaterThan(20);
  });

  test.each(files.map((file) => [relative(root, file), file]))(
    '%s imports only what src/README.md allows',
    (_name, file) => {
      const folder = folderOf(file);
      const rule = rules.get(folder);
      expect(rule, `src/README.md has no row for ${folder}`).toBeDefined();
      if (!rule || rule.all) return;
      const wrong = importsOf(file).filter(({ target, typeOnly }) => {
        const key = target.startsWith('.') ? folderOf(join(file, '..', target)) : target;
        if (key === folder || rule.allowed.has(key)) return false;
        if (rule.typesOnly.has(key)) return !typeOnly;
        return !(target.startsWith('node:') && rule.allowed.has('node:*'));
      });
      expect(wrong).toEqual([]);
    },
  );

  test('no module is over 12 KB: a larger one does two things', () => {
    expect(files.filter((file) => statSync(file).size > 12 * 1024).map((file) => relative(root, file))).toEqual([]);
  });

  test('process.env is read in the faces only', () => {
    const faces = new Set(['cli', 'action', 'server', 'api']);
    const readers = files.filter(
      (file) => !faces.has(folderOf(file)) && /process\.env[.[]/.test(readFileSync(file, 'utf8')),
    );
    expect(readers.map((file) => relative(root, file))).toEqual([]);
  });
});
