import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { failed, infra, result, skipped, target } from '../fixtures/run.ts';

const pass = { status: 'pass', findings: [] } as const;

function run(...cells: [required: boolean, outcome: Parameters<typeof result>[1]][]) {
  return {
    targets: cells.map(([required], index) => target(`k${index}`, { required })),
    results: cells.map(([, outcome], index) => result({ artifact: 0, target: index }, outcome)),
  };
}

describe('first match wins', () => {
  test.each([
    ['all pass', run([true, pass], [false, pass]), 'pass', 0],
    ['an optional failure changes nothing', run([true, pass], [false, failed()]), 'pass', 0],
    ['an optional infra error changes nothing', run([true, pass], [false, infra()]), 'pass', 0],
    ['a required failure', run([true, failed()], [true, pass]), 'fail', 2],
    ['a required infra error beats a failure', run([true, failed()], [true, infra()]), 'error', 1],
    ['a required target that was skipped was not answered', run([true, pass], [true, skipped()]), 'error', 1],
    ['no answer at all is an error', run([false, infra()], [false, skipped()]), 'error', 1],
  ] as const)('%s', (_name, input, status, exitCode) => {
    expect(gate(input)).toMatchObject({ status, exitCode });
  });
});

test('reasons name the target, whether it was required, and the code', () => {
  expect(gate(run([true, failed()], [false, infra('the guest died')])).reasons).toEqual([
    'required k0: failed at load (VERIFIER_REJECTION)',
    'optional k1: gave no answer: the guest died',
  ]);
});

test('the manifest makes an optional profile gate', () => {
  const input = run([true, pass], [false, failed()]);
  expect(gate(input, { requiredProfiles: ['k1'] })).toMatchObject({ status: 'fail', exitCode: 2 });
});

test('a target without a result is an error', () => {
  const { targets } = run([true, pass], [true, pass]);
  expect(gate({ targets, results: [result({ artifact: 0, target: 0 }, pass)] })).toMatchObject({
    status: 'error',
    reasons: ['required k1: was not run'],
  });
});

test('every artifact is held to every target', () => {
  const targets = [target('k0')];
  const results = [result({ artifact: 0, target: 0 }, pass), result({ artifact: 1, target: 0 }, failed())];
  expect(gate({ targets, results })).toMatchObject({ status: 'fail', exitCode: 2 });
});

test('an empty run has shown nothing', () => {
  expect(gate({ targets: [], results: [] })).toMatchObject({ status: 'error', exitCode: 1 });
});
