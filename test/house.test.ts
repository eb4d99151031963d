import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(?:m?ts|tsx)$/.test(entry.name) ? [path] : [];
  });
}

interface Rule {
  readonly pure: boolean;
  readonly allowed: ReadonlySet<string>;
  readonly typesOnly: ReadonlySet<string>;
  /** Permissions as the table spells them; a row above that `everything above` stands for is none. */
  readonly granted: readonly string[];
}

/** The table of src/README.md: `| folder | what | may import |`. */
function readRules(): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const line of readFileSync(join(src, 'README.md'), 'utf8').split('\n')) {
    const row = /^\| `([^`]+)`\s*\|(.*)\|\s*([^|]*?)\s*\|$/.exec(line);
    if (!row) continue;
    const words = (row[3] ?? '').split(',').map((word) => word.trim());
    const granted = words.filter((word) => word !== '–' && word !== 'everything above');
    const above = words.includes('everything above') ? [...rules.keys()] : [];
    rules.set(row[1] ?? '', {
      pure: /\bPure\b/.test(row[2] ?? ''),
      allowed: new Set(['model', ...above, ...granted.filter((word) => !word.endsWith(' (types)'))]),
      typesOnly: new Set(
        granted.filter((word) => word.endsWith(' (types)')).map((word) => word.replace(' (types)', '')),
      ),
      granted,
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

/** Row of the table that an import falls under: a folder, `index.ts`, or a package. */
function keyOf(file: string, target: string): string {
  const [, inside] = /^[./]+\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(target) ?? [];
  return inside ?? (target.startsWith('.') ? folderOf(join(file, '..', target)) : target);
}

/** Text without comments and without what stands in quotes. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1')
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
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
      if (!rule) return;
      const wrong = importsOf(file).filter(({ target, typeOnly }) => {
        const key = keyOf(file, target);
        if (key === folder || rule.allowed.has(key)) return false;
        if (rule.typesOnly.has(key)) return !typeOnly;
        return !(target.startsWith('node:') && rule.allowed.has('node:*'));
      });
      expect(wrong).toEqual([]);
    },
  );

  test.each([...rules].filter(([, { pure }]) => pure))('%s is pure: no clock, network, process or timer', (folder) => {
    const world =
      /\bfetch\(|\bnew Date\(\)|\bDate\.now\b|\bperformance\.|\bprocess\.|\bset(?:Timeout|Interval|Immediate)\(|\bMath\.random\b/;
    const own = files.filter((file) => folderOf(file) === folder);
    expect(own.filter((file) => world.test(codeOf(file))).map((file) => relative(root, file))).toEqual([]);
  });

  test.each([...rules])('%s: each permission of src/README.md is used', (folder, { granted }) => {
    const imports = files
      .filter((file) => folderOf(file) === folder)
      .flatMap((file) => importsOf(file).map(({ target }) => keyOf(file, target)));
    const unused = granted
      .map((word) => word.replace(' (types)', ''))
      .filter((word) => !imports.some((key) => key === word || (word === 'node:*' && key.startsWith('node:'))));
    expect(unused, 'remove them from the table').toEqual([]);
  });

  test('a folder imports from rows above it; model takes types, and nothing else, from below', () => {
    const order = [...rules.keys()];
    const upwards = [...rules].flatMap(([folder, { granted }]) =>
      granted
        .filter((word) => order.indexOf(word.replace(' (types)', '')) > order.indexOf(folder))
        .filter((word) => !(folder === 'model' && word.endsWith(' (types)')))
        .map((word) => `${folder} imports ${word}`),
    );
    expect(upwards).toEqual([]);
  });

  test('no module is over 12 KB: a larger one does two things', () => {
    expect(files.filter((file) => statSync(file).size > 12 * 1024).map((file) => relative(root, file))).toEqual([]);
  });

  test('half of all modules have at most 3 KB', () => {
    const sizes = files.map((file) => statSync(file).size).sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(3 * 1024);
  });

  test('process.env is read in the faces only', () => {
    const faces = new Set(['cli', 'action', 'server', 'api']);
    const readers = files.filter(
      (file) => !faces.has(folderOf(file)) && /process\.env[.[]/.test(readFileSync(file, 'utf8')),
    );
    expect(readers.map((file) => relative(root, file))).toEqual([]);
  });
});
