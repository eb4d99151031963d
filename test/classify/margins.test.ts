import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { overBudget, programMargins } from '../../src/classify/margins.ts';
import * as fx from '../fixtures/evidence.ts';

const big = fx.evidence([
  fx.open(),
  fx.program('small', { verified_insns: 42 }),
  fx.program('big', { verified_insns: 812_345, total_states: 9000, peak_states: 120, stack_bytes: 480 }),
  fx.program('untold', { verified_insns: 0 }),
  fx.rejected('refused', 'x'),
  fx.load(),
  fx.exit(),
]);

test('margins of the programs that loaded', () => {
  expect(programMargins(big)).toEqual([
    expect.objectContaining({ program: 'small', insns: 42, totalStates: undefined }),
    {
      program: 'big',
      insns: 812_345,
      insnLimit: 1_000_000,
      insnShare: 0.812345,
      totalStates: 9000,
      peakStates: 120,
      stackBytes: 480,
      stackLimit: 512,
      loadUs: 900,
    },
  ]);
});

test.each(['80%', 800_000] as const)('a budget of %s', (maxInsns) => {
  expect(overBudget(big, { maxInsns })).toMatchObject([
    {
      code: 'INSN_BUDGET_EXCEEDED',
      group: 'program',
      subject: 'big',
      args: { insns: '812345', limit: '1000000', percent: '81.2', budget: String(maxInsns) },
    },
  ]);
});

test('what is exactly the budget is inside it', () => {
  expect(overBudget(big, { maxInsns: 812_345 })).toEqual([]);
  expect(overBudget(big, { maxInsns: '90%' })).toEqual([]);
});

test('a program over the budget fails the cell, and only that', () => {
  const outcomeOf = (maxInsns?: number | '80%') =>
    classify({
      evidence: fx.evidence([
        fx.open({ programs: [fx.programFacts('big')] }),
        fx.program('big', { verified_insns: 812_345 }),
        fx.load(),
        fx.attach('big'),
        fx.exit(),
      ]),
      attachMode: 'best-effort',
      programs: [],
      validationMode: '',
      functionalTests: [],
      maxInsns,
    });
  expect(outcomeOf('80%')).toMatchObject({
    status: 'fail',
    failedStage: 'validation',
    findings: [{ code: 'INSN_BUDGET_EXCEEDED', subject: 'big' }],
  });
  expect(outcomeOf(900_000)).toEqual({ status: 'pass', findings: [] });
  expect(outcomeOf()).toEqual({ status: 'pass', findings: [] });
});

test('a program that the kernel did not count is within no budget', () => {
  const outcomeOf = (maxInsns?: number) =>
    classify({
      evidence: fx.evidence([
        fx.open({ programs: [fx.programFacts('counted'), fx.programFacts('old')] }),
        fx.program('counted', { verified_insns: 12 }),
        fx.program('old', { verified_insns: 0 }),
        fx.load(),
        fx.attach('counted'),
        fx.attach('old'),
        fx.exit(),
      ]),
      ...{ attachMode: 'best-effort', programs: [], validationMode: '', functionalTests: [], maxInsns },
    });
  expect(outcomeOf(100)).toMatchObject({ status: 'infra_error', cause: 'not_measured' });
  expect(outcomeOf(100)).toMatchObject({ message: expect.stringContaining('whether old is within the budget') });
  expect(outcomeOf(10)).toMatchObject({ status: 'fail', findings: [{ subject: 'counted' }] });
  expect(outcomeOf()).toMatchObject({ status: 'pass' });
});
