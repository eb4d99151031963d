import { createHash } from 'node:crypto';
import type { CheckDocument } from './document.ts';
import { type StepSummaryOptions, stepSummary } from './summary/step-summary.ts';

/** GitHub takes 65 536 characters; bytes are never fewer. The two invisible lines need some. */
const MAX_BYTES = 65_000;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * What the comment of a suite begins with, invisible, so that the next run finds it again.
 * @param name of the suite; a job with several comments gives each a name of its own
 */
export function commentMarker(name: string): string {
  return `<!-- bpfcompat:${digest(name)} -->`;
}

/**
 * What distinguishes comments of one pull request: jobs that run the same suite have one each, and so have the legs of
 * a job matrix that name their evidence.
 * @param suite name of the document
 * @param job id of the job; empty outside of one
 */
export function commentName(suite: string, job: string, evidenceName: string): string {
  return job === '' && evidenceName === '' ? suite : JSON.stringify([suite, job, evidenceName]);
}

/**
 * The document as the body of a comment that is replaced by the next run. The last line, invisible, is the same for runs
 * with the same results, whatever their links and times: see `sameComment`.
 */
export function comment(
  document: CheckDocument,
  options: Pick<StepSummaryOptions, 'links' | 'workspace'> & { readonly name?: string } = {},
): string {
  const { name = document.name, links = {}, workspace = '' } = options;
  const reported = { workspace, times: false, maxBytes: MAX_BYTES };
  const results = digest(stepSummary(document, reported));
  return `${commentMarker(name)}\n${stepSummary(document, { ...reported, links })}\n<!-- results:${results} -->\n`;
}

function resultsOf(body: string): string | undefined {
  return /<!-- results:([0-9a-f]{16}) -->\s*$/.exec(body)?.[1];
}

/** Whether two comments have the same results, so that none of them need replace the other. */
export function sameComment(a: string, b: string): boolean {
  const results = resultsOf(a);
  return a === b || (results !== undefined && results === resultsOf(b));
}
