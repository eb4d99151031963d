import { type GateOptions, withRequired } from '../gate/gate.ts';
import type { HistoryRecord } from '../history/record.ts';
import type { Host } from '../host/host.ts';
import type { EventListener } from '../model/events.ts';
import type { ReportFiles } from '../model/formats.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import { runDocument } from '../report/gate-document.ts';
import { verdictOf, withKnown } from '../run/gate-options.ts';
import { registryLocks } from '../run/registry-locks.ts';
import { shardVerdict } from '../run/shard-view.ts';
import {
  addToIndex,
  type ReportPaths,
  type ReportTargets,
  type WrittenReports,
  writeReports,
} from '../run/write-reports.ts';
import type { CompletedCheck } from './check.ts';
import { addToHistory, historyRecords } from './history.ts';
import { writeReportFiles } from './report-files.ts';
import { shardPart } from './shard-part.ts';

/** A run that was carried out, with everything that has to be done about it. */
export interface FinishRequest {
  readonly host: Host;
  /** With its baseline, if there is one. */
  readonly run: RunReport;
  readonly gate: GateOptions;
  readonly reportTargets: Omit<ReportTargets, 'gate'>;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  readonly onEvent: EventListener;
  /** Has the last word about the verdict. */
  readonly finalVerdict?: (verdict: Verdict) => Verdict;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  readonly cwd: string;
  /** false: a part of a run is not an entry of the history. Default true. */
  readonly history?: boolean;
  /** Ends the waiting for lists that another process holds. */
  readonly signal?: AbortSignal | undefined;
}

/** A finished run and its documents. */
export interface FinishedRun {
  readonly report: RunReport;
  readonly verdict: Verdict;
  readonly paths: ReportPaths;
}

/** The reports of a run, and what the lists of its work directory are to say about it. */
export interface WrittenRun extends WrittenReports {
  /** Absolute path. */
  readonly workdir: string;
  readonly history: readonly HistoryRecord[];
}

/**
 * Writes the reports of one run: the same for the objects of `test` and a case of a suite.
 * @throws HostError when a report cannot be written
 */
export async function writeRun(
  host: Host,
  run: RunReport,
  verdict: Verdict,
  { gate: options, reportTargets, manifest }: Pick<FinishRequest, 'gate' | 'reportTargets' | 'manifest'>,
): Promise<WrittenRun> {
  const written = await writeReports(host, run, verdict, { ...reportTargets, gate: withKnown(options, run) });
  const { workdir } = reportTargets;
  return { ...written, workdir, history: historyRecords(host, run, written.paths, reportTargets, manifest) };
}

/**
 * Adds runs to the list of runs and to the history, each list once however many runs there are: every addition reads and
 * writes the whole list. What the user should know of that is an event.
 */
export async function listRuns(
  { host, onEvent, signal, history = true }: Pick<FinishRequest, 'host' | 'onEvent' | 'signal' | 'history'>,
  runs: readonly WrittenRun[],
): Promise<void> {
  const note = (message: string): void => onEvent({ type: 'note', message });
  const locks = registryLocks(host, signal, note);
  for (const workdir of new Set(runs.map((run) => run.workdir))) {
    const own = runs.filter((run) => run.workdir === workdir);
    const records = own.flatMap((run) => run.records);
    await addToIndex(host, workdir, records, locks);
    if (!history) continue;
    const recorded = own.flatMap((run) => run.history);
    const warning = await addToHistory(host, workdir, recorded, locks);
    if (warning !== undefined) note(warning);
  }
}

/**
 * The verdict about a run, its reports and its place in the history: the same whether one machine ran everything or
 * several did.
 * @throws HostError when a report cannot be written
 */
export async function finishRun(ended: FinishRequest): Promise<FinishedRun> {
  const { host, onEvent, finalVerdict = (verdict) => verdict } = ended;
  onEvent({ type: 'reports-start', reports: ended.run.artifacts.length });
  const run = withRequired(ended.run, ended.gate);
  const verdict = finalVerdict(verdictOf(ended.gate, run));
  const written = await writeRun(host, run, verdict, ended);
  const { paths } = written;
  const own = paths.artifacts.map((artifact) => artifact.verdict);
  await writeReportFiles(host, ended.cwd, ended.files, () => runDocument(run, verdict, own), onEvent);
  // Last: a lock that is held or a signer that fails costs no report.
  await listRuns(ended, [written]);
  onEvent({ type: 'run-end', status: verdict.status, ms: run.durationMs });
  return { report: run, verdict, paths };
}

/** The one run of a `test`, as it ended on this machine. */
export interface FinishTestRequest
  extends Pick<FinishRequest, 'host' | 'cwd' | 'files' | 'onEvent' | 'signal' | 'history'> {
  readonly completed: CompletedCheck;
  readonly shard: Shard | undefined;
}

/**
 * Ends a `test`. A part of a run hands over what `merge` needs: the verdict and the history come once, when all parts are
 * together.
 */
export async function finishTest({
  completed: { plan, runs },
  shard,
  ...ended
}: FinishTestRequest): Promise<FinishedRun> {
  const [one] = runs;
  if (one === undefined) throw new Error('a run that nothing ends has a report');
  const { gate: options, reportTargets, manifest, report, whole } = one;
  const decided = { ...ended, gate: options, reportTargets, manifest };
  if (shard === undefined || plan === undefined) return finishRun({ ...decided, run: report });
  return finishRun({
    ...decided,
    run: { ...report, part: shardPart(shard, plan, whole.startedAt, [one]) },
    finalVerdict: (verdict) => shardVerdict(verdict, shard, whole.results.length),
    history: false,
  });
}
