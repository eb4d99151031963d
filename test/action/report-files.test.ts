import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ended } from '../../src/action/ended.ts';
import { readJob, reportInputs } from '../../src/action/job.ts';
import { publishSummary } from '../../src/action/publish.ts';
import { runnerOf } from '../../src/action/runner.ts';
import { dispatch } from '../../src/cli/run-command.ts';
import { inputVariable } from '../../src/config/action-values.ts';
import { UsageError } from '../../src/model/errors.ts';
import { FORMATS } from '../../src/model/formats.ts';
import { inFlags } from '../../src/model/wording.ts';
import { mixedDocument } from '../fixtures/documents.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-action-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const variables = (inputs: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value]));

const jobOf = (inputs: Record<string, string>) => readJob(variables(inputs), dir, dir);

function rejected(inputs: Record<string, string>): string {
  try {
    jobOf(inputs);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('what flags would say is said of inputs', () => {
  const object = { artifact: 'a.bpf.o', matrix: 'quick' };
  test.each([
    [{ ...object, quick: 'true' }, 'input matrix and input quick both choose kernels; give only one of them'],
    [{ ...object, out: 'r', markdown: 'r' }, 'input out and input markdown are the same file "r"; choose two'],
    [
      { suite: 's.yaml', 'suite-out': 'r', 'suite-markdown': 'r' },
      'input suite-out and input suite-markdown are the same file "r"; choose two',
    ],
    [
      { ...object, command: 'id', 'set-rodata': 'x=1' },
      'input set-rodata has no effect with input command: the guest loads nothing by itself; remove one of them',
    ],
    [{ ...object, 'set-rodata': 'x' }, 'input set-rodata "x": has no "="; write set-rodata: target_pid=1234'],
    [{ ...object, timeout: '5' }, /^input timeout must be a duration, not "5"; /],
  ])('%o is rejected', (inputs, message) => {
    expect(rejected(inputs)).toMatch(message);
  });
});

describe('a report of a step is a file', () => {
  const object = { artifact: 'a.bpf.o' };
  test.each([
    [{ ...object, out: '-' }, /^input out is "-", .*write out: reports\/bpfcompat\.json, or leave the input out$/],
    [{ ...object, markdown: '-' }, /^input markdown is "-"/],
    [{ ...object, summary: '-' }, /^input summary is "-", .*write summary: /],
    [{ ...object, junit: '/dev/stdout' }, /^input junit is "\/dev\/stdout"/],
    [{ suite: 's.yaml', 'suite-out': '-' }, /^input suite-out is "-", .*bpfcompat-suite\.json/],
    [{ mode: 'merge', reports: 'r.json', out: '-' }, /^input out is "-"/],
  ])('%o is rejected', (inputs, message) => {
    expect(rejected(inputs)).toMatch(message);
  });

  test('inputs that another command has count for nothing', () => {
    expect(() => jobOf({ suite: 's.yaml', out: '-' })).not.toThrow();
    expect(() => jobOf({ mode: 'plan', artifact: 'a.bpf.o', out: '-' })).not.toThrow();
  });
});

test('every command names its reports by inputs of its own, and a plan writes none', () => {
  expect(reportInputs('plan')).toEqual([]);
  const names = (command: 'test' | 'suite' | 'merge'): string[] => reportInputs(command).map(({ input }) => input);
  const others = FORMATS.map(({ name }) => name);
  expect(names('test').sort()).toEqual([...others, 'markdown', 'out'].sort());
  expect(names('suite').sort()).toEqual([...others, 'suite-markdown', 'suite-out'].sort());
  expect(names('merge').sort()).toEqual([...others, 'markdown', 'out'].sort());
  const written = jobOf({
    suite: 's.yaml',
    'suite-out': 'x.json',
    'suite-markdown': '',
    junit: 'j.xml',
    out: 'o.json',
  });
  expect(written.reports.map(({ input, path }) => [input, path]).sort()).toEqual([
    ['junit', join(dir, 'j.xml')],
    ['suite-out', join(dir, 'x.json')],
  ]);
});

describe('the file of the input summary', () => {
  const io = {
    out: () => {},
    err: () => {},
    env: {},
    terminalSize: () => undefined,
    width: () => 80,
    color: false,
    face: inFlags,
    terminalOut: false,
  };

  test.each([
    [
      'an input of the run',
      { manifest: 'm.yaml', summary: 'm.yaml' },
      /files\.summary m\.yaml: .* is what manifest names/,
    ],
    [
      'another report',
      { summary: './x.md', markdown: 'x.md' },
      /files\.summary \.\/x\.md: markdown x\.md goes to the same/,
    ],
    ['a file of somebody', { summary: 'README.md' }, /files\.summary README\.md: .* is not a summary of bpfcompat/],
  ])('is not written over %s', async (_name, inputs, message) => {
    for (const name of ['a.bpf.o', 'README.md']) writeFileSync(join(dir, name), 'mine');
    writeFileSync(join(dir, 'm.yaml'), 'name: mine\n');
    const { parsed } = jobOf({ artifact: 'a.bpf.o', out: 'r.json', ...inputs });
    const run = dispatch(parsed, { ...io, cwd: dir }, new AbortController().signal);
    await expect(run).rejects.toThrow(message);
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('mine');
  });

  function published(summary: string): Promise<string> {
    const env = { GITHUB_WORKSPACE: dir, GITHUB_STEP_SUMMARY: join(dir, 'step.md') };
    const job = jobOf({ artifact: 'a.bpf.o', ...(summary !== '' && { summary }) });
    const kernels = { restored: [], present: [], missing: [], toSave: [] };
    const ended: Ended = {
      env,
      runner: runnerOf(env),
      job,
      scratch: dir,
      kernels,
      exitCode: 2,
      printed: '',
      document: undefined,
      accel: '',
    };
    return publishSummary(mixedDocument(), ended, undefined, dir);
  }

  test('has the text of the page where the run wrote a summary, and nothing else is replaced', async () => {
    writeFileSync(join(dir, 'own.md'), '## ✅ bpfcompat: all 2 compatible\n');
    writeFileSync(join(dir, 'notes.md'), '# my notes\n');
    expect(await published('own.md')).toBe(join(dir, 'own.md'));
    expect(readFileSync(join(dir, 'own.md'), 'utf8')).toContain('incompatible');
    expect(await published('notes.md')).toBe(join(dir, 'summary.md'));
    expect(readFileSync(join(dir, 'notes.md'), 'utf8')).toBe('# my notes\n');
  });

  test('which is the page of the step itself keeps what stands there, once', async () => {
    const page = '# an earlier step\n## ❌ bpfcompat: added by the run\n';
    writeFileSync(join(dir, 'step.md'), page);
    expect(await published('step.md')).toBe(join(dir, 'summary.md'));
    expect(readFileSync(join(dir, 'step.md'), 'utf8')).toBe(page);
  });
});
