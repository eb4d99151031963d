import { type GateOptions, withRequired } from '../gate/gate.ts';
import type { Host } from '../host/host.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { suiteDocument } from '../report/gate-document.ts';
import { suiteJson } from '../report/suite-json.ts';
import { suiteMarkdown } from '../report/suite-markdown.ts';
import { atOnce, WRITES_AT_ONCE } from '../run/at-once.ts';
import { type ReportTargets, writeReport } from '../run/write-reports.ts';
import { listRuns, type WrittenRun, writeRun } from './finish-run.ts';
import { writeReportFiles } from './report-files.ts';

/** What became of a case, and where to write it. */
export interface EndedCase {
  readonly report: SuiteCaseReport;
  readonly gate: GateOptions;
  readonly reportTargets: Omit<ReportTargets, 'gate'>;
  /** Absolute path of its manifest; empty without one. */
  readonly manifest: string;
}

/** A suite that was run, with everything that has to be done about it. */
export interface EndedSuite {
  readonly host: Host;
  readonly suite: Omit<SuiteReport, 'cases'>;
  /** In the order of the file; undefined `gate` and `reportTargets` for a case that could not start. */
  readonly cases: readonly (EndedCase | { readonly report: SuiteCaseReport })[];
  /** Absolute paths; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
  readonly onEvent: EventListener;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  readonly cwd: string;
  /** false: a part of a suite is not an entry of the history. Default true. */
  readonly history?: boolean;
  /** Ends the waiting for lists that another process holds. */
  readonly signal?: AbortSignal | undefined;
}

/** A finished suite and its documents. */
export interface SuiteResult {
  /** A case that fails or cannot start is a verdict, not an exception. */
  readonly suite: SuiteReport;
  /** The document of `out`. */
  readonly json: string;
  /** Absolute paths; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

const NOWHERE = { json: '', markdown: '' };

/** What one report lacks is not a reason to lose the others. @returns undefined, with the message in `unwritten` */
async function unlessUnwritable<T>(unwritten: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'report_unwritable') throw error;
    unwritten.push(messageOf(error));
    return undefined;
  }
}

/** A case whose report says of each kernel what the gate makes of it. */
function requiredIn(report: SuiteCaseReport, options: GateOptions): SuiteCaseReport {
  const { completed } = report;
  return completed === undefined
    ? report
    : { ...report, completed: { ...completed, run: withRequired(completed.run, options) } };
}

/** Writes the reports of one case. @returns what the suite says about it, and what was written */
async function finishCase(
  host: Host,
  { report: reported, ...one }: EndedSuite['cases'][number],
  unwritten: string[],
): Promise<{ readonly report: SuiteCaseReport; readonly written?: WrittenRun }> {
  if (!('gate' in one)) return { report: reported };
  const report = requiredIn(reported, one.gate);
  const { completed } = report;
  if (completed === undefined) return { report };
  const written = await unlessUnwritable(unwritten, () => writeRun(host, completed.run, completed.verdict, one));
  const [paths = NOWHERE] = written ? written.paths.artifacts : [];
  const placed = { ...report, json: paths.json, markdownPath: paths.markdown };
  return { report: placed, ...(written && { written }) };
}

/**
 * The reports of a suite and of its cases, and their place in the history: the same whether one machine ran everything
 * or several did.
 * @throws HostError when a report cannot be written, after all others were, with the verdict in its message
 */
export async function finishSuite(ended: EndedSuite): Promise<SuiteResult> {
  const { host, paths, onEvent } = ended;
  const unwritten: string[] = [];
  onEvent({ type: 'reports-start', reports: ended.cases.length });
  const finished = await atOnce(WRITES_AT_ONCE, ended.cases, (one) => finishCase(host, one, unwritten));
  const cases = finished.map(({ report }) => report);
  const written = finished.flatMap((one) => one.written ?? []);
  const suite: SuiteReport = { ...ended.suite, cases };
  const json = suiteJson(suite);
  await unlessUnwritable(unwritten, () => writeReport(host, paths.json, json));
  await unlessUnwritable(unwritten, () => writeReport(host, paths.markdown, suiteMarkdown(suite)));
  await writeReportFiles(host, ended.cwd, ended.files, () => suiteDocument(suite), onEvent);
  // Last: a lock that is held or a signer that fails costs no report.
  await listRuns(ended, written);
  onEvent({ type: 'run-end', status: suite.status, ms: suite.durationMs });
  if (unwritten.length > 0) {
    const verdicts = cases.map(({ name, status }) => `${name}: ${status}`).join(', ');
    const message = `${unwritten.join('\n')}\nthe suite itself ended with ${suite.status} (${verdicts})`;
    throw new HostError('report_unwritable', message);
  }
  return { suite, json, paths };
}
