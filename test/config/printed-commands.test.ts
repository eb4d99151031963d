import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { parseArgs } from '../../src/config/parse-args.ts';
import type { UsageError } from '../../src/model/errors.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The words of a command line without expansions; a comment, a pipe or the next command ends it. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, single, double, plain = ''] of line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    const word = single ?? double ?? plain;
    if (plain !== '' && /^(?:#.*|&&|;|\||>>?)$/.test(plain)) break;
    words.push(word);
  }
  return words;
}

/** Code blocks of a document; a workflow is code. */
function codeOf(file: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8').replace(/ \\\n\s*/g, ' ');
  if (!file.endsWith('.md')) return text;
  const indented = text.split('\n').filter((line) => /^(?: {4})?(?:\$ )?bin\/bpfcompat [^`]*$/.test(line));
  const blocks = [...text.matchAll(/^ *```[^\n]*\n([\s\S]*?)^ *```/gm)].map(([, body = '']) => body);
  return [...blocks, ...indented].join('\n');
}

/** Command lines that run our program. One that goes on elsewhere (`...`) is none. */
function commandsOf(file: string): string[] {
  const lines = codeOf(file).matchAll(/^(?:[ \t]*(?:\$ )?|.*&& |.*run: (?:.*\/)?)(?:\S*\/)?bpfcompat ([a-z][^\n]*)$/gm);
  return [...lines]
    .map(([, line = '']) => line)
    .filter((line) => !/(?:^|\s)(?:\.\.\.|…)(?:\s|$)|[A-Z]\.\.\./.test(line));
}

/** Commands in messages of ours: `"bpfcompat x"`, 'bpfcompat x', or behind "write". */
function advised(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
    .replace(/\$\{flag\('([a-z-]+)'\)\}/g, '--$1')
    .replace(/\$\{[^}]*\}/g, 'x');
  const found = [...text.matchAll(/(?:"bpfcompat ([^"`\n]*)"|(?<=[\s;:`])'bpfcompat ([^'`\n]*)'(?![,;)]))/g)];
  return found
    .map(([, double, single]) => double ?? single ?? '')
    .filter((line) => /^[a-z]/.test(line) && !/^x\b/.test(line));
}

/** Optional flags of a usage line count as given. */
const plainly = (line: string): string => line.replace(/\[([^\]]*)\]/g, '$1').replace(/ N\b/g, ' 1');

const files = globSync(['*.md', 'docs/**/*.md', 'adapters/**/*.md', 'examples/**/*.{md,yml}', '.github/**/*.yml'], {
  dot: true,
  cwd: ROOT,
}).sort();
const reported = files.flatMap((file) => commandsOf(file).map((line) => [file, line] as const));
const sources = globSync('src/**/*.ts', { cwd: ROOT }).sort();
const messages = sources.flatMap((file) => advised(file).map((line) => [file, line] as const));

test('there are such commands', () => {
  expect(reported.length).toBeGreaterThan(20);
  expect(messages.length).toBeGreaterThan(10);
});

test.each(reported)('%s: bpfcompat %s', (_file, line) => {
  expect(() => parseArgs(wordsOf(plainly(line)))).not.toThrow();
});

test.each(messages)('%s reports bpfcompat %s', (_file, line) => {
  try {
    parseArgs(wordsOf(line));
  } catch (error) {
    // What a message names may want more words; whatever is there must be right.
    expect((error as UsageError).code).toMatch(/^missing_/);
  }
});

test('nothing is advertised under a name of a registry that is not ours yet', () => {
  for (const file of files)
    expect(readFileSync(join(ROOT, file), 'utf8'), file).not.toMatch(/\bnpx (?:-\S+ )*bpfcompat/);
});
