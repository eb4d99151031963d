import { expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { type Latest, mergeLatest } from '../../src/report/merge-latest.ts';
import { withoutArtifacts } from '../../src/report/without-artifacts.ts';
import { artifact, failed, result, runReport } from '../fixtures/run.ts';

const declared = {
  profiles: ['debian-12-6.1'],
  kernels: undefined,
  code: 'UNSUPPORTED_HELPER',
  reason: 'known',
  origin: 'm.yaml:1:1',
};

/** A round of `watch` about these objects; those called `bad` fail as declared, and the others do not. */
function round(...names: string[]): Latest {
  const results = names.map((name, index) =>
    result({ artifact: index, target: 0 }, name.startsWith('bad') ? failed() : undefined),
  );
  const report: RunReport = runReport({ artifacts: names.map((name) => artifact(`${name}.bpf.o`)), results });
  return { report, expected: gate(report, { expectations: [declared] }).expected ?? [] };
}

test('what became of declared failures goes with its object, wherever that stands now', () => {
  const before = round('good', 'bad-one', 'bad-two');
  const merged = mergeLatest(before, round('bad-two', 'bad-new'));
  const reported = merged.expected.map((one) => [merged.report.artifacts[one.artifact]?.name, one.met]);
  expect(reported).toEqual([
    ['good', 'passed'],
    ['bad-one', 'failed'],
    ['bad-two', 'failed'],
    ['bad-new', 'failed'],
  ]);
});

test('the first round is all that is known', () => {
  const first = round('bad-one');
  expect(mergeLatest(undefined, first)).toEqual({ ...first, replacedDirs: [] });
});

test('what is reported of an object goes with its file', () => {
  const all = round('bad-one', 'good', 'bad-two');
  const [gone, ...kept] = all.report.artifacts;
  const left = withoutArtifacts(all, [gone?.path ?? '']);
  expect(left.report.artifacts).toEqual(kept);
  expect(left.report.results.map(({ cell, outcome }) => [cell.artifact, outcome.status])).toEqual([
    [0, 'pass'],
    [1, 'fail'],
  ]);
  expect(left.expected.map(({ artifact: index, met }) => [index, met])).toEqual([
    [0, 'passed'],
    [1, 'failed'],
  ]);
  expect(withoutArtifacts(all, [])).toBe(all);
});
