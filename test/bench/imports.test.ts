import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const programs = readdirSync(join(root, 'bench'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.mjs'),
);

/** What a program of the benchmark takes from the built library: `[module below src, name]`. */
function takenBy(program: string): [string, string][] {
  const path = join(root, 'bench', program);
  const imports = readFileSync(path, 'utf8').matchAll(/^import \{([^}]+)\} from '(\.[^']*\/lib\/[^']+)\.js';$/gm);
  return [...imports].flatMap(([, names = '', from = '']) => {
    const module = relative(join(root, 'lib'), resolve(path, '..', from));
    return names.split(',').map((name): [string, string] => [module, name.trim()]);
  });
}

const taken = programs.flatMap(takenBy);

test('there are imports to look at', () => {
  expect(taken.length).toBeGreaterThan(5);
});

// What is written against lib/ is not compiled: a renamed export would show when somebody measures.
test.each(taken)('%s exports %s', async (module, name) => {
  expect(Object.keys(await import(join(root, 'src', `${module}.ts`)))).toContain(name);
});
