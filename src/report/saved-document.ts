import { type CheckDocument, isCollection } from '../model/document.ts';
import { distinctNames } from '../model/object-names.ts';
import type { RunStatus } from '../model/report.ts';
import { flag } from '../model/wording.ts';
import { reportValue } from './json.ts';
import {
  type SavedBaseline,
  type SavedCase,
  SavedCollection,
  type SavedGate,
  SavedReport,
  type SavedTarget,
} from './saved-report.ts';
import { suiteValue } from './suite-json.ts';

/**
 * What every reporter for machines and workflows reads. It is made of documents as they are saved and of nothing else:
 * a run that has just ended, one that is read back and one that was put together from shards give the same.
 */
export interface SavedDocument {
  /** `report`: one object; `collection`: a suite, or a run with several objects. */
  readonly kind: 'report' | 'collection';
  /** Name of the suite or the matrix; of the object when neither has one. */
  readonly name: string;
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** RFC 3339; may be empty. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Wall time in milliseconds; 0 when the document does not say. */
  readonly durationMs: number;
  /** In the order of the document. */
  readonly cases: readonly DocumentCase[];
  /** Names of cases that were given up because an earlier one did not pass. */
  readonly notRun: readonly string[];
  /** The machine of several that ran; undefined when it was the only one, and after the merge. */
  readonly shard: { readonly index: number; readonly total: number } | undefined;
}

/** One object with its kernels. */
export interface DocumentCase {
  readonly name: string;
  /** Paths as the run had them; empty when it had none. */
  readonly artifact: string;
  readonly manifest: string;
  readonly matrix: string;
  /** `file:line:column` in the suite file; empty when it is not of a suite. */
  readonly origin: string;
  /** false: it is reported and is non-blocking. */
  readonly required: boolean;
  readonly status: RunStatus;
  /** Why it could not start; empty when it did. */
  readonly error: string;
  readonly reasons: readonly string[];
  /** Which kernels it passes and fails on, in words; may be empty. */
  readonly support: string;
  /** Where its own report is gone, what the collection says: statuses without causes. */
  readonly targets: readonly SavedTarget[];
  /** What decides about it, and what it was compared with, as its report has it; the collection says the same where that is gone. */
  readonly gate: SavedGate | undefined;
  readonly baseline: SavedBaseline | undefined;
  /** Its own report; undefined when it is gone, or when the case could not start. */
  readonly report: SavedReport | undefined;
}

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

function millisecondsBetween(from: string, to: string): number {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** The word behind a flag of the run; empty without it. */
function flagOf({ run }: SavedReport, flag: string): string {
  const at = run.flags.indexOf(flag);
  return at < 0 ? '' : (run.flags[at + 1] ?? '');
}

/** Cells that another machine runs are not part of this document. */
function ownTargets(targets: readonly SavedTarget[], sharded: boolean): readonly SavedTarget[] {
  return sharded ? targets.filter(({ status, failed_stage: stage }) => status !== 'skipped' || stage !== '') : targets;
}

function caseOfReport(report: SavedReport): DocumentCase {
  const { artifact, matrix, summary, support, targets, shard } = report;
  return {
    name: artifact.basename,
    artifact: artifact.path,
    manifest: flagOf(report, flag('manifest')),
    matrix: matrix?.path ?? '',
    origin: '',
    required: true,
    status: statusOf(summary?.status ?? ''),
    error: '',
    reasons: summary?.notes ?? [],
    support: support?.text ?? '',
    targets: ownTargets(targets, shard !== undefined),
    gate: report.gate,
    baseline: report.baseline,
    report,
  };
}

/** The document of a run about one object. */
export function reportDocument(report: SavedReport): SavedDocument {
  const only = caseOfReport(report);
  const { run, matrix, gate } = report;
  return {
    kind: 'report',
    name: matrix?.name || only.name,
    status: only.status,
    exitCode: gate?.fail_on === 'never' && only.status === 'fail' ? 0 : exitCodeOf(only.status),
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    durationMs: millisecondsBetween(run.started_at, run.finished_at),
    cases: [only],
    notRun: [],
    shard: report.shard,
  };
}

function caseOf(saved: SavedCase, report: SavedReport | undefined, sharded: boolean): DocumentCase {
  const targets = report?.targets ?? saved.targets.map((target) => ({ ...EMPTY_TARGET, ...target }));
  return {
    name: saved.name || saved.artifact,
    artifact: saved.artifact,
    manifest: saved.manifest || (report ? flagOf(report, flag('manifest')) : ''),
    matrix: saved.matrix,
    origin: saved.origin,
    required: !saved.optional,
    status: statusOf(saved.status),
    error: saved.error,
    reasons: saved.reasons,
    support: saved.support?.text ?? '',
    targets: ownTargets(targets, sharded),
    gate: report ? report.gate : saved.gate,
    baseline: report ? report.baseline : saved.baseline,
    report,
  };
}

/** Objects in different directories may have one name: each then has as much of its path as distinguishes it. */
function withUniqueNames(cases: readonly DocumentCase[]): DocumentCase[] {
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
): SavedDocument {
  const status = statusOf(saved.status);
  const code = saved.exit_code ?? exitCodeOf(status);
  return {
    kind: 'collection',
    name: saved.name,
    status,
    exitCode: code === 0 || code === 2 ? code : 1,
    startedAt: saved.started_at,
    finishedAt: saved.finished_at,
    durationMs: saved.duration_ms,
    cases: withUniqueNames(saved.cases.map((one, index) => caseOf(one, reports[index], saved.shard !== undefined))),
    notRun: saved.not_run,
    shard: saved.shard,
  };
}

/** A check that has just ended: of the values that its files are written of. */
export function savedDocument(document: CheckDocument): SavedDocument {
  const reports = document.cases.map(
    ({ completed }) =>
      completed && SavedReport.parse(reportValue(completed.run, completed.artifact, completed.verdict, { json: '' })),
  );
  const [only] = reports;
  if (!isCollection(document) && only !== undefined) return reportDocument(only);
  return collectionDocument(SavedCollection.parse(suiteValue(document)), reports);
}
