import { describe, expect, test } from 'vitest';
import { isDecisive } from '../../src/report/decisive.ts';
import { SavedReport } from '../../src/report/saved-report.ts';

describe('reports of versions that did not say which findings decide', () => {
  const failed = { status: 'fail', failed_stage: 'load' };

  test.each([
    ['what a load failed for', { code: 'UNSUPPORTED_HELPER', phase: 'load' }, failed, true],
    ['a finding of a pass', { code: 'ATTACH_FAILED', phase: 'attach' }, { status: 'pass' }, false],
    ['what never was more than a remark', { code: 'KERNEL_WARNING', phase: 'infra' }, failed, false],
    ['an optional test', { code: 'FUNCTIONAL_TEST_FAILURE', args: { required: 'false' } }, failed, false],
    [
      'an attach beside a failed test',
      { code: 'ATTACH_FAILED', phase: 'attach' },
      { ...failed, failed_stage: 'functional' },
      false,
    ],
    ['what the report itself says', { code: 'KERNEL_WARNING', decisive: true }, failed, true],
  ])('%s', (_name, finding, target, decisive) => {
    expect(isDecisive(finding, target)).toBe(decisive);
  });

  test('are read as if they had said it', () => {
    const finding = { code: 'UNSUPPORTED_HELPER', phase: 'load', title: 'no bpf_loop', subject: 'on_exec' };
    const warning = { ...finding, code: 'MANIFEST_MISMATCH' };
    const target = { profile_id: 'k', status: 'fail', failed_stage: 'load', findings: [warning, finding] };
    const report = SavedReport.parse({
      schema_version: 'v0.1',
      run: { id: 'r' },
      artifact: { path: '/a.bpf.o', basename: 'a.bpf.o' },
      targets: [target],
    });
    expect(report.targets[0]?.findings.map(({ decisive }) => decisive)).toEqual([false, true]);
  });
});
