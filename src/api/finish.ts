import { type GateOptions, gateObjects } from '../gate/gate.ts';
import { withRequired } from '../gate/required.ts';
import type { HistoryRecord } from '../history/record.ts';
import type { Host } from '../host/host.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { CheckDocument } from '../report/document.ts';
import { atOnce, WRITES_AT_ONCE } from '../run/at-once.ts';
import { registryLocks } from '../run/registry-locks.ts';
import {
  addToIndex,
  type ReportPaths,
  type ReportTargets,
  reportPaths,
  runRecords,
  writeReport,
  writeReports,
} from '../run/write-reports.ts';
import { addToHistory, historyRecords } from './history.ts';
import { writeReportFiles } from './report-files.ts';

/** What ends a check, whatever it was about. */
export interface FinishContext {
  readonly host: Host;
  readonly cwd: string;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  readonly onEvent: EventListener;
  /** false: a part of a check is not an entry of the history. Default true. */
  readonly history?: boolean;
  /** Ends the waiting for lists that another process holds. */
  readonly signal?: AbortSignal | undefined;
}

/** A run with what was decided about it and where its reports go: all objects of `test`, or one case of a suite. */
export interface EndedRun {
  /** With its baseline, if there is one. */
  readonly run: RunReport;
  readonly verdict: Verdict;
  readonly gate: GateOptions;
  readonly reportTargets: ReportTargets;
  /** Absolute path; empty without one. */
  readonly manifest: string;
}

/** The same with its reports written. */
export interface WrittenRun extends EndedRun {
  readonly paths: ReportPaths;
  /** false: some of its reports could not be written, so it is in no list. */
  readonly written: boolean;
}

/** What a check says as a whole, once its runs have their reports. */
export interface Conclusion<R> {
  /** What every report is made of. */
  readonly document: CheckDocument;
  /** Documents about all of it beside the reports of its objects: absolute path, and text. */
  readonly documents: readonly { readonly path: string; readonly text: () => string }[];
  /** The verdict in words, for a user who lacks a report that has it. */
  readonly verdict: () => string;
  readonly result: R;
}

/** What one report lacks is not a reason to lose the others. @returns false, with the message in `unwritten` */
async function unlessUnwritable(unwritten: string[], work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'report_unwritable') throw error;
    unwritten.push(messageOf(error));
    return false;
  }
}

/** Writes the reports of one run, which say of each kernel what the gate makes of it. */
async function writeRun(host: Host, ended: EndedRun, unwritten: string[]): Promise<WrittenRun> {
  const run = withRequired(ended.run, ended.gate);
  const targets = ended.reportTargets;
  const paths = reportPaths(run, gateObjects(run, ended.gate, ended.verdict), targets);
  const written = await unlessUnwritable(unwritten, () => writeReports(host, run, paths, targets));
  return { ...ended, run, paths, written };
}

/**
 * Adds runs to the list of runs and to the history, each list once however many runs there are: every addition reads and
 * writes the whole list. What the user should know of that is an event.
 */
async function listRuns(
  { host, onEvent, signal, history = true }: FinishContext,
  runs: readonly WrittenRun[],
): Promise<void> {
  const note = (message: string): void => onEvent({ type: 'note', message });
  const locks = registryLocks(host, signal, note);
  for (const workdir of new Set(runs.map(({ reportTargets }) => reportTargets.workdir))) {
    const own = runs.filter(({ reportTargets }) => reportTargets.workdir === workdir);
    const records = own.flatMap(({ run, paths, reportTargets }) => runRecords(run, paths, reportTargets));
    await addToIndex(host, workdir, records, locks);
    if (!history) continue;
    const recorded = own.flatMap(({ run, paths, reportTargets, manifest }): HistoryRecord[] =>
      historyRecords(host, run, paths, reportTargets, manifest),
    );
    const warning = await addToHistory(host, workdir, recorded, locks);
    if (warning !== undefined) note(warning);
  }
}

/**
 * Ends a check: the reports of its runs, the documents about all of it, and its place in the list of runs and in the
 * history. The same for `test`, a suite, a shard of either and a merge.
 * @param conclude what the runs say together, in their order
 * @throws HostError when a report cannot be written, after all others were, with the verdict in its message
 */
export async function finish<R>(
  context: FinishContext,
  runs: readonly EndedRun[],
  conclude: (runs: readonly WrittenRun[]) => Conclusion<R>,
): Promise<R> {
  const { host, cwd, files, onEvent } = context;
  const unwritten: string[] = [];
  onEvent({ type: 'reports-start', reports: runs.reduce((sum, { run }) => sum + run.artifacts.length, 0) });
  const reported = await atOnce(WRITES_AT_ONCE, runs, (one) => writeRun(host, one, unwritten));
  const { document, documents, verdict, result } = conclude(reported);
  for (const { path, text } of documents) await unlessUnwritable(unwritten, () => writeReport(host, path, text()));
  await writeReportFiles(host, cwd, files, document, onEvent);
  // Last: a lock that is held or a signer that fails costs no report.
  const listed = reported.filter(({ written }) => written);
  await listRuns(context, listed);
  onEvent({ type: 'run-end', status: document.status, ms: document.durationMs });
  if (unwritten.length > 0) throw new HostError('report_unwritable', [...unwritten, verdict()].join('\n'));
  return result;
}
