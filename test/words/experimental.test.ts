import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/config/commands.ts';
import { EXPERIMENTAL, EXPERIMENTAL_WORD } from '../../src/model/experimental.ts';

const root = join(import.meta.dirname, '../..');
const OWN_COMMANDS = /^(?:attest|runtime|agent) /;
const OWN_ROUTES = /\/(?:runtime|agent)\//;
const OWN_PAGES = [
  'runtime.md',
  'runtime-execute-policy.md',
  'runtime-selector-simulation.md',
  'production-runtime-agent-alpha.md',
];
/** The name of a page that users link to, and what every workflow is to do. */
const OF_OTHER_THINGS = ['production-runtime-agent-alpha', 'In production pin the full commit SHA'];

test('each command of the runtime track says that it is experimental', () => {
  const own = COMMANDS.filter(({ name }) => OWN_COMMANDS.test(name));
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter(({ summary }) => !summary.includes(`(${EXPERIMENTAL_WORD})`))).toEqual([]);
});

test('each of its routes does', () => {
  const { paths } = parse(readFileSync(join(root, 'docs/openapi.yaml'), 'utf8')) as {
    paths: Record<string, Record<string, { summary?: string }>>;
  };
  const own = Object.entries(paths).filter(([path]) => OWN_ROUTES.test(path));
  expect(own).toHaveLength(6);
  const silent = own.filter(([, methods]) =>
    Object.values(methods).some(({ summary }) => !summary?.toLowerCase().startsWith(EXPERIMENTAL_WORD)),
  );
  expect(silent.map(([path]) => path)).toEqual([]);
});

test.each(OWN_PAGES)('%s begins with it', (page) => {
  const [, , first = ''] = readFileSync(join(root, 'docs', page), 'utf8').split('\n');
  expect(first.startsWith(`**${EXPERIMENTAL}.**`)).toBe(true);
});

test('no text says that it is for production', () => {
  const files = ['docs', 'src', 'examples/agent'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:md|ya?ml|tsx?|service|timer)$/.test(file))
      .map((file) => join(root, dir, file)),
  );
  expect(files.length).toBeGreaterThan(500);
  const claims = [...files, join(root, 'README.md')]
    .filter((file) => !file.endsWith('src/model/experimental.ts'))
    .flatMap((file) => {
      const text = [EXPERIMENTAL, ...OF_OTHER_THINGS].reduce(
        (left, known) => left.replaceAll(known, ''),
        readFileSync(file, 'utf8'),
      );
      return /production/i.test(text) ? [relative(root, file)] : [];
    });
  expect(claims).toEqual([]);
});
