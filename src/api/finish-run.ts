import { type GateOptions, gate } from '../gate/gate.ts';
import type { Host } from '../host/host.ts';
import type { EventListener } from '../model/events.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { runDocument } from '../report/gate-document.ts';
import { withKnown } from '../run/gate-options.ts';
import { registryLocks } from '../run/registry-locks.ts';
import { type ReportPaths, type ReportTargets, writeReports } from '../run/write-reports.ts';
import { recordRun } from './history.ts';
import { type ReportFiles, writeReportFiles } from './report-files.ts';

/** A run that was asked, with everything that has to be done about it. */
export interface EndedRun {
  readonly host: Host;
  /** With its baseline, if there is one. */
  readonly run: RunReport;
  readonly gate: GateOptions;
  readonly places: Omit<ReportTargets, 'gate'>;
  /** Absolute path; empty without one. */
  readonly manifest: string;
  readonly onEvent: EventListener;
  /** Has the last word about the verdict. */
  readonly settle?: (verdict: Verdict) => Verdict;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  readonly cwd: string;
  /** false: a part of a run is no entry of the history. Default true. */
  readonly history?: boolean;
  /** Ends the waiting for lists that another process holds. */
  readonly signal?: AbortSignal | undefined;
}

export interface FinishedRun {
  readonly report: RunReport;
  readonly verdict: Verdict;
  readonly paths: ReportPaths;
}

/**
 * The verdict about a run, its reports and its place in the history: the same whether one machine asked everything or
 * several did.
 * @throws HostError when a report cannot be written
 */
export async function finishRun(ended: EndedRun): Promise<FinishedRun> {
  const { host, run, places, manifest, onEvent, settle = (verdict) => verdict } = ended;
  const decides = withKnown(ended.gate, run);
  const verdict = settle(gate(run, decides));
  const locks = registryLocks(host, ended.signal, (message) => onEvent({ type: 'note', message }));
  const paths = await writeReports(host, run, verdict, { ...places, gate: decides }, locks);
  const warning = ended.history === false ? undefined : await recordRun(host, run, paths, places, manifest, locks);
  if (warning !== undefined) onEvent({ type: 'note', message: warning });
  const own = paths.artifacts.map((artifact) => artifact.verdict);
  await writeReportFiles(host, ended.cwd, ended.files, () => runDocument(run, verdict, own), onEvent);
  onEvent({ type: 'run-end', status: verdict.status, ms: run.durationMs });
  return { report: run, verdict, paths };
}
