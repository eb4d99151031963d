import { compareReports } from '../compare/compare.ts';
import type { Comparison } from '../model/comparison.ts';
import type { RunReport } from '../model/report.ts';
import { recordedRun } from '../report/recorded.ts';
import { caseOf, type LoadedRun } from './load-run.ts';

/** Each artifact of a run against the same object of an older one; undefined where that does not have it. */
export function againstBaseline(run: RunReport, baseline: LoadedRun): (Comparison | undefined)[] {
  const alone = run.artifacts.length === 1;
  return run.artifacts.map(({ name, basename: artifact }, index) => {
    const before = caseOf(baseline, { name, artifact }, alone);
    return before && compareReports(before.report, recordedRun(run, index));
  });
}
