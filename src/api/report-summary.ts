import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { jobSummary, type SummaryLimits } from '../report/job-summary.ts';
import { readSaved } from './saved-reports.ts';
import { type Environment, environmentOf } from './services.ts';

export interface SummaryRequest extends Environment, SummaryLimits {
  /** JSON report, relative to `cwd`. */
  readonly report: string;
}

/**
 * Markdown for the summary page of a workflow job.
 * @throws UsageError for a file that is not a report of one object
 */
export async function reportSummary(request: SummaryRequest): Promise<string> {
  const { host, cwd } = environmentOf(request);
  const saved = await readSaved(host, cwd, request.report);
  if (saved.schema_version === 'v0.1') return jobSummary(saved, request);
  throw new UsageError(
    'report_unreadable',
    phrase`${option('report')} ${request.report}: it is the document of a run with several objects; name the report of one, its cases say where they are (report_json_path)`,
  );
}
