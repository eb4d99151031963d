import { expect, test } from 'vitest';
import type { GateOptions } from '../../src/gate/gate.ts';
import { withRequired } from '../../src/gate/required.ts';
import type { Outcome } from '../../src/model/cell.ts';
import { FAIL_ON } from '../../src/model/gate.ts';
import { documentCells } from '../../src/report/document-cells.ts';
import { documentOf } from '../fixtures/documents.ts';
import { failed, infra, result, runReport, skipped, target } from '../fixtures/run.ts';

// The kernel before these always passes and is required, so that every run has a result and something that decides.
const FIRST = target('debian-11-5.10');
const ID = 'debian-12-6.1';
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  pass: { status: 'pass', findings: [] },
  fail: failed(),
  skipped: skipped(),
  infra_error: infra(),
};
const DECLARED = { profiles: [ID], kernels: undefined, reason: 'known', origin: 'manifest.yaml:3:5' };
const DECLARATIONS = { none: [], met: ['UNSUPPORTED_HELPER'], unmet: ['UNSUPPORTED_MAP_TYPE'] };

const cases = Object.keys(OUTCOMES).flatMap((status) =>
  [true, false].flatMap((required) =>
    FAIL_ON.flatMap((failOn) =>
      Object.keys(DECLARATIONS).map((declared) => [status, required, failOn, declared] as const),
    ),
  ),
);

test.each(cases)('%s, required %s, fail_on %s, declared %s: the cells add up to the verdict', (...one) => {
  const [status, required, failOn, declared] = one;
  const codes = DECLARATIONS[declared as keyof typeof DECLARATIONS];
  const options: GateOptions = { failOn, expectations: codes.map((code) => ({ ...DECLARED, code })) };
  const run = runReport({
    targets: [FIRST, target(ID, { required })],
    results: [result({ artifact: 0, target: 0 }), result({ artifact: 0, target: 1 }, OUTCOMES[status])],
  });
  const document = documentOf(withRequired(run, options), options);
  const weights = documentCells(document).map(({ weight }) => weight);
  const expected = weights.includes('failure') ? 'fail' : weights.includes('error') ? 'error' : 'pass';
  expect(document.status).toBe(expected);
  const decides = documentCells(document).some((cell) => cell.decides);
  expect(decides).toBe(document.exitCode !== 0);
});
