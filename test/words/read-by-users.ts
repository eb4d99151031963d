import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { COMMANDS } from '../../src/config/commands.ts';
import { envMarkdown, envText } from '../../src/config/env.ts';
import { helpText } from '../../src/config/help.ts';
import { manPage } from '../../src/config/man-page.ts';

const ROOT = join(import.meta.dirname, '../..');

/** One place that people read. */
export interface Place {
  /** `file:line`, or what prints it. */
  readonly where: string;
  readonly text: string;
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

function linesOf(where: string, text: string): Place[] {
  return text.split('\n').map((line, index) => ({ where: `${where}:${index + 1}`, text: line }));
}

/** Pages, and files that people copy from; with their comments. */
const PAGES = [
  '*.md',
  'docs/**/*.{md,yaml}',
  'src/README.md',
  '*.yml',
  'setup/*.yml',
  '.github/**/*.{md,yml}',
  'schemas/*.json',
  'matrices/**/*.yaml',
  'suites/**/*.{md,yaml}',
  'adapters/**/*.{md,yaml,yml}',
  'examples/**/*.{md,yaml,yml,c}',
];

/** What is released has the words that it had. */
function unreleased(text: string): string {
  const [head = '', ...releases] = text.split(/^(?=## \[)/m);
  return head + releases.filter((one) => one.startsWith('## [Unreleased]')).join('');
}

function pages(): Place[] {
  const files = globSync(PAGES, { cwd: ROOT, dot: true, ignore: ['**/node_modules/**'] }).sort();
  return files.flatMap((file) => linesOf(file, file === 'CHANGELOG.md' ? unreleased(read(file)) : read(file)));
}

/** What the program prints without a run. */
function printed(): Place[] {
  const topics = [undefined, ...COMMANDS.map(({ name }) => name)];
  return [
    ...topics.flatMap((topic) => linesOf(`bpfcompat help ${topic ?? ''}`, helpText(topic, 1000))),
    ...linesOf('make help', read('Makefile').replace(/^(?!.*## ).*$/gm, '')),
    ...linesOf('bpfcompat env', envText(1000)),
    ...linesOf('bpfcompat env --markdown', envMarkdown()),
    ...linesOf('bpfcompat man', manPage('0')),
  ];
}

const LITERAL = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
/** Text between tags of a page. */
const BETWEEN_TAGS = />([^<>{}=;]+)</g;

/** A template without what is calculated. */
function wordsOf(text: string): string {
  return text.replace(/\$\{[^{}]*\}/g, '…');
}

/** Sentences in sources: texts in quotes with a space in them. A comment keeps its lines, so that numbers stay right. */
function sentences(file: string): Place[] {
  const code = read(file).replace(COMMENT, (comment) => comment.replace(/[^\n]/g, ' '));
  const found = [...code.matchAll(LITERAL), ...(file.endsWith('.tsx') ? code.matchAll(BETWEEN_TAGS) : [])];
  return found
    .map(({ 0: text, index }) => ({ where: `${file}:${code.slice(0, index).split('\n').length}`, text: wordsOf(text) }))
    .filter(({ text }) => text.trim().includes(' '));
}

function messages(): Place[] {
  const files = globSync(
    ['src/**/*.{ts,tsx,mts}', 'validator-c/src/**/*.{c,h}', 'loaders/**/*.{c,go,rs}', 'web/*.js'],
    {
      cwd: ROOT,
      ignore: ['**/node_modules/**', '**/target/**'],
    },
  ).sort();
  return files.flatMap(sentences);
}

/** Everything that users read, place by place. */
export function readByUsers(): Place[] {
  return [...pages(), ...printed(), ...messages()];
}
