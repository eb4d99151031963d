import type { CaseResult, CheckResult } from '../model/check-result.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { reportValues } from './case-values.ts';
import { type CaseValues, type CheckCase, type CheckDocument, isCollection } from './document.ts';
import { reportValue } from './json.ts';
import { SavedReport } from './saved-report.ts';

/** One object of a run: its own verdict and where its own report lies. */
export interface RunObject {
  readonly verdict: Verdict;
  /** Paths; empty when there is none. */
  readonly json: string;
  readonly markdown: string;
}

/** What is said about a case that could not start. */
const NOTHING: CaseValues = { support: '', targets: [], gate: undefined, baseline: undefined, report: undefined };

/**
 * A case with the values of its JSON report: what reads a file and what reads this find the same.
 * @param isAlone its report is the document: the notes of the run are in no other
 */
function checkCase(result: CaseResult, isAlone: boolean, isSharded: boolean): CheckCase {
  const { completed } = result;
  if (completed === undefined) return { ...result, ...NOTHING, reasons: [] };
  const { run, artifact, verdict } = completed;
  const report = SavedReport.parse(reportValue(run, artifact, verdict, { json: '' }));
  const reasons = isAlone ? [...verdict.reasons, ...run.notes] : verdict.reasons;
  return { ...result, ...reportValues(report, isSharded), reasons };
}

/** The document of cases that have ended. */
export function finishedDocument(
  kind: CheckDocument['kind'],
  result: CheckResult,
  cases: readonly CaseResult[],
): CheckDocument {
  const { part } = result;
  const isAlone = !isCollection({ kind, cases });
  return {
    kind,
    ...result,
    cases: cases.map((one) => checkCase(one, isAlone, part !== undefined)),
    ...(part && { shard: { index: part.index, total: part.total } }),
  };
}

/**
 * The document of a run.
 * @param verdict of the whole run
 * @param objects in the order of the run
 */
export function runDocument(run: RunReport, verdict: Verdict, objects: readonly RunObject[]): CheckDocument {
  const { name, path } = run.matrix;
  const alone = objects.length === 1;
  const cases = objects.map(({ verdict: own, json, markdown }, index): CaseResult => {
    const artifact = run.artifacts[index];
    return {
      // A report about one object has its file name and no other.
      name: (alone ? artifact?.basename : artifact?.name) ?? '',
      artifact: artifact?.path ?? '',
      manifest: '',
      matrix: path,
      required: true,
      origin: '',
      status: own.status,
      exitCode: own.exitCode,
      error: '',
      completed: { run, artifact: index, verdict: own },
      json,
      markdownPath: markdown,
    };
  });
  const { startedAt, finishedAt, durationMs, part } = run;
  const { status, exitCode } = verdict;
  const whole = { startedAt, finishedAt, durationMs, status, exitCode, notRun: [], ...(part && { part }) };
  return finishedDocument('run', { name: alone ? name || (cases[0]?.name ?? '') : name, ...whole }, cases);
}
