import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example, KERNELS, ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// What the examples, suites and matrices of this repository promise, held against real kernels.
const scratch = scratchDir();

/** A copy of what users copy, so that reports and evidence stay out of the checkout. */
function workspace(): string {
  const dir = mkdtempSync(join(scratch, 'examples-'));
  for (const name of ['examples', 'suites', 'matrices']) cpSync(join(ROOT, name), join(dir, name), { recursive: true });
  return dir;
}

interface Case {
  readonly name: string;
  readonly status: string;
  readonly support: { readonly text: string };
  readonly targets: readonly {
    readonly profile_id: string;
    readonly status: string;
    readonly classification_code?: string;
  }[];
  readonly gate?: { readonly expectations?: readonly { readonly met: string }[] };
}

describe('suites/examples.yaml', () => {
  let dir: string;
  let end: CliEnd;
  let cases: ReadonlyMap<string, Case>;
  beforeAll(async () => {
    dir = workspace();
    const args = ['suite', '--suite', 'suites/examples.yaml', '--offline', '--quiet'];
    end = await bpfcompat([...args, '--out', 'suite.json', '--markdown', 'suite.md'], { cwd: dir });
    const { cases: list } = JSON.parse(readFileSync(join(dir, 'suite.json'), 'utf8')) as { cases: Case[] };
    cases = new Map(list.map((one) => [one.name, one]));
  });

  test('passes: every failure is a declared one', () => {
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const declared = [...cases.values()].flatMap(({ gate }) => gate?.expectations ?? []);
    expect(declared).toHaveLength(17);
    expect(new Set(declared.map(({ met }) => met))).toEqual(new Set(['failed']));
  });

  // Codes on the four kernels, oldest first; empty: it passes.
  const none = ['', '', '', ''];
  const all = (code: string): string[] => KERNELS.map(() => code);
  test.each([
    ['simple-pass', none, 'passes 5.10-7.3'],
    ['ringbuf-modern', none, 'passes 5.10-7.3'],
    ['perfbuf-fallback', none, 'passes 5.10-7.3'],
    ['core-relocation', all('CORE_RELOCATION_FAILURE'), 'fails 5.10-7.3: '],
    ['unsupported-attach', all('UNSUPPORTED_ATTACH_TYPE'), 'fails 5.10-7.3: '],
    ['unknown-load-fail', all('UNKNOWN'), 'fails 5.10-7.3: '],
    ['attach-warn', none, 'loads, with nothing attached, 5.10-7.3'],
    ['attach-required', all('UNSUPPORTED_ATTACH_TYPE'), 'fails 5.10-7.3: '],
    ['fentry-unlink', ['', '', '', 'UNSUPPORTED_ATTACH_TYPE'], 'passes 5.10-6.12, fails from 7.3: '],
  ])('%s: %j', (name, codes, support) => {
    const one = cases.get(name);
    expect(one?.targets.map(({ profile_id: id }) => id)).toEqual(KERNELS);
    expect(one?.targets.map(({ classification_code: code = '' }) => code)).toEqual(codes);
    expect(one?.targets.map(({ status }) => status)).toEqual(codes.map((code) => (code === '' ? 'pass' : 'fail')));
    expect(one?.support.text.startsWith(support), one?.support.text).toBe(true);
  });

  test('every target says what BTF there is, and a missing attachment is a warning', () => {
    const report = (name: string) =>
      JSON.parse(readFileSync(join(dir, `reports/suites/examples/${name}.json`), 'utf8'));
    for (const target of report('core-relocation').targets) expect(target.btf.kernel_btf_available).toBe(true);
    for (const target of report('attach-warn').targets) {
      expect(target).toMatchObject({ status: 'pass', validation: { load_status: 'pass', attach_status: 'warn' } });
    }
  });

  test('the Markdown of a report has what the contract names', () => {
    const markdown = (name: string) => readFileSync(join(dir, `reports/suites/examples/${name}.md`), 'utf8');
    expect(markdown('perfbuf-fallback')).toContain('perf_event');
    expect(readFileSync(join(dir, 'suite.md'), 'utf8')).toMatch(/fail `required` UNKNOWN expected/);
  });

  test('the evidence of every kernel that was tested is there', () => {
    const runs = readdirSync(join(dir, '.bpfcompat/runs')).map((id) => join(dir, '.bpfcompat/runs', id, 'targets'));
    expect(runs).toHaveLength(9);
    for (const run of runs) {
      for (const kernel of KERNELS) {
        expect(readdirSync(join(run, kernel))).toEqual(expect.arrayContaining(['libbpf.log', 'validator-result.json']));
      }
    }
  });
});

describe('the other suites of the repository pass', () => {
  test('suites/dev-functional.yaml', async () => {
    const dir = workspace();
    const end = await bpfcompat(['suite', '--suite', 'suites/dev-functional.yaml', '--offline', '--quiet'], {
      cwd: dir,
    });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const suite = JSON.parse(readFileSync(join(dir, 'reports/suites/dev-functional/suite.json'), 'utf8'));
    expect(suite.cases[1]).toMatchObject({ name: 'functional-execve', behavior_status: 'pass', behavior_passed: 1 });
  });

  test('suites/example-collection.yaml, on every kernel of matrices/debian.yaml', async () => {
    const dir = workspace();
    const args = ['suite', '--suite', 'suites/example-collection.yaml', '--offline', '--quiet'];
    const end = await bpfcompat(args, { cwd: dir });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const file = join(dir, 'reports/suites/example-collection/suite.json');
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
    expect(cases.map(({ name, support }) => [name, support.text.split(/:| \(not tested/)[0]])).toEqual([
      ['exec-tracer-ringbuf', 'passes 5.10-7.3'],
      ['exec-tracer-perfbuf', 'passes 5.10-7.3'],
      ['exec-event-capture', 'passes 5.10-7.3'],
      ['unlink-counter', 'passes 5.10-6.19, fails from 7.0'],
    ]);
    for (const { targets } of cases) expect(targets).toHaveLength(12);
  });

  test('adapters/generic-ebpf-suite/suite.yaml, as it is before anything is changed in it', async () => {
    const dir = workspace();
    cpSync(join(ROOT, 'adapters/generic-ebpf-suite'), join(dir, 'compat'), { recursive: true });
    cpSync(example('functional-execve'), join(dir, 'build/agent.bpf.o'));
    const end = await bpfcompat(['suite', '--suite', 'compat/suite.yaml', '--offline', '--quiet'], { cwd: dir });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(readFileSync(join(dir, 'reports/bpfcompat/suite.md'), 'utf8')).toContain('| pass 4/0 |');
  });
});

test('examples/behavior-expect/suite.yaml passes', async () => {
  const dir = workspace();
  const args = ['suite', '--suite', 'examples/behavior-expect/suite.yaml', '--offline', '--quiet'];
  const end = await bpfcompat(args, { cwd: dir });
  expect(end.code, end.stdout + end.stderr).toBe(0);
});

test('every suite of the repository is run by some test', () => {
  const below = (dir: string): string[] =>
    readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((file) => join(dir, file));
  const suites = ['suites', 'examples', 'adapters']
    .flatMap(below)
    .filter((file) => /(?:^suites\/|suite)[^/]*\.yaml$/.test(file));
  const tests = readdirSync(join(ROOT, 'test/e2e')).filter((name) => name.endsWith('.test.ts'));
  const text = tests.map((name) => readFileSync(join(ROOT, 'test/e2e', name), 'utf8')).join('\n');
  expect(suites.length).toBeGreaterThan(4);
  for (const suite of suites) expect(text, suite).toContain(suite);
});
