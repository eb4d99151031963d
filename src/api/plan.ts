import { dirname, resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { objectsAt } from '../model/object-names.ts';
import { MAX_SHARDS } from '../model/shard.ts';
import { option, phrase } from '../model/wording.ts';
import { costsOf } from '../plan/costs.ts';
import { type JobMatrix, jobMatrix } from '../plan/job-matrix.ts';
import { assignShards, type CellName, shardsWithin } from '../plan/shard.ts';
import { claimPaths, type Input, placeOf } from '../run/claims.ts';
import { rootOf } from '../run/confine.ts';
import { findArtifacts } from '../run/find-artifacts.ts';
import { withoutOldReports } from '../run/old-reports.ts';
import { confineMatrix, createCatalog, resolveKernels } from '../run/resolve.ts';
import { writeReport } from '../run/write-reports.ts';
import { PLAN_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import type { KernelOptions } from './kernel-options.ts';
import { kernelChoiceOf } from './kernel-options.ts';
import { loadRun } from './load-run.ts';
import { localEntries, localInputs, localProfiles } from './local-kernels.ts';
import { openNamed } from './named-objects.ts';
import { loadSuite } from './prepare-suite.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';
import { knownCosts } from './shard-plan.ts';
import { suiteKernels } from './suite-cases.ts';

export interface PlanOptions extends Environment, KernelOptions {
  /** Objects that are going to be checked: paths or patterns relative to `cwd`; none: one object is planned for. */
  readonly artifacts?: readonly string[];
  /** Suite that is going to be run, relative to `cwd`, instead of objects and kernels. */
  readonly suite?: string;
  /** Older report that says how long things take, relative to `cwd`. */
  readonly baseline?: string;
  /** Number of shards, at most 256; 0 or absent: as many as `targetMs` needs. */
  readonly shards?: number;
  /** Milliseconds that one shard should take at most, as far as is known. Default 5 minutes. */
  readonly targetMs?: number;
  /** File for the JSON, relative to `cwd`. */
  readonly out?: string;
  /** Ends the search and the opening of files that hold objects. */
  readonly signal?: AbortSignal;
}

/** The shards of a run (docs/sharding.md). */
export interface PlanResult {
  /** For `strategy.matrix` of a workflow. */
  readonly matrix: JobMatrix;
  /** Objects on kernels. */
  readonly cells: number;
  /** The matrix as one line. */
  readonly json: string;
  /** Expected milliseconds of each shard. */
  readonly expectedMs: readonly number[];
}

const TARGET_MS = 5 * 60_000;

async function plannedCells(context: ResolvedEnvironment, options: PlanOptions): Promise<CellName[]> {
  const { host, cwd } = context;
  if (options.suite) return suiteCells(context, options.suite, options.localKernels);
  const choice = kernelChoiceOf(options);
  await confineMatrix(host, cwd, choice);
  const { entries: chosen } = await resolveKernels(createCatalog(context), choice);
  const own = await localEntries(
    context,
    options.localKernels,
    chosen.map(({ id }) => id),
  );
  const entries = [...chosen, ...own];
  const { artifacts = [], signal } = options;
  const paths = await findArtifacts(host, cwd, artifacts, undefined, signal);
  const names = objectsAt(await openNamed(host, { cwd, paths, signal })).map(({ name }) => name);
  const subjects = names.length === 0 ? ['object'] : names;
  return subjects.flatMap((subject) => entries.map(({ id: kernel }) => ({ subject, kernel })));
}

async function suiteCells(
  context: ResolvedEnvironment,
  file: string,
  localKernels: PlanOptions['localKernels'],
): Promise<CellName[]> {
  const { host, cwd } = context;
  const dir = dirname(resolve(cwd, file));
  const { cases } = await loadSuite(host, cwd, file);
  const catalog = createCatalog(context, dir);
  const root = await rootOf(host, cwd, dir);
  const own = await localProfiles(context, localKernels);
  const cells: CellName[] = [];
  for (const one of cases) {
    const { entries: chosen } = await resolveKernels(catalog, await suiteKernels(host, root, one));
    const entries = [...chosen, ...own];
    cells.push(...entries.map(({ id: kernel }) => ({ subject: one.name, kernel })));
  }
  return cells;
}

/** Files that a plan reads. Objects need not be there yet. */
function plannedInputs({ suite, matrix, baseline, localKernels, artifacts = [] }: PlanOptions, cwd: string): Input[] {
  const named = { suite, matrix, baseline } as const;
  return [
    ...(['suite', 'matrix', 'baseline'] as const).map((name) => ({
      path: placeOf(cwd, named[name]),
      said: option(name),
      by: 'flag' as const,
    })),
    ...artifacts.map((path) => ({ path: resolve(cwd, path), said: option('artifact'), by: 'flag' as const })),
    ...localInputs(cwd, localKernels),
  ];
}

/**
 * Divides a run among machines before any of them starts: the job matrix of a workflow. Nothing is booted, and objects
 * need not be built yet. No shard is empty: fewer are planned where there is not enough to do.
 * @throws UsageError for kernels, suites and reports that cannot be read; CancelledError after an abort
 */
export async function planShards(options: PlanOptions): Promise<PlanResult> {
  checkOptions('planShards', options, PLAN_OPTIONS);
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const outputs = [{ path: placeOf(cwd, options.out), kind: 'plan' }] as const;
  return withoutOldReports(host, outputs, [placeOf(cwd, options.baseline)], () => makePlan(environment, options));
}

async function makePlan(environment: ResolvedEnvironment, options: PlanOptions): Promise<PlanResult> {
  const { host, cwd } = environment;
  const { shards = 0, targetMs = TARGET_MS } = options;
  if (!Number.isInteger(shards) || shards < 0 || shards > MAX_SHARDS) {
    throw new UsageError('invalid_option', `shards is ${shards}; a job matrix has 1 to ${MAX_SHARDS} jobs`);
  }
  const baseline = options.baseline ? await loadRun(host, cwd, options.baseline, option('baseline')) : undefined;
  const costs = costsOf(knownCosts(baseline));
  const cells = await plannedCells(environment, options);
  let total = shards === 0 ? shardsWithin(cells, targetMs, MAX_SHARDS, costs) : shards;
  let assignment = assignShards(cells, total, costs);
  for (;;) {
    const busy = assignment.loads.filter((_, i) => assignment.shards.includes(i + 1)).length;
    if (busy === total || busy === 0) break;
    total = busy;
    assignment = assignShards(cells, total, costs);
  }
  const matrix = jobMatrix(cells, assignment);
  const json = `${JSON.stringify(matrix)}\n`;
  const out = placeOf(cwd, options.out);
  await claimPaths(
    host,
    cwd,
    [{ path: out, said: phrase`${option('out')} ${options.out ?? ''}`, by: 'flag', kind: 'plan' }],
    plannedInputs(options, cwd),
  );
  await writeReport(host, out, json);
  return { matrix, json, cells: cells.length, expectedMs: assignment.loads };
}
