import { expect, test } from 'vitest';
import type { Prediction } from '../../src/model/prediction.ts';
import { predictionLines } from '../../src/report/markdown-prediction.ts';
import { predictionRows } from '../../src/report/prediction.ts';
import { predictionJson } from '../../src/report/prediction-json.ts';
import { targetViews } from '../../src/report/view.ts';
import { missingRingbuf, passing, verifierFailure } from '../fixtures/evidence.ts';
import { infra, requested, result, runReport, target } from '../fixtures/run.ts';

const from58: Omit<Prediction, 'verdict'> = { floor: '5.8', why: 'ring buffer map events' };

/** Predictions for kernels that reject, load, load, reject and do not respond. */
function runOf(verdicts: readonly Prediction['verdict'][]) {
  const ids = ['ubuntu-20.04-5.4', 'debian-12-6.1', 'alma-8-4.18', 'debian-13-7.3', 'debian-13-6.12'];
  const targets = ids.map((id) => target(id));
  const observed = [missingRingbuf('5.4.0-216-generic'), passing(), passing(), missingRingbuf('7.3.4')];
  return runReport({
    targets,
    results: targets.map(({ profile }, index) => {
      const cell = { artifact: 0, target: index };
      const evidence = observed[index];
      const verdict = verdicts[index];
      const prediction = verdict && { verdict, ...from58 };
      return { ...(evidence ? requested(cell, evidence, profile.id) : result(cell, infra())), prediction };
    }),
  });
}

test('what was predicted stands beside what was seen', () => {
  const views = targetViews(runOf(['refused', 'loads', 'refused', 'loads', 'loads']), 0);
  expect(predictionRows(views).map(({ observed, agreement }) => [observed, agreement])).toEqual([
    ['refused', 'agrees'],
    ['loads', 'agrees'],
    ['loads', 'backport'],
    ['refused', 'refused'],
    [undefined, 'open'],
  ]);
  const lines = predictionLines(views);
  expect(lines).toContain('2 of 4 kernels did something else than their version lets one expect.');
  expect(lines.join('\n')).toMatch(
    /rejected: needs 5\.8 or later \(ring buffer map events\) \| loads \| the kernel is too old by its version, but accepts it \(backport\)/,
  );
  expect(lines.join('\n')).toMatch(
    /loads: needs 5\.8 or later .* \| rejected: map events.* \| the kernel is new enough by its version, but rejects it/,
  );
  expect(views.map(predictionJson)[2]).toEqual({
    verdict: 'refused',
    ...from58,
    observed: 'loads',
    agreement: 'backport',
  });
});

test('agreement everywhere is one sentence above the table', () => {
  const lines = predictionLines(targetViews(runOf(['refused', 'loads', 'loads', 'refused']), 0));
  expect(lines).toContain('No kernel did something else than its version lets one expect.');
});

test('what no version decides is not a surprise', () => {
  const evidence = verifierFailure("R0 invalid mem access 'map_value_or_null'");
  const run = runReport({
    results: [{ ...requested({ artifact: 0, target: 0 }, evidence, 'x'), prediction: { verdict: 'loads', ...from58 } }],
  });
  const views = targetViews(run, 0);
  expect(predictionRows(views)).toMatchObject([{ agreement: 'other_cause' }]);
  expect(predictionLines(views)).toContain('No kernel did something else than its version lets one expect.');
});

test('without predictions, or where nothing can be compared, there is no section', () => {
  expect(predictionLines(targetViews(runOf([]), 0))).toEqual([]);
  const unknown: Prediction['verdict'] = 'unknown';
  expect(predictionLines(targetViews(runOf([unknown, unknown, unknown, unknown]), 0))).toEqual([]);
});
