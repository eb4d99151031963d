import { resolve } from 'node:path';
import { withMissing } from '../gate/whole.ts';
import { UsageError } from '../model/errors.ts';
import type { ShardPart } from '../model/shard.ts';
import { option } from '../model/wording.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { missingShards } from '../report/merge-missing.ts';
import { baselineInput, claimPaths, type Input, placeOf } from '../run/claims.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { withoutOldReports } from '../run/old-reports.ts';
import { distinctRunIds } from '../run/run-id.ts';
import { checkReportPaths } from '../run/write-reports.ts';
import { MERGE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { finish } from './finish.ts';
import { endedRun, type FinishedRun, runConclusion } from './finish-run.ts';
import type { SuiteResult } from './finish-suite.ts';
import { loadRun } from './load-run.ts';
import { type Merging, mergedGate, mergedRun } from './merge-parts.ts';
import { mergeSuite } from './merge-suite.ts';
import { reportFilePaths, reportOutputs } from './report-files.ts';
import type { ReportOptions } from './run-options.ts';
import { environmentOf, type ResolvedEnvironment } from './services.ts';
import { chooseParts } from './shard-choice.ts';
import { findParts } from './shard-files.ts';

/** The reports of the shards of one run, and where the whole report goes. */
export interface MergeOptions extends ReportOptions {
  /** Reports of shards: files, patterns, and directories with all below them; relative to `cwd`. */
  readonly reports: readonly string[];
}

/** What is missing in a merge. */
export interface MergeFacts {
  /** What was not run, one sentence per shard; then the verdict is an error. */
  readonly missing: readonly string[];
  /** What was left out and why. */
  readonly notes: readonly string[];
}

/** The merged run or suite, with the shards that are missing. */
export type MergeResult = MergeFacts &
  (({ readonly kind: 'run' } & FinishedRun) | ({ readonly kind: 'suite' } & SuiteResult));

async function mergeRun(merging: Merging, startedAt: Date): Promise<FinishedRun> {
  const { parts, missing, workdir, out, markdown } = merging;
  const own = parts[0]?.runs[0];
  if (!own) throw new UsageError('report_invalid', 'the reports hold no run; run the shards again');
  const { manifest, artifactVersion, artifactVariant, artifactUri } = own;
  const gate = mergedGate(merging, own);
  const reportTargets = { workdir, out, markdown, artifactVersion, artifactVariant, artifactUri };
  const run = mergedRun(merging, 0, distinctRunIds(1, startedAt)[0] ?? '');
  const ended = endedRun({ gate, reportTargets, manifest }, run, (verdict) => withMissing(verdict, missing));
  return finish(merging, [ended], runConclusion);
}

function decidesByBaseline({ failOn }: MergeOptions, parts: readonly ShardPart[]): boolean {
  if (failOn !== undefined) return failOn === 'regression';
  return (parts[0]?.runs ?? []).some(({ gate }) => gate.failOn === 'regression');
}

/**
 * Puts the reports of shards together to one run with one verdict, the same that one machine would have come to. Nothing
 * is booted. A missing shard is a result (an error), not an exception.
 * @throws UsageError for files that are not reports of shards and for shards that do not belong together; HostError when
 * a report cannot be written
 */
export async function mergeReports(options: MergeOptions): Promise<MergeResult> {
  checkOptions('mergeReports', options, MERGE_OPTIONS, ['reports']);
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const reads = [
    placeOf(cwd, options.baseline),
    ...options.reports.map((path) => resolve(cwd, path.replace(/[^/]*[*?[{].*$/s, ''))),
  ];
  return withoutOldReports(host, reportOutputs(options, cwd), reads, () => mergeParts(options, environment));
}

async function mergeParts(options: MergeOptions, { host, cwd }: ResolvedEnvironment): Promise<MergeResult> {
  const onEvent = options.onEvent ?? (() => {});
  const startedAt = host.now();
  if (options.reports.length === 0) {
    throw new UsageError('missing_option', 'no report is given; name the reports of the shards');
  }
  const files = await findParts(host, cwd, options.reports);
  const chosen = chooseParts(files.found);
  const baseline = options.baseline ? await loadRun(host, cwd, options.baseline, option('baseline')) : undefined;
  const merging: Merging = {
    host,
    parts: chosen.parts,
    missing: missingShards(chosen.parts),
    notes: [...files.notes, ...chosen.notes],
    baseline,
    failOn: options.failOn,
    workdir: resolve(cwd, options.workDir ?? WORK_DIRECTORY),
    out: placeOf(cwd, options.out),
    markdown: placeOf(cwd, options.markdown),
    files: options.files,
    cwd,
    onEvent,
  };
  const { workdir, missing, notes } = merging;
  const inputs: Input[] = [
    ...files.found.map(({ file }) => ({ path: resolve(cwd, file), said: `the report ${file}`, by: 'file' as const })),
    baselineInput(
      { path: placeOf(cwd, options.baseline), said: option('baseline'), by: 'flag' },
      decidesByBaseline(options, chosen.parts),
    ),
  ];
  await claimPaths(host, cwd, reportOutputs(options, cwd), inputs);
  await checkReportPaths(host, [merging.out, merging.markdown, ...reportFilePaths(options.files, cwd)]);
  await ensureWorkDirectory(host, workdir);
  for (const message of notes) onEvent({ type: 'note', message });
  if (chosen.parts[0]?.suite) return { kind: 'suite', missing, notes, ...(await mergeSuite(merging, startedAt)) };
  return { kind: 'run', missing, notes, ...(await mergeRun(merging, startedAt)) };
}
