import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { bpfcompat } from './support/cli.ts';
import { example, ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// The example suite on three kernels, and what the command makes of it.
const scratch = scratchDir();

/** A copy of the examples, so that reports and evidence stay out of the checkout. */
function workspace(): string {
  const dir = mkdtempSync(join(scratch, 'suite-'));
  cpSync(join(ROOT, 'examples'), join(dir, 'examples'), { recursive: true });
  return dir;
}

const SUITE = 'examples/suite/suite.yaml';
const FLAGS = ['suite', '--suite', SUITE, '--offline', '--quiet'];

/** A document without what may differ from run to run: where it is, run ids, the time of day and how long it took. */
function normal(text: string, dir: string): string {
  return text
    .replaceAll(dir, '<dir>')
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, '<run>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replace(/("[a-z_]+_(?:ms|us)": )\d+/g, (_, key) => `${key}0`)
    .replace(/\b[\d.]+ (?:ms|s)(?: on \d+\.\d+)?(?![a-z])/g, '<time>');
}

interface Ran {
  readonly dir: string;
  readonly stdout: string;
  /** Every document, by its path in `dir`. */
  readonly documents: ReadonlyMap<string, string>;
}

async function run(concurrency: number, dir = workspace()): Promise<Ran> {
  const args = [...FLAGS, '--concurrency', `${concurrency}`, '--out', 'suite.json', '--markdown', 'suite.md'];
  const end = await bpfcompat(args, { cwd: dir });
  expect(end.code, end.stderr).toBe(2);
  const reports = readdirSync(join(dir, 'reports/examples')).map((name) => join('reports/examples', name));
  const files = ['suite.json', 'suite.md', ...reports];
  const documents = new Map(files.map((file) => [file, normal(readFileSync(join(dir, file), 'utf8'), dir)]));
  return { dir, stdout: end.stdout, documents };
}

const byName = (text = ''): { name: string }[] =>
  (JSON.parse(text) as { cases: { name: string; origin?: string }[] }).cases
    // The line of the suite file is another one when the lines change places.
    .map(({ origin: _, ...one }) => one)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

describe('the examples', () => {
  let one: Ran;
  beforeAll(async () => {
    one = await run(1);
  });

  test('one matrix first, a verdict per case, lines for scripts', () => {
    const lines = one.stdout
      .trimEnd()
      .replaceAll(/run=\S+/g, 'run=<run>')
      .split('\n');
    expect(lines).toEqual([
      'Suite: examples',
      'Status: fail',
      'Exit Code: 2',
      '  - simple-pass: pass run=<run>',
      '  - exec-ringbuf: pass run=<run>',
      '  - exec-perfbuf: pass run=<run>',
      '  - fentry-unlink: fail run=<run>',
      '  - fentry-unlink-promised: pass run=<run>',
      '  - core-relocation: fail run=<run>',
    ]);
    const markdown = one.documents.get('suite.md') ?? '';
    expect(markdown.match(/^## .*$/gm)).toEqual(['## Collection Matrix', '## Cases', '## Case Details']);
    expect(markdown).toContain('- Support: passes 5.10-6.1, fails from 7.3: ');
    expect(readdirSync(join(one.dir, '.bpfcompat/runs'))).toHaveLength(6);
  });

  test.each([2, 8])('every document is the same, byte for byte, with one guest at a time and with %i', async (many) => {
    const { documents } = await run(many);
    expect(one.documents.size).toBe(2 + 2 * 6);
    expect([...documents.keys()]).toEqual([...one.documents.keys()]);
    for (const [file, text] of one.documents) expect(documents.get(file), file).toBe(text);
  });

  test('and with the cases in another order', async () => {
    const dir = workspace();
    const { cases, ...rest } = parse(readFileSync(join(dir, SUITE), 'utf8')) as { cases: unknown[] };
    const shuffled = [3, 0, 5, 1, 4, 2].map((index) => cases[index]);
    writeFileSync(join(dir, SUITE), stringify({ ...rest, cases: shuffled }));
    const { documents } = await run(2, dir);
    for (const [file, text] of one.documents) {
      if (file.startsWith('reports')) expect(documents.get(file), file).toBe(text);
    }
    expect(byName(documents.get('suite.json'))).toEqual(byName(one.documents.get('suite.json')));
  });
});

describe('--stop-on-failure', () => {
  test('leaves out what comes after the first case that does not pass', async () => {
    const dir = workspace();
    const end = await bpfcompat([...FLAGS, '--stop-on-failure', '--json'], { cwd: dir });
    expect(end.code, end.stderr).toBe(2);
    const suite = JSON.parse(end.stdout) as { cases: { name: string }[]; not_run: string[] };
    expect(suite.cases.map(({ name }) => name).at(-1)).toBe('fentry-unlink');
    expect(suite.not_run).toEqual(['fentry-unlink-promised', 'core-relocation']);
    expect(readdirSync(join(dir, '.bpfcompat/runs'))).toHaveLength(4);
  });

  test('goes on behind a failure that blocks nothing, and behind a case that is optional', async () => {
    const dir = mkdtempSync(join(scratch, 'suite-'));
    copyFileSync(example('core-relocation-fail'), join(dir, 'fails.bpf.o'));
    const cases = [
      '  - {name: excused, artifact: fails.bpf.o, fail_on: never}',
      '  - {name: optional, artifact: fails.bpf.o, required: false}',
      '  - {name: required, artifact: fails.bpf.o}',
      '  - {name: last, artifact: fails.bpf.o}',
    ];
    writeFileSync(
      join(dir, 'suite.yaml'),
      `name: s\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n${cases.join('\n')}\n`,
    );
    const flags = ['suite', '--suite', 'suite.yaml', '--offline', '--stop-on-failure', '--json'];
    const end = await bpfcompat(flags, { cwd: dir });
    expect(end.code, end.stderr).toBe(2);
    const suite = JSON.parse(end.stdout) as { cases: { name: string }[]; not_run: string[] };
    expect(suite.cases.map(({ name }) => name)).toEqual(['excused', 'optional', 'required']);
    expect(suite.not_run).toEqual(['last']);
  });
});

test('a case that cannot start is an error, and the others run', async () => {
  const dir = mkdtempSync(join(scratch, 'suite-'));
  copyFileSync(example('simple-pass'), join(dir, 'there.bpf.o'));
  const cases = [
    '  - {name: gone, artifact: gone.bpf.o}',
    '  - {name: there, artifact: there.bpf.o}',
    '  - {name: nowhere, artifact: gone.bpf.o, kernels: [debian-12-6.11]}',
  ];
  const text = `name: s\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n${cases.join('\n')}\n`;
  writeFileSync(join(dir, 'suite.yaml'), text);
  const end = await bpfcompat(['suite', '--suite', 'suite.yaml', '--offline', '--quiet'], { cwd: dir });
  expect(end.code).toBe(1);
  expect(end.stdout).toMatch(
    / {2}- gone: error error=suite\.yaml:4:5: artifact \S+gone\.bpf\.o: there is no such file/,
  );
  expect(end.stdout).toMatch(/ {2}- there: pass run=/);
});

describe("a newcomer's path", () => {
  const dir = (): string => {
    const made = mkdtempSync(join(scratch, 'new-'));
    mkdirSync(join(made, 'build'));
    for (const name of ['simple-pass', 'fentry-unlink']) {
      copyFileSync(example(name), join(made, 'build', basename(example(name))));
    }
    return made;
  };

  test('init, one line edited, suite, and the Markdown to read', async () => {
    const cwd = dir();
    const init = await bpfcompat(['init'], { cwd });
    expect(init.stdout).toMatch(/^Wrote bpfcompat-suite\.yaml with 2 cases:/);
    expect(init.stdout).toMatch(/^Next: .* bpfcompat suite$/m);
    const file = join(cwd, 'bpfcompat-suite.yaml');
    const draft = readFileSync(file, 'utf8');
    expect(draft).toMatch(/^ {2}matrix: "quick"$/m);
    writeFileSync(file, draft.replace('matrix: "quick"', 'kernels: [debian-12-6.1, debian-13-7.3]'));
    const end = await bpfcompat(['suite', '--offline'], { cwd });
    expect(end.code, end.stderr).toBe(2);
    expect(end.stdout).toMatch(/^fentry_unlink +pass +FAIL$/m);
    expect(end.stdout).toMatch(/^ {2}fentry_unlink: passes 6\.1, fails from 7\.3: function do_unlinkat is not in/m);
    expect(end.stdout).toMatch(/^Written: reports\/suite\.md$/m);
    const markdown = readFileSync(join(cwd, 'reports/suite.md'), 'utf8');
    expect(markdown).toContain('| `debian-13-7.3` | fail `required` UNSUPPORTED_ATTACH_TYPE | pass `required` |');
    expect(markdown.indexOf('## Collection Matrix')).toBeLessThan(300);
    expect(markdown).toMatch(
      /do\\?_unlinkat is not in this kernel\*\* \(`debian-13-7\.3`\)\n {2}- Source: [\s\S]* {2}- What to do: The function was renamed/,
    );
    const own = [...markdown.matchAll(/`([^`]+\.json)`/g)].map(([, path = '']) => path);
    expect(own.map((path) => JSON.parse(readFileSync(path, 'utf8')).schema_version)).toEqual(['v0.1', 'v0.1']);
  });

  test.each([
    [
      'a typing error in the matrix',
      'matrix: "quick"',
      'matrix: "debain"',
      1,
      /bpfcompat-suite\.yaml:\d+:\d+: no matrix file .*did you mean "debian"/,
    ],
    [
      'a typing error in a key',
      'matrix: "quick"',
      'matrx: "quick"',
      1,
      /bpfcompat-suite\.yaml:\d+:3: .*did you mean "?matrix/,
    ],
    ['a kernel nobody knows', 'matrix: "quick"', 'kernels: [debian-12-6.11]', 1, /similar profiles: debian-12-6\.1\b/],
  ])('%s is reported with its remedy', async (_what, from, to, code, message) => {
    const cwd = dir();
    await bpfcompat(['init'], { cwd });
    const file = join(cwd, 'bpfcompat-suite.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
    const end = await bpfcompat(['suite', '--offline'], { cwd });
    expect(end.code).toBe(code);
    expect(end.stdout + end.stderr).toMatch(message);
  });

  test('suite without a suite says what to do', async () => {
    const end = await bpfcompat(['suite'], { cwd: dir() });
    expect(end).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no bpfcompat-suite\.yaml here; .*bpfcompat init/),
    });
  });
});
