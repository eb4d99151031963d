import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { bpfcompat } from './support/cli.ts';
import { CLI, fixture } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

const KERNEL = 'debian-12-6.1';
const scratch = scratchDir();

beforeAll(async () => {
  const object = fixture('verifier_reject');
  const args = ['test', '--artifact', object, '--kernels', KERNEL, '--offline', '--quiet', '--out', 'report.json'];
  expect((await bpfcompat([...args, '--validation-mode', 'load_only'], { cwd: scratch })).code).toBe(2);
});

test('the story of a rejected program has the line, the words of the kernel and the remedy', async () => {
  const { code, stdout } = await bpfcompat(['explain', 'report.json'], { cwd: scratch });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^verifier_reject\.bpf\.o on debian-12-6\.1: FAIL at load\n/);
  expect(stdout).toMatch(/^ {2}load +FAIL: rejected unchecked \(EACCES\); 1 other program would load alone$/m);
  expect(stdout).toMatch(/^ {2}at \S*verifier_reject\.bpf\.c:\d+/m);
  expect(stdout).toMatch(/^ {4}\| R\d+ invalid mem access 'map_value_or_null'$/m);
  expect(stdout).toMatch(/^ {2}-> \S/m);
});

test('the command of the story runs the same check again', async () => {
  const { stdout } = await bpfcompat(['explain', 'report.json'], { cwd: scratch });
  const command = (stdout.split('\nReproduce\n')[1] ?? '').trim();
  const PATH = [dirname(CLI), process.env['PATH']].join(delimiter);
  const run = promisify(execFile)('sh', ['-c', `${command} --offline --quiet`], {
    cwd: scratch,
    env: { ...process.env, PATH },
  });
  await expect(run).rejects.toMatchObject({ code: 2 });
  const [before, after] = ['report.json', 'again.json'].map((file) =>
    targetOf(readReport(`${scratch}/${file}`), KERNEL),
  );
  expect(after?.findings).toEqual(before?.findings);
  expect(after?.validation).toEqual(before?.validation);
});

test('a budget fails what loads, and the story reports the numbers', async () => {
  const args = ['test', '--artifact', fixture('witness'), '--kernels', KERNEL, '--offline', '--quiet'];
  const { code } = await bpfcompat([...args, '--max-insns', '3', '--out', 'budget.json'], { cwd: scratch });
  expect(code).toBe(2);
  const { stdout } = await bpfcompat(['explain', 'budget.json'], { cwd: scratch });
  expect(stdout).toMatch(/: FAIL at validation\n/);
  expect(stdout).toMatch(/INSN_BUDGET_EXCEEDED/);
  expect(stdout).toMatch(/^Margins\n {2}program +instructions/m);
});
