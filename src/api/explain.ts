import { resolve } from 'node:path';
import { didYouMean, enumerate } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { fileName } from '../model/object-names.ts';
import { option, phrase } from '../model/wording.ts';
import { explainCell } from '../report/explain/cell.ts';
import { explainCollection, explainReport, namesOfCases } from '../report/explain/overview.ts';
import type { SavedCase, SavedCollection, SavedReport, SavedTarget } from '../report/saved-report.ts';
import { EXPLAIN_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { ownReport, readSaved } from './saved-reports.ts';
import { type Environment, environmentOf } from './services.ts';

export interface ExplainRequest extends Environment {
  /** JSON report, or the collection document of a run with several objects; relative to `cwd`. */
  readonly report: string;
  /** Path, file name or name of an object; needed where the document has several. */
  readonly artifact?: string | undefined;
  /** Profile id, kernel family (`6.1`) or release; without it the cells that did not pass are listed. */
  readonly kernel?: string | undefined;
  /** Columns of the text. Default 100. */
  readonly width?: number;
  readonly color?: boolean;
}

/**
 * The story of one object on one kernel, read from a report and written for a person; without a kernel what did not pass,
 * and how to see more. Nothing is booted.
 * @throws UsageError for a file that is not a report, and for an object or a kernel that is not in it
 */
export async function explain(request: ExplainRequest): Promise<string> {
  checkOptions('explain', request, EXPLAIN_OPTIONS, ['report']);
  const { host, cwd } = environmentOf(request);
  const page = { width: request.width ?? 100, color: request.color ?? false };
  const saved = await readSaved(host, cwd, request.report);
  if (saved.schema_version === 'bpfcompat_suite.v0.1') {
    const only = saved.cases.length === 1 ? saved.cases[0] : undefined;
    const chosen = request.artifact === undefined ? only : findCase(saved, request.artifact, cwd, request.report);
    const names = namesOfCases(saved.cases);
    if (!chosen) {
      if (request.kernel !== undefined) throw needsArtifact(saved, request.report);
      return explainCollection(saved.cases, request.report, page);
    }
    const name = names[saved.cases.indexOf(chosen)] ?? chosen.name;
    return explained(await readCase(host, cwd, request.report, chosen, name), name, request, page);
  }
  if (request.artifact !== undefined) checkArtifact(saved, request.artifact, cwd, request.report);
  return explained(saved, undefined, request, page);
}

function explained(
  report: SavedReport,
  artifactFlag: string | undefined,
  request: ExplainRequest,
  page: { readonly width: number; readonly color: boolean },
): string {
  const { targets } = report;
  if (targets.length === 0) {
    throw new UsageError('report_empty', `${request.report}: the report has no kernels; run "bpfcompat test" again`);
  }
  const only = targets.length === 1 ? targets[0] : undefined;
  const target = request.kernel === undefined ? only : findTarget(report, request.kernel, request.report);
  return target ? explainCell(report, target, page) : explainReport(report, request.report, artifactFlag, page);
}

function findTarget({ targets }: SavedReport, requested: string, file: string): SavedTarget {
  const exact = targets.find(({ profile_id: id }) => id === requested);
  if (exact) return exact;
  const ids = targets.map(({ profile_id: id }) => id);
  const named = targets.filter(({ host, profile }) =>
    [host?.kernel, profile?.kernel, host?.kernel_family, profile?.kernel_family].includes(requested),
  );
  const [first, second] = named;
  if (first && !second) return first;
  if (second) {
    const several = enumerate(
      named.map(({ profile_id: id }) => quoted(id)),
      'or',
    );
    throw new UsageError('kernel_ambiguous', `ambiguous kernel ${quoted(requested)} in ${file}; use ${several}`);
  }
  const remedy = didYouMean(requested, ids, 3) || `; it has ${enumerate(ids.slice(0, 12).map(quoted), 'and')}`;
  throw new UsageError(
    'kernel_unknown',
    phrase`${option('kernel', 'explain')} ${quoted(requested)} is not in ${file}${remedy}`,
  );
}

function checkArtifact({ artifact }: SavedReport, requested: string, cwd: string, file: string): void {
  if ([artifact.path, artifact.basename].includes(requested) || resolve(cwd, requested) === artifact.path) return;
  throw new UsageError(
    'artifact_unknown',
    phrase`${option('artifact', 'explain')} ${quoted(requested)}: ${file} is about ${quoted(artifact.basename)}; correct it or leave the flag out`,
  );
}

/** The one case that is called so in what we print; its names come before all others. */
function named(cases: readonly SavedCase[], names: readonly string[], requested: string): SavedCase[] | undefined {
  const own = cases.filter(({ name }) => name === requested);
  const found = [cases.filter((_, index) => names[index] === requested), own];
  return found.find(({ length }) => length === 1);
}

function findCase({ cases }: SavedCollection, requested: string, cwd: string, file: string): SavedCase {
  const names = namesOfCases(cases);
  const alike = cases.filter(({ artifact, name }) => [artifact, fileName(artifact), name].includes(requested));
  // A name comes before a path that only looks like it from here.
  const similar = alike.length > 0 ? alike : cases.filter(({ artifact }) => resolve(cwd, requested) === artifact);
  const found = named(cases, names, requested) ?? similar;
  const [first, second] = found;
  if (first && !second) return first;
  if (second) {
    const several = enumerate(
      found.map((one) => quoted(names[cases.indexOf(one)] ?? one.name)),
      'or',
    );
    throw new UsageError(
      'artifact_ambiguous',
      phrase`${option('artifact', 'explain')} ${quoted(requested)} is several objects of ${file}; use ${several}`,
    );
  }
  const remedy = didYouMean(requested, names, 3) || `; it has ${enumerate(names.slice(0, 12).map(quoted), 'and')}`;
  throw new UsageError(
    'artifact_unknown',
    phrase`${option('artifact', 'explain')} ${quoted(requested)} is not in ${file}${remedy}`,
  );
}

function needsArtifact({ cases }: SavedCollection, file: string): UsageError {
  const names = enumerate(namesOfCases(cases).slice(0, 12).map(quoted), 'or');
  return new UsageError(
    'missing_flag',
    phrase`${file} has ${cases.length} objects; add ${option('artifact', 'explain')} with ${names}`,
  );
}

async function readCase(host: Host, cwd: string, file: string, chosen: SavedCase, name: string): Promise<SavedReport> {
  const own = await ownReport(host, cwd, file, chosen);
  if (own === undefined) {
    throw new UsageError(
      'report_unreadable',
      `the report of ${quoted(name)} is neither at ${quoted(chosen.report_json_path)} nor beside ${file}; copy it there, or run "bpfcompat test" again`,
    );
  }
  if (own.agrees) return own.report;
  throw new UsageError(
    'report_replaced',
    `the report of ${quoted(name)} at ${own.path} is not the one that ${file} is about: a later run (${own.report.run.id}) wrote over it; explain that file itself, or run the suite again`,
  );
}
