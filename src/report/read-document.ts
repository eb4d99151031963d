import { distinctNames } from '../model/object-names.ts';
import type { RunStatus } from '../model/report.ts';
import { ownTargets, reportValues } from './case-values.ts';
import type { CaseValues, CheckCase, CheckDocument } from './document.ts';
import type { SavedCase, SavedCollection, SavedReport, SavedTarget } from './saved-report.ts';

const EMPTY_TARGET = {
  classification_confidence: '',
  classification_reason: '',
  failed_stage: '',
  started_at: '',
  duration_ms: 0,
  serial_log: '',
  validator_result: '',
  infra_error: '',
  skipped_reason: '',
  retried_after: '',
  timeout_ms: 0,
  notes: [],
  automatic_fixups: 0,
  shims: [],
  findings: [],
  programs: [],
  maps: [],
} satisfies Partial<SavedTarget>;

function statusOf(word: string): RunStatus {
  // An unknown word is not a pass.
  return word === 'pass' || word === 'fail' ? word : 'error';
}

function exitCodeOf(status: RunStatus): 0 | 1 | 2 {
  return status === 'pass' ? 0 : status === 'fail' ? 2 : 1;
}

/** An unknown code is not a pass either. */
function codeOf(code: number): 0 | 1 | 2 {
  return code === 0 || code === 2 ? code : 1;
}

/** Of one that was read there is no run, and its own report is the file that was read. */
const READ = { completed: undefined, json: '', markdownPath: '' } as const;

/** The document of a run about one object. */
export function reportDocument(report: SavedReport): CheckDocument {
  const { artifact, run, matrix, gate, summary, shard } = report;
  const status = statusOf(summary?.status ?? '');
  const ended = { status, exitCode: gate?.fail_on === 'never' && status === 'fail' ? 0 : exitCodeOf(status) } as const;
  const only: CheckCase = {
    name: artifact.basename,
    artifact: artifact.path,
    manifest: '',
    matrix: matrix?.path ?? '',
    required: true,
    origin: '',
    ...ended,
    error: '',
    ...READ,
    ...reportValues(report, shard !== undefined),
    reasons: summary?.notes ?? [],
  };
  return {
    kind: 'run',
    name: matrix?.name || only.name,
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    durationMs: 0,
    ...ended,
    notRun: [],
    cases: [only],
    ...(shard && { shard }),
  };
}

/** What the collection says about a case of which the own report is gone. */
function collectionValues({ support, targets, gate, baseline }: SavedCase, isSharded: boolean): CaseValues {
  const known = targets.map((target) => ({ ...EMPTY_TARGET, ...target }));
  return { support: support?.text ?? '', targets: ownTargets(known, isSharded), gate, baseline, report: undefined };
}

function caseOf(saved: SavedCase, report: SavedReport | undefined, isSharded: boolean): CheckCase {
  const { artifact, manifest, matrix, origin, error, reasons } = saved;
  const status = statusOf(saved.status);
  return {
    name: saved.name || artifact,
    artifact,
    manifest,
    matrix,
    origin,
    required: !saved.optional,
    status,
    exitCode: codeOf(saved.exit_code ?? exitCodeOf(status)),
    error,
    ...READ,
    json: saved.report_json_path,
    markdownPath: saved.report_markdown_path,
    ...(report ? reportValues(report, isSharded) : collectionValues(saved, isSharded)),
    support: saved.support?.text ?? '',
    reasons,
  };
}

/** Objects in different directories may have one name: each then has as much of its path as distinguishes it. */
function withUniqueNames(cases: readonly CheckCase[]): CheckCase[] {
  const names = distinctNames(cases.map(({ name, artifact: path }) => ({ name, path })));
  return cases.map((one, index) => ({ ...one, name: names[index] ?? one.name }));
}

/**
 * The document of a suite, or of a run with several objects.
 * @param reports each case's own report, in the same order; undefined where it is gone
 */
export function collectionDocument(
  saved: SavedCollection,
  reports: readonly (SavedReport | undefined)[],
): CheckDocument {
  const status = statusOf(saved.status);
  const { shard } = saved;
  const cases = saved.cases.map((one, index) => caseOf(one, reports[index], shard !== undefined));
  return {
    // A run about one object has no collection.
    kind: cases.length === 1 || cases.some(({ origin }) => origin !== '') ? 'suite' : 'run',
    name: saved.name,
    startedAt: saved.started_at,
    finishedAt: saved.finished_at,
    durationMs: saved.duration_ms,
    status,
    exitCode: codeOf(saved.exit_code ?? exitCodeOf(status)),
    notRun: saved.not_run,
    cases: withUniqueNames(cases),
    ...(shard && { shard }),
  };
}
