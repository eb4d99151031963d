import { gate } from '../gate/gate.ts';
import type { CaseResult, CheckResult } from '../model/check-result.ts';
import type { RunReport } from '../model/report.ts';
import { type LoadedRun, matchCases } from './load-run.ts';
import { caseFacts, type PreparedCase, type ReadyCase } from './suite-cases.ts';

export type StartableCase = PreparedCase & { readonly ready: ReadyCase };

/**
 * What became of a case.
 * @param run with its baseline, if there is one; undefined for a case that could not start
 */
export function caseReport(one: PreparedCase, run: RunReport | undefined): CaseResult {
  const verdict = one.ready && run && gate(run, one.ready.gate);
  return {
    ...caseFacts(one),
    status: verdict?.status ?? 'error',
    exitCode: verdict?.exitCode ?? 1,
    completed: run && verdict && { run, artifact: 0, verdict },
    json: run ? one.json : '',
    markdownPath: run ? one.markdown : '',
  };
}

/**
 * Which older run it was, and what it has that the suite has no longer.
 * @throws UsageError `object_ambiguous`
 */
export function suiteBaseline(
  baseline: LoadedRun | undefined,
  cases: readonly { readonly name: string; readonly artifact: string }[],
): Pick<CheckResult, 'baseline'> {
  if (baseline === undefined) return {};
  const named = cases.map(({ name, artifact: path }) => ({ name, path }));
  const found = new Set(matchCases(baseline, named));
  const { path, runId, summaryStatus } = baseline;
  const gone = baseline.cases.filter((one) => !found.has(one)).map(({ name }) => name);
  return { baseline: { path, runId, summaryStatus, gone } };
}
