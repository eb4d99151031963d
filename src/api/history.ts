import { resolve } from 'node:path';
import { didYouMean } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import { trustedKeys } from '../history/keys.ts';
import { HistoryRecord } from '../history/record.ts';
import { signerOf } from '../history/signer.ts';
import { appendHistory, readHead, readHistory, signHistory } from '../history/store.ts';
import { type VerificationRow, verifyHistory } from '../history/verify.ts';
import type { Host } from '../host/host.ts';
import { HostError, messageOf, UsageError } from '../model/errors.ts';
import type { RunReport } from '../model/report.ts';
import { flag, option, phrase, type Wording } from '../model/wording.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { recordedRun } from '../report/recorded.ts';
import { type RegistryLocks, registryLocks } from '../run/registry-locks.ts';
import { timestamp } from '../run/run-id.ts';
import type { ReportPaths, ReportTargets } from '../run/write-reports.ts';
import { type Environment, environmentOf } from './services.ts';

export interface HistoryOptions extends Environment {
  /** Work directory, relative to `cwd`. Default `.bpfcompat`. */
  readonly workDir?: string;
}

function placeOf(options: HistoryOptions): { host: Host; workdir: string } {
  const { host, cwd } = environmentOf(options);
  return { host, workdir: resolve(cwd, options.workDir ?? WORK_DIRECTORY) };
}

/**
 * The lines of the history and what was noted at the last writing.
 * @throws UsageError `history_missing` where nothing was ever recorded: a mistyped directory must not look like a sound one
 */
async function readPlace(host: Host, workdir: string) {
  const trusted = await trustedKeys(host, workdir);
  const lines = await readHistory(host, workdir);
  const head = await readHead(host, workdir, trusted);
  if (lines.length === 0 && head === undefined) throw missing(workdir);
  return { lines, trusted, head };
}

function missing(workdir: string): UsageError {
  return new UsageError(
    'history_missing',
    phrase`there is no history in ${workdir}; name the work directory of the runs with ${option('workdir')}`,
  );
}

/**
 * Records of earlier runs, the newest first; lines that are not records are left out. `limit` 0 (the default): all.
 * @throws UsageError `history_missing` where there is no history, `artifact_unknown` where it has no record of that name
 */
export async function listHistory(
  options: HistoryOptions & { readonly artifactName?: string; readonly limit?: number },
): Promise<HistoryRecord[]> {
  const { host, workdir } = placeOf(options);
  const { artifactName = '', limit = 0 } = options;
  const lines = await readHistory(host, workdir);
  if (lines.length === 0) throw missing(workdir);
  const all = lines.flatMap(({ record }) => record ?? []).reverse();
  const records = artifactName === '' ? all : all.filter(({ artifact_name: name }) => name === artifactName);
  if (artifactName !== '' && records.length === 0) throw unknownArtifact(artifactName, all, workdir);
  return limit === 0 ? records : records.slice(0, limit);
}

/**
 * Checks every record of the history: unchanged, linked to the one before, signed with a key that is trusted; and that
 * none is gone from the end.
 * @throws UsageError `history_missing` where there is no history; for a keyring that cannot be read, and where the note of
 *   the last writing was changed
 */
export async function verifyAll(options: HistoryOptions): Promise<VerificationRow[]> {
  const { host, workdir } = placeOf(options);
  const { lines, trusted, head } = await readPlace(host, workdir);
  return verifyHistory(lines, trusted, head);
}

/** What `verifyAll` cannot know, in words; empty when there is nothing. @throws as `verifyAll` */
export async function historyDoubt(options: HistoryOptions): Promise<string> {
  const { host, workdir } = placeOf(options);
  if ((await readPlace(host, workdir)).head !== undefined) return '';
  return 'nothing says how many records were written, so records that are gone from the end are not noticed; compare with a copy, then run "bpfcompat history sign"';
}

export interface SignOptions extends HistoryOptions {
  /** Ends the waiting for another process that writes there. */
  readonly signal?: AbortSignal;
  /** Hears of such a waiting. */
  readonly onNote?: (message: string) => void;
}

/** Links and signs all records again. @returns how many there are @throws UsageError `history_missing` where there are none */
export async function signAll(options: SignOptions): Promise<number> {
  const { host, workdir } = placeOf(options);
  if ((await readHistory(host, workdir)).length === 0) throw missing(workdir);
  const { take } = registryLocks(host, options.signal, options.onNote ?? (() => {}));
  return signHistory(host, workdir, await signerOf(host, workdir, take), take);
}

/** Sorted, each once; undefined when there is none. */
function namesOf(names: readonly string[]): string[] | undefined {
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}

/** What the history keeps of one artifact of a run. */
function recordOf(
  run: RunReport,
  artifact: number,
  paths: ReportPaths,
  targets: ReportTargets,
  about: { readonly manifest: string; readonly createdAt: string },
): HistoryRecord {
  const own = paths.artifacts[artifact];
  const recorded = recordedRun(run, artifact).targets;
  const required = recorded.filter((target) => target.required);
  const passed = recorded.filter(({ status }) => status === 'pass');
  // What was inferred was not seen to fail either.
  const lacking = recorded.filter(({ status }) => status !== 'pass' && status !== 'inferred');
  const subject = run.artifacts[artifact];
  return HistoryRecord.parse({
    schema_version: 'artifact_history.v0.1',
    run_id: run.runId,
    run_started_at: run.startedAt,
    created_at: about.createdAt,
    artifact_name: subject?.name,
    artifact_version: targets.artifactVersion || run.runId,
    artifact_variant: targets.artifactVariant || undefined,
    artifact_path: subject?.path,
    artifact_uri: targets.artifactUri || undefined,
    artifact_sha256: subject?.sha256,
    manifest_path: about.manifest || undefined,
    matrix_path: run.matrix.path,
    matrix_name: run.matrix.name || undefined,
    summary_status: own?.verdict.status,
    required_passed: required.filter(({ status }) => status === 'pass').length,
    required_failed: lacking.filter((target) => target.required).length,
    total_profiles: recorded.length,
    supported_profiles: namesOf(passed.map(({ profile }) => profile)),
    failed_profiles: namesOf(lacking.map(({ profile }) => profile)),
    classification_codes: namesOf(recorded.map(({ classification }) => classification).filter((code) => code !== '')),
    json_report_path: own?.json,
    markdown_path: own?.markdown || undefined,
    fixup_profiles: namesOf(passed.filter(({ fixups }) => fixups > 0).map(({ profile }) => profile)),
  });
}

/**
 * What the history says about a finished run: one record per artifact.
 * @param manifest absolute path; empty without one
 */
export function historyRecords(
  host: Host,
  run: RunReport,
  paths: ReportPaths,
  targets: ReportTargets,
  manifest: string,
): HistoryRecord[] {
  const about = { manifest, createdAt: timestamp(host.now()) };
  return run.artifacts.map((_, artifact) => recordOf(run, artifact, paths, targets, about));
}

/**
 * Adds finished runs to the history of their work directory, one signed record per artifact.
 * @returns what the user should know; undefined when all is well. A history that cannot be read or written is not a reason to lose
 * a verdict whose reports are there already.
 * @throws UsageError for keys and settings of the signer that are wrong, HostError when the signer fails
 */
export async function addToHistory(
  host: Host,
  workdir: string,
  records: readonly HistoryRecord[],
  locks?: RegistryLocks,
): Promise<string | undefined> {
  let intact: boolean;
  try {
    intact = await appendHistory(host, workdir, records, await signerOf(host, workdir, locks?.take), locks?.take);
  } catch (error) {
    const unreadable = error instanceof UsageError && error.code === 'history_unreadable';
    const unwritable = error instanceof HostError && error.code !== 'signer_failed';
    if (!unreadable && !unwritable) throw error;
    return `this run is not in the history of ${workdir}: ${messageOf(error)}`;
  }
  return intact
    ? undefined
    : `the history in ${workdir} was cut or changed; "bpfcompat history verify ${flag('workdir')} ${workdir}" says where`;
}

function unknownArtifact(artifactName: string, records: readonly HistoryRecord[], workdir: string): UsageError {
  const names = [...new Set(records.map(({ artifact_name: name }) => name))];
  return new UsageError(
    'artifact_unknown',
    phrase`${option('artifact-name')} ${quoted(artifactName)} is not in the history of ${workdir}${didYouMean(artifactName, names) || ';'} see "bpfcompat history list"`,
  );
}

/** The newest record of a version. @throws UsageError for an object or version that is not recorded */
export async function recordOfVersion(
  host: Host,
  workdir: string,
  artifactName: string,
  version: string,
  said: Wording,
): Promise<HistoryRecord> {
  const records = (await readHistory(host, workdir)).flatMap(({ record }) => record ?? []).reverse();
  const own = records.filter(({ artifact_name: name }) => name === artifactName);
  if (own.length === 0) throw unknownArtifact(artifactName, records, workdir);
  const found = own.find(({ artifact_version: recorded }) => recorded === version);
  // Before runs distinguished them, objects of one file name shared a name.
  const twin = own.find((one) => one.run_id === found?.run_id && one.artifact_path !== found.artifact_path);
  if (found && twin && twin.artifact_version === version) {
    throw new UsageError(
      'object_ambiguous',
      phrase`${option('artifact-name')} ${quoted(artifactName)} is ${quoted(found.artifact_path)} and ${quoted(twin.artifact_path)} in the run ${found.run_id}; compare their reports with ${option('base-report')} and ${option('head-report')}`,
    );
  }
  if (found) return found;
  const versions = [...new Set(own.map(({ artifact_version: recorded }) => recorded))];
  throw new UsageError(
    'version_unknown',
    phrase`${said} ${quoted(version)} of ${quoted(artifactName)} is not in the history of ${workdir}${didYouMean(version, versions) || ';'} see "bpfcompat history list"`,
  );
}
