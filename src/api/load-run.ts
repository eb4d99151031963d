import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { matchObjects } from '../compare/match-objects.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { RecordedReport, ReportIdentity } from '../model/comparison.ts';
import { UsageError } from '../model/errors.ts';
import { fileName, type NamedObject } from '../model/object-names.ts';
import { recordedCase, recordedReport } from '../report/recorded.ts';
import type { SavedCase, SavedCollection, SavedReport } from '../report/saved-report.ts';
import { caseReport, readSaved } from './saved-reports.ts';

/** A finished run as it is compared: one report per object. */
export interface LoadedRun extends ReportIdentity {
  /** `report`: one object that the document itself is about. */
  readonly kind: 'report' | 'collection';
  readonly cases: readonly LoadedCase[];
  /** Of the object that a report is about; absent where it is not known. */
  readonly sha256?: string;
}

export interface LoadedCase {
  /** Name of the object, or of the case of a suite. */
  readonly name: string;
  /** Path of the object as its run had it; its name where no path is known. */
  readonly artifact: string;
  readonly report: RecordedReport;
}

const MAX_METADATA_BYTES = 16 * 1024 * 1024;
const RunRecord = z.object({ json_report_path: z.string(), artifact_name: z.string().optional() });
const Metadata = z.union([RunRecord, z.array(RunRecord).min(1)]);

/**
 * Reads what `compare` and `--baseline` take: a report, a collection document, or the directory of a run.
 * @param file path as the user named it, relative to `cwd`
 * @param flag where it was named, for messages
 * @throws UsageError for everything that is none of these
 */
export async function loadRun(host: Host, cwd: string, file: string, flag: string): Promise<LoadedRun> {
  if ((await host.files.stat(resolve(cwd, file)))?.isDirectory) return loadDirectory(host, cwd, file, flag);
  const saved = await readNamed(host, cwd, file, flag);
  if (saved.schema_version === 'bpfcompat_suite.v0.1') return loadCollection(host, cwd, file, saved);
  const report = recordedReport(saved, file);
  const { path, runId, summaryStatus } = report;
  const cases = [{ name: saved.artifact.basename, artifact: saved.artifact.path, report }];
  const { sha256 } = saved.artifact;
  return { kind: 'report', path, runId, summaryStatus, cases, ...(sha256 !== '' && { sha256 }) };
}

async function readNamed(host: Host, cwd: string, file: string, flag: string): ReturnType<typeof readSaved> {
  try {
    return await readSaved(host, cwd, file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, `${flag} ${error.message}`, { cause: error });
  }
}

async function loadCollection(host: Host, cwd: string, file: string, saved: SavedCollection): Promise<LoadedRun> {
  const cases: LoadedCase[] = [];
  for (const one of saved.cases) {
    const own = isComplete(one) ? undefined : await ownReport(host, cwd, file, one);
    const report = own ? recordedReport(own.report, own.path) : recordedCase(one, file);
    cases.push({ name: one.name || fileName(one.artifact), artifact: one.artifact, report });
  }
  const runId = saved.cases.find(({ run_id: id }) => id)?.run_id ?? '';
  return { kind: 'collection', path: file, runId, summaryStatus: saved.status, cases };
}

/**
 * A collection that says why each kernel rejects a case needs no other file: its cases' own reports may be those of a
 * later run, or lie where a pull request can put its own.
 */
function isComplete({ targets }: SavedCase): boolean {
  return targets.length > 0 && targets.every(({ status, causes }) => status !== 'fail' || causes.length > 0);
}

/** The report of a case, as long as it says of every kernel what the collection says. */
async function ownReport(
  host: Host,
  cwd: string,
  file: string,
  one: SavedCase,
): Promise<{ readonly path: string; readonly report: SavedReport } | undefined> {
  const path = await caseReport(host, cwd, file, one);
  if (path === undefined) return undefined;
  const report = await readSaved(host, cwd, path);
  const { run_id: id, targets } = one;
  if (report.schema_version !== 'v0.1' || (id !== undefined && id !== '' && id !== report.run.id)) return undefined;
  const statuses = new Map(report.targets.map(({ profile_id: profile, status }) => [profile, status]));
  const agrees = targets.every(({ profile_id: profile, status }) => statuses.get(profile) === status);
  return agrees && (targets.length === 0 || targets.length === statuses.size) ? { path, report } : undefined;
}

/** The reports of a run directory, which its `metadata.json` names. */
async function loadDirectory(host: Host, cwd: string, dir: string, flag: string): Promise<LoadedRun> {
  const metadata = join(dir, 'metadata.json');
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError(
      'report_unreadable',
      `${flag} ${dir}: ${why}; name a run directory (.bpfcompat/runs/<run id>) or the JSON report`,
      { cause },
    );
  let records: z.infer<typeof RunRecord>[];
  try {
    const text = (await host.files.read(resolve(cwd, metadata), MAX_METADATA_BYTES)).toString('utf8');
    records = [Metadata.parse(JSON.parse(text))].flat();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw wrong(missing ? 'it has no metadata.json' : 'its metadata.json is not that of a run', error);
  }
  const runs: LoadedRun[] = [];
  for (const { json_report_path: path, artifact_name: name } of records) {
    const there = await findReport(host, cwd, dir, path);
    if (there === undefined) throw wrong(`its report ${quoted(path)} is gone`);
    const run = await loadRun(host, cwd, there, flag);
    const cases = name === undefined ? run.cases : run.cases.map((one) => ({ ...one, name }));
    runs.push({ ...run, cases });
  }
  const [first] = runs;
  if (first && runs.length === 1) return first;
  const worst = ['fail', 'error', 'pass'].find((word) => runs.some(({ summaryStatus }) => summaryStatus === word));
  return {
    kind: 'collection',
    path: dir,
    runId: first?.runId ?? '',
    summaryStatus: worst ?? '',
    cases: runs.flatMap(({ cases }) => cases),
  };
}

/** Where the run says, or in the run directory when that was moved. */
async function findReport(host: Host, cwd: string, dir: string, path: string): Promise<string | undefined> {
  const candidates = [
    path,
    join(dir, 'reports', basename(path)),
    join(dir, basename(path)),
    join(dirname(dir), basename(path)),
  ];
  for (const candidate of candidates) {
    if ((await host.files.stat(resolve(cwd, candidate)))?.isFile) return candidate;
  }
  return undefined;
}

/**
 * The case of `run` that is about each of these objects or cases; undefined for one that it does not have.
 * @throws UsageError `object_ambiguous`
 */
export function matchCases(run: LoadedRun, wanted: readonly NamedObject[]): (LoadedCase | undefined)[] {
  const older = run.cases.map(({ name, artifact: path }) => ({ name, path }));
  return matchObjects(older, wanted, run.path).map((index) => (index === undefined ? undefined : run.cases[index]));
}
