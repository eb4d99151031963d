import { resolve } from 'node:path';
import { compareReports } from '../compare/compare.ts';
import type { HistoryRecord } from '../history/record.ts';
import type { Host } from '../host/host.ts';
import { type Comparison, type ComparisonSummary, type ProfileDiff, totalOf } from '../model/comparison.ts';
import { UsageError } from '../model/errors.ts';
import { distinctNames } from '../model/object-names.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import {
  type CollectionComparison,
  type ComparedCase,
  compareCollectionJson,
  compareJson,
} from '../report/compare-json.ts';
import { compareCollectionMarkdown, compareMarkdown } from '../report/compare-markdown.ts';
import { claimPaths, type Output, placeOf } from '../run/claims.ts';
import { withoutOldReports } from '../run/old-reports.ts';
import { timestamp } from '../run/run-id.ts';
import { checkReportPaths, writeReport } from '../run/write-reports.ts';
import { COMPARE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { recordOfVersion } from './history.ts';
import { type LoadedRun, loadRun, matchCases } from './load-run.ts';
import { type Environment, environmentOf } from './services.ts';

/** Two versions of an object in the history of a work directory. */
export interface HistorySides {
  /** Relative to `cwd`. */
  readonly workdir: string;
  readonly artifactName: string;
  readonly baseVersion: string;
  readonly headVersion: string;
}

export interface CompareRequest extends Environment {
  /** JSON report, collection document or run directory; relative to `cwd`. Both sides, or `history`. */
  readonly base?: string;
  readonly head?: string;
  readonly history?: HistorySides;
  /** JSON and Markdown to write, relative to `cwd`. */
  readonly out?: string | undefined;
  readonly markdown?: string | undefined;
}

/** Two sides compared, object by object. */
export interface CompareResult {
  readonly summary: ComparisonSummary;
  /** Required kernels that passed in the base and whole objects that the head does not test, in words. */
  readonly noLongerTested: readonly string[];
  /** Objects that only the head has. */
  readonly added: readonly string[];
  /** One per object that both sides have. */
  readonly comparisons: readonly { readonly name: string; readonly comparison: Comparison }[];
  /** The documents as text. */
  readonly json: string;
  readonly markdown: string;
  /** Where they were written, absolute; empty = nowhere. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

/**
 * What is different between two finished runs. Nothing is booted; a regression is a result, not an exception.
 * @throws UsageError for a file that is not a report and for runs that have no object in common; HostError when a document
 * cannot be written
 */
export async function compare(request: CompareRequest): Promise<CompareResult> {
  checkOptions('compare', request, COMPARE_OPTIONS);
  const { host, cwd } = environmentOf(request);
  const paths = {
    json: placeOf(cwd, request.out),
    markdown: placeOf(cwd, request.markdown),
  };
  const outputs: Output[] = [
    { path: paths.json, said: phrase`${option('out')} ${request.out ?? ''}`, by: 'flag', kind: 'comparison' },
    {
      path: paths.markdown,
      said: phrase`${option('markdown')} ${request.markdown ?? ''}`,
      by: 'flag',
      kind: 'comparison in Markdown',
    },
  ];
  return withoutOldReports(host, outputs, [], () => compareSaved(request, host, cwd, paths, outputs));
}

async function compareSaved(
  request: CompareRequest,
  host: Host,
  cwd: string,
  paths: CompareResult['paths'],
  outputs: readonly Output[],
): Promise<CompareResult> {
  const sides = await sidesOf(host, cwd, request);
  const base = await loadRun(host, cwd, sides.base, sides.flags[0]);
  const head = await loadRun(host, cwd, sides.head, sides.flags[1]);
  for (const [side, run] of [base, head].entries())
    checkRecorded(sides.flags[side === 0 ? 0 : 1], sides.records?.[side], run);
  const inputs = [sides.base, sides.head].map((file, side) => ({
    path: resolve(cwd, file),
    said: sides.flags[side === 0 ? 0 : 1],
    by: 'flag' as const,
  }));
  await claimPaths(host, cwd, outputs, inputs);
  await checkReportPaths(host, [paths.json, paths.markdown]);
  const documents = compareRuns(base, head, timestamp(host.now()));
  await writeReport(host, paths.json, documents.json);
  await writeReport(host, paths.markdown, documents.markdown);
  return { ...documents, paths };
}

interface Sides {
  readonly base: string;
  readonly head: string;
  readonly flags: readonly [base: Wording, head: Wording];
  /** What the history says about them. */
  readonly records?: readonly [base: HistoryRecord, head: HistoryRecord];
}

async function sidesOf(host: Host, cwd: string, { base, head, history }: CompareRequest): Promise<Sides> {
  if (history) {
    const workdir = resolve(cwd, history.workdir);
    const of = (version: string, said: Wording): Promise<HistoryRecord> =>
      recordOfVersion(host, workdir, history.artifactName, version, said);
    const flags = [option('base-version'), option('head-version')] as const;
    const records = [await of(history.baseVersion, flags[0]), await of(history.headVersion, flags[1])] as const;
    return { base: records[0].json_report_path, head: records[1].json_report_path, flags, records };
  }
  if (base && head) return { base, head, flags: [option('base-report'), option('head-report')] };
  throw new UsageError('missing_option', 'two reports are needed; give base and head, or history');
}

/** A later run that wrote to the same place is another version. @throws UsageError `report_replaced` */
function checkRecorded(said: Wording, record: HistoryRecord | undefined, { path, runId, sha256 }: LoadedRun): void {
  if (record === undefined) return;
  const { run_id: recorded, artifact_sha256: object } = record;
  if (runId === recorded && (!sha256 || !object || sha256 === object)) return;
  throw new UsageError(
    'report_replaced',
    phrase`${said}: the history has ${path} as the report of run ${recorded}, and there is that of ${runId || 'another run'} now; give each version an ${option('out')} of its own, or name two reports with ${option('base-report')} and ${option('head-report')}`,
  );
}

function compareRuns(base: LoadedRun, head: LoadedRun, now: string): Omit<CompareResult, 'paths'> {
  const cases = comparedCases(base, head);
  const comparisons = cases.flatMap(({ name, comparison }) => (comparison ? [{ name, comparison }] : []));
  const [first] = comparisons;
  if (!first) {
    throw new UsageError(
      'nothing_in_common',
      `${base.path} and ${head.path} have no object in common; name two runs of the same objects`,
    );
  }
  const both = totalOf(comparisons.map(({ comparison }) => comparison.summary));
  const summary = { ...both, requiredNewFailures: both.requiredNewFailures + newObjectFailures(cases, head) };
  const noLongerTested = cases.flatMap(({ name, change, comparison }) =>
    change === 'removed'
      ? [name]
      : (comparison?.profiles ?? []).filter(wasDropped).map((one) => `${name} on ${one.profile}`),
  );
  const added = cases.flatMap(({ name, change }) => (change === 'added' ? [name] : []));
  if (base.kind === 'report' && head.kind === 'report') {
    const { comparison } = first;
    return {
      summary,
      noLongerTested,
      added,
      comparisons,
      json: compareJson(comparison, now),
      markdown: compareMarkdown(comparison),
    };
  }
  const collection: CollectionComparison = { base, head, summary, cases };
  return {
    summary,
    noLongerTested,
    added,
    comparisons,
    json: compareCollectionJson(collection, now),
    markdown: compareCollectionMarkdown(collection),
  };
}

function wasDropped({ change, base }: ProfileDiff): boolean {
  return change === 'removed' && base?.required === true && base.status === 'pass';
}

/** Required kernels on which objects fail that the base does not have. The cases begin with those of the head, in order. */
function newObjectFailures(cases: readonly ComparedCase[], head: LoadedRun): number {
  const added = head.cases.filter((_, index) => cases[index]?.change === 'added');
  return added.flatMap(({ report }) => report.targets).filter((one) => one.required && one.status === 'fail').length;
}

/** In the order of the head, then what only the base has. */
function comparedCases(base: LoadedRun, head: LoadedRun): ComparedCase[] {
  const before = matchCases(
    base,
    head.cases.map(({ name, artifact: path }) => ({ name, path })),
  );
  const gone = base.cases.filter((one) => !before.includes(one));
  // Objects of either side are listed together: their names have to distinguish them.
  const all = [...head.cases, ...gone];
  const names = distinctNames(all.map(({ name, artifact: path }) => ({ name, path })));
  return all.map((one, index): ComparedCase => {
    const name = names[index] ?? one.name;
    const older = before[index];
    if (older) return { name, change: 'compared', comparison: compareReports(older.report, one.report) };
    return { name, change: index < head.cases.length ? 'added' : 'removed', comparison: undefined };
  });
}
