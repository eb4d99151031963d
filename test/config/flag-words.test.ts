import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/config/commands.ts';
import { OPTIONS } from '../../src/config/options.ts';

const src = join(import.meta.dirname, '../../src');
/** Every program has `--version`. */
const names = new Set<string>(OPTIONS.map(({ name }) => name).filter((name) => name !== 'version'));

/** The command line itself, and the tables that its help is made of. */
const OF_THE_COMMAND_LINE = /^(?:cli\/|config\/(?:[a-z-]+-option-rows|options|commands|help)\.ts$)/;
/** Flags of other programs that are called like ours, as they stand in the text. */
const OF_OTHERS = [
  "'$BPFCOMPAT_BIN --check'",
  "['rev-list', '--objects', '--missing=print', '--all']",
  'with --btf for bpf-linker',
  "['--dry-run', '--run', run, '--exec', 'true']",
];

function flagsIn(text: string): string[] {
  const own = OF_OTHERS.reduce((left, other) => left.replaceAll(other, ''), text);
  return [...own.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].flatMap(([, name = '']) => (names.has(name) ? name : []));
}

/** Text without comments. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1');
}

test('texts name options, and no flags: the Action and the library have other words for them', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(500);
  const found = files
    .filter((file) => !OF_THE_COMMAND_LINE.test(file))
    .flatMap((file) => flagsIn(codeOf(join(src, file))).map((name) => `${relative(src, join(src, file))}: --${name}`));
  expect(
    found,
    "write option('name') or setting('name', value) of model/wording.ts; flag('name') in what is saved",
  ).toEqual([]);
});

test('the scan sees flags in texts, and none of other programs', () => {
  expect(flagsIn("raise --timeout, or (--keep) it with '--out=x'")).toEqual(['timeout', 'keep', 'out']);
  expect(flagsIn("run('flock', ['--exclusive', '--no-fork'])")).toEqual([]);
});

test('the help names flags that there are', () => {
  const texts = [...OPTIONS, ...COMMANDS].flatMap((row) => [
    'summary' in row ? row.summary : row.description,
    'arguments' in row ? row.arguments.description : '',
  ]);
  const named = texts.flatMap((text) => [...text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !names.has(name ?? ''))).toEqual([]);
});
