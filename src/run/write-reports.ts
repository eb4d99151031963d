import { dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { noJsonCommands } from '../report/escape.ts';
import { reportJson } from '../report/json.ts';
import { reportMarkdown } from '../report/markdown.ts';
import { atOnce, WRITES_AT_ONCE } from './at-once.ts';
import { realPlaceOf } from './confine.ts';
import { rejectWorkLinks } from './directories.ts';
import type { RegistryLocks } from './registry-locks.ts';
import { stagedName } from './stage-inputs.ts';

const MAX_INDEX_BYTES = 1024 * 1024 * 1024;

export interface ReportTargets {
  /** Absolute path of the work directory. */
  readonly workdir: string;
  /** Absolute paths; empty = not wanted. */
  readonly out: string;
  readonly markdown: string;
  readonly artifactVersion: string;
  readonly artifactVariant: string;
  readonly artifactUri: string;
}

/** Where the reports are; empty when none was requested. */
export interface ReportPaths {
  readonly json: string;
  readonly markdown: string;
  /** One per artifact, in order, with its own verdict. */
  readonly artifacts: readonly { readonly json: string; readonly markdown: string; readonly verdict: Verdict }[];
}

function unwritable(path: string, cause: unknown): HostError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const blocked = code === 'EEXIST' || code === 'ENOTDIR';
  const why = blocked ? 'a part of the path before its name is a file and no directory' : messageOf(cause);
  const remedy = 'choose another place, or check its permissions and the space';
  return new HostError('report_unwritable', `cannot write ${path}: ${why}; ${remedy}`, { cause });
}

/** What `-` means where a report goes. */
export const STDOUT = '/dev/stdout';

/** Names of what this process has open already, which may be a file that others write to as well. */
export const OPEN_ALREADY = /^\/(?:dev\/(?:stdin|stdout|stderr|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/** A pipe, a terminal or a device such as /dev/null: text goes into it, and nothing may be put in its place. */
export async function isStream(host: Host, path: string): Promise<boolean> {
  if (OPEN_ALREADY.test(path)) return true;
  const found = await host.files.stat(path);
  return found !== undefined && !found.isFile && !found.isDirectory;
}

/** Where the directories of reports led when a run began. */
const resolved = new WeakMap<Host, Map<string, string>>();

/** What runs meanwhile may put a link in the place of a directory that was looked at. */
async function rejectMoved(host: Host, path: string): Promise<void> {
  const before = resolved.get(host)?.get(dirname(path));
  if (before === undefined) return;
  const now = await realPlaceOf(host, dirname(path));
  if (now !== before) throw new Error(`its directory was ${before} when the run began and is ${now} now`);
}

/** Directories that were not there before a run made them for its reports. */
const made = new WeakMap<Host, Set<string>>();

async function makeReportDirectory(host: Host, dir: string): Promise<void> {
  const missing: string[] = [];
  for (let at = dir; (await host.files.stat(at)) === undefined && dirname(at) !== at; at = dirname(at))
    missing.push(at);
  await host.files.makeDir(dir);
  made.set(host, new Set([...(made.get(host) ?? []), ...missing]));
}

/** Takes back the directories that `checkReportPaths` made for these reports, where nothing is in them. Never throws. */
export async function dropIdleReports(host: Host, paths: readonly string[]): Promise<void> {
  const known = made.get(host) ?? new Set();
  const own = new Set<string>();
  for (const path of paths.filter((place) => place !== ''))
    for (let dir = dirname(path); known.has(dir); dir = dirname(dir)) own.add(dir);
  // What is in another one goes before it.
  for (const dir of [...own].sort().reverse()) {
    known.delete(dir);
    await host.files.removeEmpty(dir).catch(() => {});
  }
}

/** Makes the directories of the reports that are requested. @throws HostError now rather than after a long run */
export async function checkReportPaths(host: Host, paths: readonly string[]): Promise<void> {
  const known = resolved.get(host) ?? new Map<string, string>();
  resolved.set(host, known);
  for (const path of paths.filter((place) => place !== '')) {
    try {
      if (await isStream(host, path)) continue;
      await makeReportDirectory(host, dirname(path));
      await host.files.checkWritable(dirname(path));
      if ((await host.files.stat(path))?.isDirectory) throw new Error('it is a directory');
      known.set(dirname(path), await realPlaceOf(host, dirname(path)));
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }
}

/** Writes one document, a file whole or not at all; nothing for an empty path. @throws HostError */
export async function writeReport(host: Host, path: string, text: string): Promise<void> {
  if (path === '') return;
  try {
    await rejectMoved(host, path);
    if (await isStream(host, path)) {
      // In a workflow it is read by the runner, which takes commands from any line.
      await host.files.append(path, text.startsWith('{') ? noJsonCommands(text) : text);
      return;
    }
    // The summary of a step is one file, and others write to it as well.
    if (path === host.env['GITHUB_STEP_SUMMARY']) {
      await host.files.append(path, text);
      return;
    }
    await host.files.makeDir(dirname(path));
    await host.files.writeAtomic(path, text);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** One line of `registry/runs.jsonl`, and `metadata.json` of the run (docs/evidence.md). */
function runRecord(report: RunReport, artifact: number, paths: ReportPaths, targets: ReportTargets) {
  const subject = report.artifacts[artifact];
  return {
    schema_version: 'registry.v0.1',
    run_id: report.runId,
    started_at: report.startedAt,
    artifact_name: subject?.name,
    artifact_version: targets.artifactVersion || report.runId,
    artifact_variant: targets.artifactVariant || undefined,
    artifact_path: subject?.path,
    artifact_uri: targets.artifactUri || undefined,
    artifact_sha256: subject?.sha256 || undefined,
    matrix_path: report.matrix.path,
    matrix_name: report.matrix.name || undefined,
    summary_status: paths.artifacts[artifact]?.verdict.status,
    json_report_path: paths.artifacts[artifact]?.json,
    markdown_path: paths.artifacts[artifact]?.markdown || undefined,
  };
}

/**
 * Adds lines to the list of runs, all or none: an append to a full disk would leave half a line for ever. A list that
 * cannot be had is a note: the verdict and its reports are there already.
 * @throws UsageError `link_in_workdir`
 */
export async function addToIndex(
  host: Host,
  workdir: string,
  records: readonly object[],
  locks: RegistryLocks,
): Promise<void> {
  const registry = join(workdir, 'registry');
  const path = join(registry, 'runs.jsonl');
  // Again: a build or a test may have put one there since the run began.
  await rejectWorkLinks(host, workdir);
  try {
    await host.files.makeDir(registry);
    await using _lock = await locks.take(join(registry, 'runs.lock'));
    const known = (await host.files.stat(path)) ? await host.files.read(path, MAX_INDEX_BYTES) : '';
    const start = known.length === 0 || `${known}`.endsWith('\n') ? '' : '\n';
    const added = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await host.files.writeAtomic(path, `${known}${start}${added}`);
  } catch (cause) {
    locks.note(`this run is not in the list of runs ${path}: ${messageOf(cause)}`);
  }
}

/** What the list of runs says about a run: one record per artifact. */
export function runRecords(run: RunReport, paths: ReportPaths, targets: ReportTargets): object[] {
  return run.artifacts.map((_, index) => runRecord(run, index, paths, targets));
}

/**
 * Where the reports of a finished run go and what each says. One artifact: its report at `out` and `markdown`. Several:
 * documents about all of them there, and each artifact's own report in the run directory.
 * @param verdicts what the gate makes of each artifact, in order
 */
export function reportPaths(run: RunReport, verdicts: readonly Verdict[], targets: ReportTargets): ReportPaths {
  const single = run.artifacts.length === 1;
  const artifacts = verdicts.flatMap((verdict, index) => {
    const artifact = run.artifacts[index];
    if (artifact === undefined) return [];
    const base = join(run.runDir, 'reports', stagedName(artifact, index));
    return {
      verdict,
      json: single && targets.out !== '' ? targets.out : `${base}.json`,
      markdown: single && targets.out !== '' ? targets.markdown : `${base}.md`,
    };
  });
  return { json: targets.out, markdown: targets.markdown, artifacts };
}

/**
 * Writes the reports of each artifact of a run, each whole or not at all.
 * @throws HostError that names the file that cannot be written
 */
export async function writeReports(
  host: Host,
  run: RunReport,
  paths: ReportPaths,
  targets: ReportTargets,
): Promise<void> {
  await atOnce(WRITES_AT_ONCE, paths.artifacts, async ({ json, markdown, verdict }, index) => {
    await writeReport(host, json, reportJson(run, index, verdict, { json, ...(markdown ? { markdown } : {}) }));
    await writeReport(host, markdown, reportMarkdown(run, index, verdict));
  });
  const records = runRecords(run, paths, targets);
  const metadata = JSON.stringify(records.length === 1 ? records[0] : records, null, 2);
  await writeReport(host, join(run.runDir, 'metadata.json'), `${metadata}\n`);
}
