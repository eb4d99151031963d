import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { annotations } from '../report/annotations.ts';
import { comment, commentName } from '../report/comment.ts';
import type { CheckDocument } from '../report/document.ts';
import type { DocumentCounts } from '../report/document-cells.ts';
import { SUMMARY_BEGINNING } from '../report/summary/heading.ts';
import type { SummaryLinks } from '../report/summary/links.ts';
import { stepSummary } from '../report/summary/step-summary.ts';
import { annotation, say } from './commands.ts';
import { writePullRequest } from './comment.ts';
import type { Ended } from './ended.ts';
import { attempt } from './formats.ts';
import { runUrl } from './runner.ts';
import { appendSummary, summaryRoom } from './summary.ts';
import type { Uploaded } from './upload.ts';

/** File name of the summary in the evidence. */
export const SUMMARY = 'summary.md';

/** The verdict in one line, for the annotation that fails the step. */
export function verdictText(document: CheckDocument, counts: DocumentCounts): string {
  const { total, failed: said, regressions, errored, broken } = counts;
  const news = regressions > 0 ? ` (${regressions} new)` : '';
  if (document.status === 'fail') return `${said} of ${total} checks failed${news}`;
  const others = said > 0 ? `, ${said} failed` : '';
  if (broken > 0) return `${broken} of ${document.cases.length} cases could not start${others}`;
  const about = said > 0 ? '' : '; this says nothing about the object';
  return `inconclusive: ${errored} of ${total} checks did not complete${others}${about}`;
}

/** Marks failures on their lines. A shard leaves that to the merge: annotations are counted per run. */
export function annotate(document: CheckDocument, { job, runner }: Ended): void {
  if (!job.settings.annotations || job.settings.maxAnnotations === 0 || job.input('shard') !== '') return;
  try {
    const found = annotations(document, { workspace: runner.workspace, max: job.settings.maxAnnotations });
    for (const { level, file, line, title, message } of found) annotation(level, { file, line, title }, message);
  } catch (error) {
    say(`the annotations could not be made: ${messageOf(error)}`);
  }
}

/** Where the reader finds more. Empty addresses are left out. */
function linksOf({ runner }: Ended, uploaded: Uploaded | undefined): SummaryLinks {
  const { serverUrl, repository, sha } = runner;
  return {
    ...(uploaded?.url && { evidence: uploaded.url }),
    ...(runUrl(runner) !== '' && { run: runUrl(runner) }),
    ...(repository && sha && { source: `${serverUrl}/${repository}/blob/${sha}` }),
  };
}

/** The summary, also written to a file. @returns undefined when it broke, which is reported */
export function writeSummary(document: CheckDocument, ended: Ended, uploaded: Uploaded | undefined, path: string) {
  const { job, runner } = ended;
  const options = { maxBytes: summaryRoom(runner), links: linksOf(ended, uploaded), workspace: runner.workspace };
  const list = job.settings.jobSummary === 'failed' ? 'failed' : 'all';
  const text = attempt('the job summary', () => stepSummary(document, { ...options, list }));
  if (text !== undefined) writeFileSync(path, text);
  return text;
}

/** Whether the run has written a summary there: it settles which files may be replaced. */
function isSummary(path: string): boolean {
  try {
    return SUMMARY_BEGINNING.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * Shows the summary, with a link to the evidence. The file that the input names has the same text, where it is one of
 * ours; the page of the step has what the run added to it.
 * @returns the path of the file; empty when the summary broke
 */
export async function publishSummary(
  document: CheckDocument,
  ended: Ended,
  uploaded: Uploaded | undefined,
  dir: string,
): Promise<string> {
  const own = ended.job.input('summary');
  const named = own === '' ? '' : resolve(ended.runner.workspace, own);
  const ours = named !== '' && named !== ended.runner.summaryFile && isSummary(named);
  const path = ours ? named : join(dir, SUMMARY);
  const text = writeSummary(document, ended, uploaded, path);
  if (text === undefined) return '';
  const isThere = named !== '' && named === ended.runner.summaryFile;
  if (ended.job.settings.jobSummary !== 'none' && !isThere) await appendSummary(ended.runner, text);
  return path;
}

/** Writes the text of the comment, and the comment where it is wanted. @returns the path; empty when it broke */
export async function publishComment(
  document: CheckDocument,
  ended: Ended,
  uploaded: Uploaded | undefined,
  dir: string,
) {
  const { runner, job } = ended;
  const name = commentName(document.name, runner.job, job.settings.evidenceName);
  const options = { links: linksOf(ended, uploaded), workspace: runner.workspace, name };
  const text = attempt('the comment', () => comment(document, options));
  if (text === undefined) return '';
  const path = join(dir, 'comment.md');
  writeFileSync(path, text);
  if (job.settings.comment && job.input('shard') === '') await writePullRequest(text, job.settings.githubToken, runner);
  return path;
}
