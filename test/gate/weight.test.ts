import { describe, expect, test } from 'vitest';
import { weightOf } from '../../src/gate/weight.ts';
import { FAIL_ON, MET } from '../../src/model/gate.ts';

const STATUSES = ['pass', 'fail', 'skipped', 'inferred', 'infra_error'] as const;

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
});
