import { expect, test } from 'vitest';
import { documentCauses } from '../../src/report/document-causes.ts';
import { documentOf } from '../fixtures/documents.ts';
import { failed, result, runReport, target } from '../fixtures/run.ts';

test('a warning of a kernel that fails is not a cause of the failure', () => {
  const outcome = failed();
  const [cause] = outcome.status === 'fail' ? outcome.findings : [];
  if (!cause) throw new Error('the fixture has a finding');
  const warning = { ...cause, code: 'MANIFEST_MISMATCH', rollup: 'MANIFEST_MISMATCH', decisive: false } as const;
  const findings = [cause, warning];
  const run = runReport({
    targets: [target('debian-12-6.1')],
    results: [result({ artifact: 0, target: 0 }, { status: 'fail', failedStage: 'load', findings })],
  });
  expect(
    documentCauses(documentOf(run)).map(({ finding, level, failed: fails }) => [finding.code, level, fails]),
  ).toEqual([
    ['UNSUPPORTED_HELPER', 'error', true],
    ['MANIFEST_MISMATCH', 'warning', false],
  ]);
});
