import { expect, test } from 'vitest';
import { worstOf } from '../../src/api/suite-verdicts.ts';
import type { SuiteCaseReport } from '../../src/model/suite.ts';

const one = (status: SuiteCaseReport['status'], exitCode: 0 | 1 | 2, required = true): SuiteCaseReport => ({
  ...{ name: 'n', artifact: 'a', manifest: '', matrix: '', origin: '', error: '', json: '', markdownPath: '' },
  ...{ status, exitCode, required, completed: undefined },
});

test('a failure that was seen is worse than a case that could not start', () => {
  expect(worstOf([one('pass', 0), one('error', 1), one('fail', 2)])).toMatchObject({ status: 'fail', exitCode: 2 });
  expect(worstOf([one('pass', 0), one('error', 1)])).toMatchObject({
    status: 'error',
    exitCode: 1,
    inconclusive: true,
  });
  expect(worstOf([one('fail', 0)])).toEqual({ status: 'fail', exitCode: 0 });
});

test('an optional case decides nothing, whether it fails or cannot start', () => {
  for (const optional of [one('fail', 2, false), one('error', 1, false)]) {
    expect(worstOf([one('pass', 0), optional])).toEqual({ status: 'pass', exitCode: 0 });
  }
});
