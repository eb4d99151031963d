import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { reportJson } from '../../src/report/json.ts';
import * as fx from '../fixtures/evidence.ts';
import { failed, infra, requested, result, runReport, skipped, target } from '../fixtures/run.ts';

const pass = { status: 'pass', findings: [] } as const;
type Result = ReturnType<typeof result>;

function reportOf(...results: Result[]) {
  const run = runReport({ targets: results.map((_, i) => target(`debian-${i}-6.1`)), results });
  return JSON.parse(reportJson(run, 0, gate(run), { json: '' }));
}

const at = (target: number): { readonly artifact: 0; readonly target: number } => ({ artifact: 0, target });

describe('the words of the earlier tool', () => {
  test('a failure that was seen, whatever happened elsewhere', () => {
    const report = reportOf(
      result(at(0), failed()),
      result(at(1), infra()),
      result(at(2), skipped()),
      result(at(3), pass),
    );
    expect(report.summary).toMatchObject({ status: 'fail', verdict: 'INCOMPATIBLE', complete: false });
    const verdicts = report.targets.map(({ verdict }: { readonly verdict: string }) => verdict);
    expect(verdicts).toEqual(['INCOMPATIBLE', 'INFRA_ERROR', 'UNSUPPORTED', 'COMPATIBLE']);
  });

  test.each([
    [[result(at(0), pass)], 'COMPATIBLE', true],
    [[result(at(0), failed())], 'INCOMPATIBLE', true],
    [[result(at(0), pass), result(at(1), infra())], 'INFRA_ERROR', false],
  ] as const)('summary %#', (results, verdict, complete) => {
    expect(reportOf(...results).summary).toMatchObject({ verdict, complete });
  });

  test('the kernel that was requested, and the one that ran', () => {
    const evidence = fx.passing();
    const release = evidence.hello.kernel.release;
    const report = reportOf(requested(at(0), evidence, 'debian-0-6.1'), result(at(1), infra()));
    expect(report.targets[0].environment).toEqual({
      requested_kernel_family: '6.1',
      observed_kernel: release,
      kernel_family_match: release.startsWith('6.1.'),
    });
    expect(report.targets[1].environment).toEqual({ requested_kernel_family: '6.1' });
  });
});
