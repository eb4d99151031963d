import { compareReports } from '../compare/compare.ts';
import type { Comparison } from '../model/comparison.ts';
import type { NamedObject } from '../model/object-names.ts';
import type { RunReport } from '../model/report.ts';
import { recordedRun } from '../report/recorded.ts';
import { type LoadedCase, type LoadedRun, matchCases } from './load-run.ts';

/** The case of a suite that a run is about. */
export interface RunCase {
  readonly position: number;
  /** All cases of the suite that share the older run. */
  readonly cases: readonly NamedObject[];
}

/**
 * Each artifact of a run against the same object of an older one; undefined where that does not have it.
 * @param suiteCase only for a run that is a case of a suite: the older run is divided among all its cases
 * @throws UsageError `object_ambiguous`
 */
export function againstBaseline(run: RunReport, baseline: LoadedRun, suiteCase?: RunCase): (Comparison | undefined)[] {
  const before = suiteCase
    ? matchCases(baseline, suiteCase.cases).slice(suiteCase.position, suiteCase.position + 1)
    : matchCases(baseline, run.artifacts);
  return comparedWith(run, before);
}

/** Each artifact of a run against what an older one has about it, in order. */
export function comparedWith(run: RunReport, before: readonly (LoadedCase | undefined)[]): (Comparison | undefined)[] {
  return run.artifacts.map((_, index) => {
    const older = before[index];
    return older && compareReports(older.report, recordedRun(run, index));
  });
}
