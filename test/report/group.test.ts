import { expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { groupFindings } from '../../src/report/group.ts';
import { targetViews } from '../../src/report/view.ts';
import { result, runReport, target } from '../fixtures/run.ts';

function unsupported(reason: string, errno: string): Finding {
  return {
    code: 'UNSUPPORTED_ATTACH_TYPE',
    rollup: 'UNSUPPORTED_ATTACH_TYPE',
    group: 'kernel',
    location: undefined,
    also: [],
    confidence: 'high',
    decisive: true,
    phase: 'attach',
    subject: 'on_multi',
    args: { program: 'on_multi', kind: 'kprobe.multi', since: '5.18', reason, errno },
    evidence: undefined,
  };
}

test('kernels that reject for different reasons are not reported together, those with the same reason are', () => {
  const findings = [
    unsupported('kernel_too_old', 'EINVAL'),
    unsupported('compiled_out', 'EOPNOTSUPP'),
    unsupported('kernel_too_old', 'ENOTSUPP'),
  ];
  const run = runReport({
    targets: ['debian-11-5.10', 'debian-12-6.1', 'debian-10-4.19'].map((id) => target(id)),
    results: findings.map((finding, index) =>
      result({ artifact: 0, target: index }, { status: 'pass', findings: [finding] }),
    ),
  });
  const groups = groupFindings(targetViews(run, 0));
  expect(groups.map(({ finding, targets }) => [finding.args['reason'], targets])).toEqual([
    ['kernel_too_old', [0, 2]],
    ['compiled_out', [1]],
  ]);
});

test('of a functional test only what failed first is reported: where another part of it failed, nothing is fine', () => {
  const failed = (subject: string, expected: string): Finding => ({
    ...unsupported('', ''),
    code: 'FUNCTIONAL_TEST_FAILURE',
    rollup: 'FUNCTIONAL_TEST_FAILURE',
    phase: 'functional',
    subject,
    args: { kind: 'map', name: subject, reason: expected },
  });
  const run = runReport({
    targets: ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3'].map((id) => target(id)),
    results: [
      result(
        { artifact: 0, target: 0 },
        { status: 'fail', failedStage: 'functional', findings: [failed('counts', 'map_missing')] },
      ),
      result(
        { artifact: 0, target: 1 },
        { status: 'fail', failedStage: 'functional', findings: [failed('counts', 'value')] },
      ),
      result(
        { artifact: 0, target: 2 },
        { status: 'fail', failedStage: 'functional', findings: [failed('events', 'value')] },
      ),
      result({ artifact: 0, target: 3 }),
    ],
  });
  expect(groupFindings(targetViews(run, 0)).map(({ targets, absent }) => [targets, absent])).toEqual([
    [[0], [3]],
    [[1], [3]],
    [[2], [3]],
  ]);
});
