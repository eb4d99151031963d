import { describe, expect, test } from 'vitest';
import { decide } from '../../src/gate/decide.ts';
import type { GateCell } from '../../src/gate/weight.ts';
import { FAIL_ON, type FailOn, MET } from '../../src/model/gate.ts';

const STATUSES = ['pass', 'fail', 'skipped', 'inferred', 'infra_error'] as const;

const weightOf = (cell: GateCell, failOn: FailOn) => decide(cell, { failOn }).weight;

describe('the weight of a cell', () => {
  test('nothing that passes as it should decides, and nothing that is not required fails by default', () => {
    for (const failOn of FAIL_ON) {
      expect(weightOf({ status: 'pass', required: true, met: undefined, known: false }, failOn)).toBe('none');
    }
    for (const status of STATUSES) {
      const weight = weightOf({ status, required: false, met: undefined, known: false }, 'required');
      expect(['none', 'optional']).toContain(weight);
    }
  });

  test('a failure that is required decides unless it was declared or is known', () => {
    for (const failOn of FAIL_ON) {
      for (const met of [undefined, ...MET]) {
        for (const known of [false, true]) {
          const weight = weightOf({ status: 'fail', required: true, met, known }, failOn);
          const tolerated = met === 'failed' ? 'expected' : failOn === 'regression' && known ? 'known' : 'failure';
          expect(weight).toBe(tolerated);
        }
      }
    }
  });

  test('what is inferred is an error where it would decide, but for a pass that the user accepts', () => {
    for (const failOn of FAIL_ON) {
      for (const verdict of ['pass', 'fail'] as const) {
        for (const accepted of [false, true]) {
          const cell = { status: 'inferred', met: 'no_answer', known: true, inference: { verdict, accepted } } as const;
          const counts = accepted && verdict === 'pass';
          expect(weightOf({ ...cell, required: true }, failOn)).toBe(counts ? 'none' : 'error');
          const optional = failOn === 'any' ? 'error' : 'optional';
          expect(weightOf({ ...cell, required: false }, failOn)).toBe(counts ? 'none' : optional);
        }
      }
    }
  });

  test('a required kernel inconclusive is an error under every policy', () => {
    for (const failOn of FAIL_ON) {
      for (const status of ['skipped', 'infra_error'] as const) {
        expect(weightOf({ status, required: true, met: 'no_answer', known: true }, failOn)).toBe('error');
      }
    }
  });

  test('nothing about an optional case decides, and its failures are non-blocking', () => {
    for (const failOn of FAIL_ON) {
      for (const status of STATUSES) {
        for (const required of [false, true]) {
          const cell = { status, required, met: undefined, known: false };
          const made = decide(cell, { failOn, required: false });
          expect(made).toMatchObject({ decides: false, excused: false });
          expect(made.tolerated).toBe(status === 'fail' ? 'optional' : undefined);
        }
      }
    }
  });

  test('a policy that never fails a run excuses what would fail it, and no error', () => {
    const failed = { status: 'fail', required: true, met: undefined, known: false } as const;
    expect(decide(failed, { failOn: 'never' })).toMatchObject({ weight: 'failure', decides: false, excused: true });
    expect(decide(failed, { failOn: 'required' })).toMatchObject({ decides: true, excused: false });
    const inconclusive = { ...failed, status: 'infra_error' } as const;
    expect(decide(inconclusive, { failOn: 'never' })).toMatchObject({ decides: true, excused: false });
  });
});
