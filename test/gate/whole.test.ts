import { describe, expect, test } from 'vitest';
import { gate, gateObjects } from '../../src/gate/gate.ts';
import { partVerdict, withMissing, worstOf } from '../../src/gate/whole.ts';
import type { RunStatus, Verdict } from '../../src/model/report.ts';
import { artifact, failed, result, runReport, target } from '../fixtures/run.ts';

type Code = 0 | 1 | 2;

const one = (status: RunStatus, exitCode: Code, required = true) => ({
  ...{ status, exitCode, required, completed: undefined },
});
const verdict = (status: RunStatus, exitCode: Code, part: Partial<Verdict> = {}): Verdict => ({
  ...{ status, exitCode, reasons: ['why'], ...part },
});

describe('several cases', () => {
  test('a failure that was seen is worse than a case that could not start', () => {
    const all = [one('pass', 0), one('error', 1), one('fail', 2)];
    expect(worstOf(all)).toEqual({ status: 'fail', exitCode: 2, inconclusive: true, reasons: [] });
    expect(worstOf(all.slice(0, 2))).toMatchObject({ status: 'error', exitCode: 1, inconclusive: true });
    expect(worstOf([one('fail', 0)])).toEqual({ status: 'fail', exitCode: 0, reasons: [] });
  });

  test('an optional case decides nothing, whether it fails or cannot start', () => {
    for (const optional of [one('fail', 2, false), one('error', 1, false)]) {
      expect(worstOf([one('pass', 0), optional])).toEqual({ status: 'pass', exitCode: 0, reasons: [] });
    }
  });
});

describe('several objects of one run', () => {
  const pass = { status: 'pass', findings: [] } as const;
  const results = [result({ artifact: 0, target: 0 }, pass), result({ artifact: 1, target: 0 }, failed())];
  const run = runReport({
    artifacts: [artifact('a.bpf.o'), artifact('b.bpf.o')],
    targets: [target('debian-12-6.1')],
    results,
  });

  test('each is decided about alone', () => {
    expect(gateObjects(run, {}, gate(run)).map(({ exitCode }) => exitCode)).toEqual([0, 2]);
  });

  test('of one object alone the last word is that about the run', () => {
    const word = verdict('error', 1);
    expect(gateObjects({ ...run, artifacts: run.artifacts.slice(0, 1) }, {}, word)).toEqual([word]);
  });
});

describe('a part of a run', () => {
  const shard = { index: 1, total: 2 };

  test('a failure decides when all parts are together, and a result that is missing at once', () => {
    expect(partVerdict(verdict('fail', 2), shard, 3)).toMatchObject({ status: 'fail', exitCode: 0 });
    const silent = verdict('fail', 2, { inconclusive: true });
    expect(partVerdict(silent, shard, 3)).toMatchObject({ status: 'error', exitCode: 1 });
  });

  test('without a cell of its own there is nothing to fail', () => {
    expect(partVerdict(verdict('error', 1), shard, 0)).toMatchObject({ status: 'pass', exitCode: 0 });
  });
});

describe('a shard that is missing', () => {
  test('is never a pass', () => {
    const merged = withMissing(verdict('pass', 0), ['shard 2/3 is missing']);
    expect(merged).toEqual(verdict('error', 1, { inconclusive: true, reasons: ['shard 2/3 is missing', 'why'] }));
  });

  test('leaves a failure that was seen a failure', () => {
    const merged = withMissing(verdict('fail', 2), ['shard 2/3 is missing']);
    expect(merged).toMatchObject({ status: 'fail', exitCode: 2, inconclusive: true });
  });

  test('changes nothing where none is', () => {
    const before = verdict('pass', 0);
    expect(withMissing(before, [])).toBe(before);
  });
});
