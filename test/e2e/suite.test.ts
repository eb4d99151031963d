import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

const SUITE = ['suite', '--suite', 'examples/suite/suite.yaml', '--offline', '--quiet'];

/** A document without what may differ from run to run: times, ids, places and what the guest measured. */
function normal(text: string, dir: string): unknown {
  const volatile = /(?:_ms|_us|_at)$|^(?:run_id|id|qemu_command|vm_run_dir|run_dir|serial_log|validator_result)$/;
  return JSON.parse(text.replaceAll(dir, '<dir>'), (key, value: unknown) => {
    if (volatile.test(key)) return undefined;
    if (typeof value !== 'string') return value;
    return value.replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, '<run>');
  });
}

/** Every document of one run of the suite. */
async function documents(concurrency: number): Promise<ReadonlyMap<string, unknown>> {
  const dir = workspace();
  const end = await bpfcompat([...SUITE, '--out', 'suite.json', '--concurrency', `${concurrency}`], { cwd: dir });
  expect(end.code, end.stderr).toBe(2);
  const reports = readdirSync(join(dir, 'reports/examples')).filter((name) => name.endsWith('.json'));
  const files = ['suite.json', ...reports.map((name) => join('reports/examples', name))];
  return new Map(files.map((file) => [file, normal(readFileSync(join(dir, file), 'utf8'), dir)]));
}

test('the examples: one matrix first, a verdict per case, lines for scripts', async () => {
  const dir = workspace();
  const end = await bpfcompat([...SUITE, '--markdown', 'suite.md'], { cwd: dir });
  expect(end.code, end.stderr).toBe(2);
  const lines = end.stdout
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
  const markdown = readFileSync(join(dir, 'suite.md'), 'utf8');
  expect(markdown.match(/^## .*$/gm)).toEqual(['## Collection Matrix', '## Cases', '## Case Details']);
  expect(markdown).toContain('- Support: passes 5.10-6.1, fails from 7.3: ');
  expect(readdirSync(join(dir, '.bpfcompat/runs'))).toHaveLength(6);
});

test('reports are the same with 1, 2 and 8 guests at once', async () => {
  const [one, two, eight] = [await documents(1), await documents(2), await documents(8)];
  expect([...one.keys()]).toHaveLength(7);
  expect(two).toEqual(one);
  expect(eight).toEqual(one);
});

describe('--stop-on-failure', () => {
  test('leaves out what comes after the first case that does not pass', async () => {
    const dir = workspace();
    const end = await bpfcompat([...SUITE, '--stop-on-failure', '--json'], { cwd: dir });
    expect(end.code, end.stderr).toBe(2);
    const suite = JSON.parse(end.stdout) as { cases: { name: string }[]; not_run: string[] };
    expect(suite.cases.map(({ name }) => name).at(-1)).toBe('fentry-unlink');
    expect(suite.not_run).toEqual(['fentry-unlink-promised', 'core-relocation']);
    expect(readdirSync(join(dir, '.bpfcompat/runs'))).toHaveLength(4);
  });
});

test('a case that cannot start is an error, and the others run', async () => {
  const dir = mkdtempSync(join(scratch, 'suite-'));
  const cases = [
    '  - {name: gone, artifact: gone.bpf.o}',
    `  - {name: there, artifact: ${example('simple-pass')}}`,
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

test("a newcomer's path: init, then the suite as it is written", async () => {
  const dir = mkdtempSync(join(scratch, 'suite-'));
  mkdirSync(join(dir, 'build'));
  copyFileSync(example('simple-pass'), join(dir, 'build/simple_pass.bpf.o'));
  expect((await bpfcompat(['init'], { cwd: dir })).stdout).toMatch(/^Wrote bpfcompat-suite\.yaml with 1 case:/);
  const end = await bpfcompat(['suite', '--suite', 'bpfcompat-suite.yaml', '--offline'], { cwd: dir });
  expect(end.code, end.stderr).toBe(0);
  expect(end.stdout).toMatch(/^simple_pass +pass +pass +pass +pass$/m);
});
