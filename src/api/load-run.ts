import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { matchObjects } from '../compare/match-objects.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { RecordedReport, ReportIdentity } from '../model/comparison.ts';
import { UsageError, wordingOf } from '../model/errors.ts';
import { fileName, type NamedObject } from '../model/object-names.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { recordedCase, recordedReport } from '../report/recorded.ts';
import type { SavedCase, SavedCollection } from '../report/saved-report.ts';
import { caseReport, ownReport, readSaved } from './saved-reports.ts';

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
const RunRecord = z.object({
  json_report_path: z.string(),
  artifact_name: z.string().optional(),
  run_id: z.string().optional(),
  artifact_sha256: z.string().optional(),
  summary_status: z.string().optional(),
});
const Metadata = z.union([RunRecord, z.array(RunRecord).min(1)]);

/**
 * Reads what `compare` and `--baseline` take: a report, a collection document, or the directory of a run.
 * @param file path as the user named it, relative to `cwd`
 * @param said where it was named, for messages
 * @throws UsageError for everything that is none of these
 */
export async function loadRun(host: Host, cwd: string, file: string, said: Wording): Promise<LoadedRun> {
  if ((await host.files.stat(resolve(cwd, file)))?.isDirectory) return loadDirectory(host, cwd, file, said);
  const saved = await readNamed(host, cwd, file, said);
  if (saved.schema_version === 'bpfcompat_suite.v0.1') return loadCollection(host, cwd, file, saved);
  const report = recordedReport(saved, file);
  const { path, runId, summaryStatus } = report;
  const cases = [{ name: saved.artifact.basename, artifact: saved.artifact.path, report }];
  const { sha256 } = saved.artifact;
  return { kind: 'report', path, runId, summaryStatus, cases, ...(sha256 !== '' && { sha256 }) };
}

async function readNamed(host: Host, cwd: string, file: string, said: Wording): ReturnType<typeof readSaved> {
  try {
    return await readSaved(host, cwd, file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, phrase`${said} ${wordingOf(error)}`, { cause: error });
  }
}

async function loadCollection(host: Host, cwd: string, file: string, saved: SavedCollection): Promise<LoadedRun> {
  const cases: LoadedCase[] = [];
  for (const one of saved.cases) {
    const own = isComplete(one) ? undefined : await ownReport(host, cwd, file, one);
    const report = own?.agrees ? recordedReport(own.report, own.path) : recordedCase(one, file);
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

/** The reports of a run directory, which its `metadata.json` names. */
async function loadDirectory(host: Host, cwd: string, dir: string, said: Wording): Promise<LoadedRun> {
  const metadata = join(dir, 'metadata.json');
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError(
      'report_unreadable',
      phrase`${said} ${dir}: ${why}; name a run directory (.bpfcompat/runs/<run id>) or the JSON report`,
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
  for (const record of records) {
    const { json_report_path: path, artifact_name: name } = record;
    const there = await findReport(host, cwd, dir, path);
    if (there === undefined) throw wrong(`its report ${quoted(path)} is gone`);
    const run = await loadRun(host, cwd, there, said);
    if (!isRecorded(record, run)) throw wrong(`${there} is not the report of this run any more`);
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

/** A later run may have written to the same place, and a place in a checkout belongs to whoever made that. */
function isRecorded(record: z.infer<typeof RunRecord>, { runId, sha256, summaryStatus }: LoadedRun): boolean {
  const { run_id: id, artifact_sha256: object, summary_status: status } = record;
  const same = (recorded: string | undefined, found: string | undefined): boolean =>
    recorded === undefined || recorded === '' || found === undefined || recorded === found;
  return same(id, runId) && same(object, sha256) && same(status, summaryStatus);
}

/** In the run directory, or where the run says. */
async function findReport(host: Host, cwd: string, dir: string, path: string): Promise<string | undefined> {
  const isThere = async (candidate: string): Promise<boolean> =>
    (await host.files.stat(resolve(cwd, candidate)))?.isFile === true;
  for (const own of [join(dir, 'reports', basename(path)), join(dir, basename(path))]) {
    if (await isThere(own)) return own;
  }
  // The file that names it may be one of a repository.
  const named = await caseReport(host, cwd, join(dir, 'metadata.json'), { report_json_path: path });
  const moved = join(dirname(dir), basename(path));
  return named ?? ((await isThere(moved)) ? moved : undefined);
}

/**
 * The case of `run` that is about each of these objects or cases; undefined for one that it does not have.
 * @throws UsageError `object_ambiguous`
 */
export function matchCases(run: LoadedRun, requested: readonly NamedObject[]): (LoadedCase | undefined)[] {
  const older = run.cases.map(({ name, artifact: path }) => ({ name, path }));
  return matchObjects(older, requested, run.path).map((index) => (index === undefined ? undefined : run.cases[index]));
}
