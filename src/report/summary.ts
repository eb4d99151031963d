import type { RunReport, Verdict } from '../model/report.ts';
import { jobSummary, type SummaryLimits } from './job-summary.ts';
import { reportValue } from './json.ts';
import { SavedReport } from './saved-report.ts';

/** The job summary of one artifact of a run that has just ended: the same text as for its report. */
export function summaryMarkdown(
  run: RunReport,
  artifact: number,
  verdict: Verdict,
  limits: SummaryLimits = {},
): string {
  return jobSummary(SavedReport.parse(reportValue(run, artifact, verdict, { json: '' })), limits);
}
