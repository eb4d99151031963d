import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTION_INPUTS, ACTION_OUTPUTS } from '../../src/config/action-inputs.ts';
import { COMMANDS, type CommandName } from '../../src/config/commands.ts';
import { optionsOf } from '../../src/config/options.ts';
import { ROOT } from './support/runner.ts';

// What people copy from the documentation works: inputs, outputs and flags in it are those that there are.
const FILES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
const texts = new Map(FILES.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));

/** Everything that is `uses: <action>@...` in a YAML value, however deep. */
function stepsIn(value: unknown, action = 'Kernel-Guard/bpfcompat'): { with?: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { uses } = value as { uses?: unknown };
  const own = typeof uses === 'string' && uses.startsWith(`${action}@`) ? [value] : [];
  return [...own, ...Object.values(value).flatMap((one) => stepsIn(one, action))];
}

const blocks = [...texts].flatMap(([file, text]) =>
  [...text.matchAll(/```ya?ml\n([\s\S]*?)```/g)].map(([, block = '']) => [file, block] as const),
);

describe('workflows in the documentation', () => {
  const steps = blocks.flatMap(([file, block]) =>
    block.includes('Kernel-Guard/bpfcompat@') ? stepsIn(parse(block)).map((step) => [file, step] as const) : [],
  );

  test('are found', () => {
    expect(new Set(steps.map(([file]) => file))).toContain('README.md');
    expect(steps.length).toBeGreaterThan(4);
  });

  test.each(steps)('%s: a step sets only inputs that there are', (_file, { with: inputs = {} }) => {
    const known = new Set(ACTION_INPUTS.map(({ name }) => name));
    expect(Object.keys(inputs).filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(blocks)('%s: what others publish is pinned, and no checkout keeps its token', (_file, block) => {
    const used = [...block.matchAll(/uses:\s*([\w./-]+@\S+)/g)].map(([, uses = '']) => uses);
    const loose = used.filter((uses) => !/^Kernel-Guard\/bpfcompat[@/]|@[0-9a-f]{40}$/.test(uses));
    expect(loose).toEqual([]);
    const checkouts = block.includes('actions/checkout@') ? stepsIn(parse(block), 'actions/checkout') : [];
    for (const { with: inputs } of checkouts) expect(inputs?.['persist-credentials']).toBe(false);
  });

  test.each(blocks)('%s: only outputs that there are', (_file, block) => {
    const known = new Set<string>(ACTION_OUTPUTS.map(({ name }) => name));
    const used = [...block.matchAll(/steps\.(?:plan|compat)\.outputs\.([a-z-]+)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

/** Command lines in a text, each with what follows up to the next command, comment or end of the line. */
function commandLines(text: string): { command: CommandName; words: string }[] {
  const names = COMMANDS.map(({ name }) => name).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`bpfcompat (${names.join('|')})((?: (?:\\\\\\n\\s*)?[^\\n\`;#|]*)?)`, 'g');
  return [...text.matchAll(pattern)].map(([, command, words = '']) => ({ command: command as CommandName, words }));
}

test.each([...texts])('%s: command lines have only flags that there are', (_file, text) => {
  const unknown = commandLines(text).flatMap(({ command, words }) => {
    const known = new Set(['help', ...optionsOf(command).map(({ name }) => name)]);
    // What is in quotes is for somebody else, such as a loader.
    const used = [...words.replace(/'[^']*'|"[^"]*"/g, '').matchAll(/(?<=^|\s|\[)--([a-z][a-z-]*)/g)].map(
      ([, name = '']) => name,
    );
    return used.filter((name) => !known.has(name)).map((name) => `${command} --${name}`);
  });
  expect(unknown).toEqual([]);
});

/** Text as GitHub makes the name of a heading that links point to. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const PAGES = [...FILES, 'CONTRIBUTING.md', 'SECURITY.md', 'src/README.md'];

describe.each(PAGES)('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');

  test('links lead to files and headings that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), path);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
      return !headings.some((heading) => anchorOf(heading) === anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

test('docs/README.md leads to every page of docs', () => {
  const index = texts.get('docs/README.md') ?? '';
  const pages = FILES.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md');
  expect(pages.filter((name) => !index.includes(`(${name.slice('docs/'.length)})`))).toEqual([]);
});

test('docs/architecture.md names only files that there are', () => {
  const names = [...(texts.get('docs/architecture.md') ?? '').matchAll(/`([\w./-]+(?:\.ts|\.md|\/))`/g)].map(
    ([, name = '']) => name,
  );
  expect(names.length).toBeGreaterThan(15);
  const missing = names.filter((name) => ![name, `src/${name}`].some((path) => existsSync(join(ROOT, path))));
  expect(missing).toEqual([]);
});
