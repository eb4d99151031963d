import { withMissing, worstOf } from '../gate/whole.ts';
import type { CheckResult } from '../model/check-result.ts';
import type { ShardPart } from '../model/shard.ts';
import { distinctRunIds } from '../run/run-id.ts';
import { finish } from './finish.ts';
import { type SuiteResult, suiteConclusion, suiteRuns } from './finish-suite.ts';
import type { Merging } from './merge-parts.ts';
import { broken, mergedCase } from './merged-case.ts';
import { suiteBaseline } from './suite-verdicts.ts';

type Suite = NonNullable<ShardPart['suite']>;

function baselineOf({ baseline }: Merging, suite: Suite): Pick<CheckResult, 'baseline'> {
  if (baseline) return suiteBaseline(baseline, suite.cases);
  return suite.baseline ? { baseline: suite.baseline } : {};
}

/** The parts of a suite as one suite. */
export async function mergeSuite(merging: Merging, startedAt: Date): Promise<SuiteResult> {
  const { parts, missing, out, markdown } = merging;
  const suites = parts.flatMap(({ suite }) => suite ?? []);
  const [first] = suites as [Suite, ...Suite[]];
  const ids = distinctRunIds(first.cases.length, startedAt);
  const named = first.cases.map(({ name, artifact: path }) => ({ name, path }));
  const cases = first.cases.map((one, position) =>
    one.run === undefined ? broken(one) : mergedCase(merging, one, ids[position] ?? '', { cases: named, position }),
  );
  const { status, exitCode } = withMissing(worstOf(cases.map(({ report }) => report)), missing);
  const ended = {
    suite: {
      name: first.name,
      startedAt: suites.map((one) => one.startedAt).sort()[0] ?? '',
      finishedAt:
        suites
          .map((one) => one.finishedAt)
          .sort()
          .at(-1) ?? '',
      durationMs: Math.max(...suites.map(({ durationMs }) => durationMs)),
      status,
      exitCode,
      notRun: [],
      ...baselineOf(merging, first),
    },
    cases,
    paths: { json: out, markdown },
  };
  return finish(merging, suiteRuns(ended), (runs) => suiteConclusion(ended, runs));
}
