import { compareReports } from '../compare/compare.ts';
import type { Comparison } from '../model/comparison.ts';
import type { RunReport } from '../model/report.ts';
import { recordedRun } from '../report/recorded.ts';
import { caseOf, type LoadedRun } from './load-run.ts';

/** The case of a suite that a run is about. */
export interface RunCase {
  readonly name: string;
  /** The older run is asked about this case only. */
  readonly alone: boolean;
  /** Names of all cases of the suite. */
  readonly names: readonly string[];
}

/**
 * Each artifact of a run against the same object of an older one; undefined where that does not have it.
 * @param suiteCase only for a run that is a case of a suite: it is looked for by its name there
 */
export function againstBaseline(run: RunReport, baseline: LoadedRun, suiteCase?: RunCase): (Comparison | undefined)[] {
  const alone = suiteCase?.alone ?? run.artifacts.length === 1;
  const names = suiteCase?.names ?? run.artifacts.map(({ name }) => name);
  return run.artifacts.map(({ name, basename: artifact }, index) => {
    const before = caseOf(baseline, { name: suiteCase?.name ?? name, artifact }, alone, names);
    return before && compareReports(before.report, recordedRun(run, index));
  });
}
