import type { RunReport, Verdict } from '../model/report.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { verdictOf } from '../run/gate-options.ts';
import { type LoadedRun, matchCases } from './load-run.ts';
import { caseFacts, type PreparedCase, type ReadyCase } from './suite-cases.ts';

export type StartableCase = PreparedCase & { readonly ready: ReadyCase };

/**
 * What became of a case.
 * @param run with its baseline, if there is one; undefined for a case that could not start
 */
export function caseReport(one: PreparedCase, run: RunReport | undefined): SuiteCaseReport {
  const verdict = one.ready && run && verdictOf(one.ready.gate, run);
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
 * The worst of the cases that decide: a failure that was seen is worse than an error. A failure that no one gates on exits
 * with 0.
 */
export function worstOf(
  cases: readonly SuiteCaseReport[],
): Pick<SuiteReport, 'status' | 'exitCode'> & Pick<Verdict, 'inconclusive'> {
  const deciding = cases.filter(({ required }) => required);
  const silent = deciding.some(({ exitCode, completed }) => exitCode === 1 || completed?.verdict.inconclusive);
  const facts = silent ? { inconclusive: true as const } : {};
  if (deciding.some(({ exitCode }) => exitCode === 2)) return { status: 'fail', exitCode: 2, ...facts };
  if (deciding.some(({ exitCode }) => exitCode === 1)) return { status: 'error', exitCode: 1, ...facts };
  return { status: deciding.some(({ status }) => status === 'fail') ? 'fail' : 'pass', exitCode: 0, ...facts };
}

/**
 * Which older run it was, and what it has that the suite has no longer.
 * @throws UsageError `object_ambiguous`
 */
export function suiteBaseline(
  baseline: LoadedRun | undefined,
  cases: readonly { readonly name: string; readonly artifact: string }[],
): Pick<SuiteReport, 'baseline'> {
  if (baseline === undefined) return {};
  const named = cases.map(({ name, artifact: path }) => ({ name, path }));
  const found = new Set(matchCases(baseline, named));
  const { path, runId, summaryStatus } = baseline;
  const gone = baseline.cases.filter((one) => !found.has(one)).map(({ name }) => name);
  return { baseline: { path, runId, summaryStatus, gone } };
}
