import type { CaseResult, CheckResult } from '../model/check-result.ts';
import type { CheckDocument } from '../report/document.ts';
import { documentJson, documentMarkdown } from '../report/document-files.ts';
import { finishedDocument } from '../report/finished-document.ts';
import type { Conclusion, EndedRun, WrittenRun } from './finish.ts';

/** What became of a case, and where to write it: absent for a case that could not start. */
export interface EndedCase {
  readonly report: CaseResult;
  readonly ended?: Pick<EndedRun, 'gate' | 'reportTargets' | 'manifest'> | undefined;
}

/** A suite that was run, or the part of it that one machine ran. */
export interface EndedSuite {
  readonly suite: CheckResult;
  /** In the order of the file. */
  readonly cases: readonly EndedCase[];
  /** Absolute paths; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

/** A finished suite and its documents. */
export interface SuiteResult {
  /** A case that fails or cannot start is a verdict, not an exception. */
  readonly suite: CheckDocument;
  /** The document of `out`. */
  readonly json: string;
  /** Absolute paths; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

const NOWHERE = { json: '', markdown: '' };

function runOf({ report: { completed }, ended }: EndedCase): EndedRun | undefined {
  return completed && ended && { ...ended, run: completed.run, verdict: completed.verdict };
}

/** The runs of a suite: its cases but those that could not start. */
export function suiteRuns({ cases }: EndedSuite): EndedRun[] {
  return cases.flatMap((one) => runOf(one) ?? []);
}

/** A case with what became of its reports. */
function placed(report: CaseResult, run: WrittenRun | undefined): CaseResult {
  const { completed } = report;
  if (run === undefined || completed === undefined) return report;
  const [paths = NOWHERE] = run.written ? run.paths.artifacts : [];
  return { ...report, completed: { ...completed, run: run.run }, json: paths.json, markdownPath: paths.markdown };
}

/** What a suite says as a whole. */
export function suiteConclusion(ended: EndedSuite, runs: readonly WrittenRun[]): Conclusion<SuiteResult> {
  const { paths } = ended;
  const left = [...runs];
  const cases = ended.cases.map((one) => placed(one.report, runOf(one) && left.shift()));
  const suite = finishedDocument('suite', ended.suite, cases);
  const json = documentJson(suite);
  return {
    document: suite,
    documents: [
      { path: paths.json, text: () => json },
      { path: paths.markdown, text: () => documentMarkdown(suite) },
    ],
    verdict: () => {
      const verdicts = cases.map(({ name, status }) => `${name}: ${status}`).join(', ');
      return `the suite itself ended with ${suite.status} (${verdicts})`;
    },
    result: { suite, json, paths },
  };
}
