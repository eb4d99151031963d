import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ValidationMode } from '../../src/index.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { example } from './support/places.ts';
import { type TargetReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What a manifest and a validation mode change, on an old and on a new kernel.
const scratch = scratchDir();
const OLD = 'debian-12-6.1';
const NEW = 'debian-13-7.3';
const BOTH = [OLD, NEW] as const;

const SIMPLE = example('simple-pass');
const UNLINK = example('fentry-unlink');
const EXECVE = example('functional-execve');

function request(file: string, manifest?: string, mode?: ValidationMode, matrix?: string): Promise<Checked> {
  const kernels = matrix === undefined ? { kernels: BOTH } : { kernels: [], matrix };
  return check(scratch, [file], { ...kernels, mode, ...(manifest === undefined ? {} : { manifest }) });
}

function targets(run: Checked, file: string): TargetReport[] {
  return BOTH.map((kernel) => targetOf(reportOf(run, file), kernel));
}

const requires = (...programs: string[]): string =>
  `programs:\n${programs.map((name) => `  - {name: ${name}, attach: {required: true}}\n`).join('')}`;

test.each([
  ['unsupported-attach', 'handle_missing'],
  ['attach-warn', 'handle_warn'],
])(`%s: a program that must attach and cannot fails the gate on ${OLD} and ${NEW}`, async (name, program) => {
  const run = await request(example(name), requires(program));
  expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 2 });
  for (const target of targets(run, example(name))) {
    expect(target).toMatchObject({
      status: 'fail',
      failed_stage: 'attach',
      classification_code: 'UNSUPPORTED_ATTACH_TYPE',
      validation: { load_status: 'pass', attach_mode: 'required', attach_status: 'fail', attach_failed: 1 },
    });
    expect(target.findings).toMatchObject([{ code: 'ATTACH_TARGET_NOT_FOUND', subject: program }]);
  }
});

test(`a required program that the object does not have fails the gate on ${OLD} and ${NEW}`, async () => {
  const run = await request(SIMPLE, `${requires('on_open')}  - {name: on_close}\n`);
  expect(run.verdict.exitCode).toBe(2);
  for (const target of targets(run, SIMPLE)) {
    expect(target).toMatchObject({ status: 'fail', failed_stage: 'validation', validation: { load_status: 'pass' } });
    expect(target.findings).toMatchObject([
      { code: 'MISSING_PROGRAM', subject: 'on_open', explanation: expect.stringMatching(/handle_exec/) },
      { code: 'MANIFEST_MISMATCH', subject: 'on_close' },
    ]);
  }
});

test(`requirements are per program: one that is met passes on ${OLD} and ${NEW}`, async () => {
  const run = await request(SIMPLE, requires('handle_exec'));
  expect(run.verdict).toEqual({ status: 'pass', exitCode: 0, reasons: [] });
});

describe('an optional kernel of a matrix', () => {
  const matrix = join(scratch, 'optional.yaml');
  writeFileSync(matrix, `name: mixed\nprofiles:\n  - id: ${OLD}\n  - {id: ${NEW}, required: false}\n`);

  test(`does not gate: ${NEW} fails and the run passes`, async () => {
    const run = await request(UNLINK, undefined, undefined, matrix);
    expect(run.verdict).toMatchObject({ status: 'pass', exitCode: 0 });
    expect(run.verdict.reasons).toEqual([`optional ${NEW}: failed at load (UNSUPPORTED_ATTACH_TYPE)`]);
    expect(targets(run, UNLINK)).toMatchObject([
      { status: 'pass', required: true },
      { status: 'fail', required: false },
    ]);
    expect(reportOf(run, UNLINK).summary.status).toBe('pass');
  });

  test(`gates when required_profiles of the manifest names it: ${NEW}`, async () => {
    const run = await request(UNLINK, `required_profiles: [${NEW}]\n`, undefined, matrix);
    expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 2 });
    expect(targets(run, UNLINK).map(({ required }) => required)).toEqual([true, true]);
  });
});

describe(`a functional test on ${OLD} and ${NEW}`, () => {
  const manifest = [
    requires('handle_exec').trimEnd(),
    'functional_tests:',
    '  - {name: marker, command: cat /sys/kernel/tracing/trace, timeout: 5s, expect_stdout_contains: another}',
    '',
  ].join('\n');

  test.each([undefined, 'behavior'] as const)('is run in a shell and says what it misses (mode %s)', async (mode) => {
    const run = await request(EXECVE, manifest, mode);
    expect(run.verdict.exitCode).toBe(2);
    for (const target of targets(run, EXECVE)) {
      expect(target).toMatchObject({
        status: 'fail',
        failed_stage: 'functional',
        classification_code: 'FUNCTIONAL_TEST_FAILURE',
        validation: { load_status: 'pass', attach_status: 'pass' },
        functional: { status: 'fail', tests: [{ name: 'marker', required: true, status: 'fail', timeout_seconds: 5 }] },
      });
      // The shell itself was executed while the program was attached.
      expect(target.functional?.tests?.[0]?.stdout_tail).toMatch(/bpfcompat_functional_execve/);
      expect(target.functional?.tests?.[0]?.error).toBe('stdout does not contain the expected text');
      expect(target.findings?.[0]?.explanation).toMatch(/^Stdout does not contain the expected text\./);
    }
  });

  test('is not run with load_attach', async () => {
    const run = await request(EXECVE, manifest, 'load_attach');
    expect(run.verdict.exitCode).toBe(0);
    for (const target of targets(run, EXECVE)) {
      expect(target.functional).toBeUndefined();
      expect(target.validation).toMatchObject({ attach_mode: 'required', attach_status: 'pass' });
    }
  });

  test('and nothing is attached with load_only, whatever the manifest requires', async () => {
    const run = await request(EXECVE, manifest, 'load_only');
    expect(run.verdict.exitCode).toBe(0);
    for (const target of targets(run, EXECVE)) {
      expect(target.validation).toEqual({ load_status: 'pass', attach_mode: 'disabled', attach_status: 'skipped' });
      expect(target.functional).toBeUndefined();
    }
  });

  test('is missed when behaviour is requested and there is none', async () => {
    const run = await request(SIMPLE, undefined, 'behavior');
    expect(run.verdict.exitCode).toBe(2);
    for (const target of targets(run, SIMPLE)) {
      expect(target).toMatchObject({ status: 'fail', failed_stage: 'functional' });
      expect(target.findings).toMatchObject([{ code: 'FUNCTIONAL_TEST_FAILURE', args: { reason: 'no_tests' } }]);
    }
  });
});

test(`sizes from the manifest are set before the load on ${OLD} and ${NEW}`, async () => {
  const file = example('perfbuf-fallback');
  // 30 GB of slots: that the kernel has no memory for it shows that it saw the size.
  const bad = await request(file, 'maps:\n  - {name: events, max_entries: 4000000000}\n');
  for (const target of targets(bad, file)) {
    expect(target).toMatchObject({ status: 'fail', failed_stage: 'load', validation: { load_error_code: -12 } });
    expect(target.findings?.[0]).toMatchObject({ phase: 'map', subject: 'events' });
  }
  const good = await request(file, 'maps:\n  - {name: events, max_entries: cpus}\n');
  expect(good.verdict.exitCode).toBe(0);
});
