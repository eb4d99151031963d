import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellResult } from '../../src/index.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { example, fixture, KERNELS } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects that take their guest down: never a verdict, never somebody else's problem.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');

function cell(run: Checked, artifact: number, kernel: string): CellResult {
  const target = run.report.targets.findIndex(({ profile }) => profile.id === kernel);
  return run.report.results.find((result) => result.cell.artifact === artifact && result.cell.target === target)!;
}

describe('an object that makes the kernel panic', () => {
  const PANIC = fixture('panic_init');
  let run: Checked;
  beforeAll(async () => {
    run = await check(scratch, [PANIC, SIMPLE]);
  });

  test.each(KERNELS)('is not a verdict but an infrastructure error with the panic on %s', (kernel) => {
    const target = targetOf(reportOf(run, PANIC), kernel);
    expect(target).toMatchObject({ status: 'infra_error', failed_stage: 'infra', infra_cause: 'guest_crash' });
    expect(target.infra_error).toContain('Kernel panic - not syncing: Attempted to kill init!');
    expect(target.infra_error).toMatch(/last step: (?:attach smash|load panic_init\.bpf\.o)/);
    expect(target.classification_code).toBeUndefined();
    expect(target.findings).toBeUndefined();
    expect(readFileSync(target.serial_log ?? '', 'latin1')).toContain('Kernel panic - not syncing');
  });

  test.each(KERNELS)('was tried once more in a guest that booted from nothing on %s', (kernel) => {
    const { retriedAfter, guest } = cell(run, 0, kernel);
    expect(retriedAfter).toContain('panic');
    expect(guest?.isolation).toBe('boot');
  });

  test.each(KERNELS)('leaves the other object alone on %s', (kernel) => {
    expect(targetOf(reportOf(run, SIMPLE), kernel)).toMatchObject({ status: 'pass' });
    expect(cell(run, 1, kernel).retriedAfter).toBeUndefined();
  });

  test('ends with 1: it could not be tested', () => {
    expect(run.verdict).toMatchObject({ status: 'error', exitCode: 1 });
    expect(run.paths.artifacts.map(({ verdict }) => verdict.exitCode)).toEqual([1, 0]);
    expect(run.verdict.reasons[0]).toMatch(/^required debian-11-5\.10: inconclusive: the guest's kernel panicked/);
  });
});

describe('an object that never lets go of the processor', () => {
  const ENDLESS = fixture('endless');
  const HANGING = ['debian-12-6.1', 'debian-13-7.3'];
  const TIMEOUT_MS = 10_000;
  let run: Checked;
  beforeAll(async () => {
    // Guests are prepared first: a time-out says nothing about a machine that is busy booting.
    await check(scratch, [SIMPLE], { kernels: ['debian-11-5.10', ...HANGING] });
    run = await check(scratch, [ENDLESS, SIMPLE], {
      kernels: ['debian-11-5.10', ...HANGING],
      timeoutMs: TIMEOUT_MS,
    });
  });

  test.each(HANGING)('is ended by the time-out on %s', (kernel) => {
    const target = targetOf(reportOf(run, ENDLESS), kernel);
    // The second try has to boot first, which a busy machine may not manage in time.
    expect(target).toMatchObject({ status: 'infra_error', infra_cause: expect.stringMatching(/^(?:boot_)?timeout$/) });
    const reported =
      /no complete response within \d+ ms; .*last step: (?:attach spin|load endless\.bpf\.o); raise --timeout/;
    expect(cell(run, 0, kernel).retriedAfter).toMatch(reported);
    if (target.infra_cause === 'timeout') expect(target.infra_error).toMatch(reported);
    // Requested twice, and a moment to end each guest.
    expect(target.duration_ms).toBeLessThan(2 * TIMEOUT_MS + 3000);
  });

  test('does not even load on debian-11-5.10, which is a verdict', () => {
    const target = targetOf(reportOf(run, ENDLESS), 'debian-11-5.10');
    expect(target).toMatchObject({ status: 'fail', failed_stage: 'load' });
    expect(target.findings?.[0]).toMatchObject({ subject: 'spin', args: { reason: 'callback' } });
  });

  test.each(['debian-11-5.10', ...HANGING])('leaves the other object alone on %s', (kernel) => {
    expect(targetOf(reportOf(run, SIMPLE), kernel)).toMatchObject({ status: 'pass' });
  });

  test('ends with 2: that it does not load on debian-11-5.10 was seen, whatever is unknown of the others', () => {
    expect(run.verdict.exitCode).toBe(2);
    expect(readFileSync(join(run.report.runDir, 'metadata.json'), 'utf8')).toContain('"summary_status": "fail"');
  });
});
