import { gate } from '../gate/gate.ts';
import type { Isolation, LaneChoice } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { Arch, Runner } from '../model/kernel.ts';
import type { RunReport } from '../model/report.ts';
import type { PlannedCell, Shard } from '../model/shard.ts';
import { dropIdleWork } from '../run/directories.ts';
import type { RunServices } from '../run/prepare-kernels.ts';
import { catalogKernels } from '../run/resolve.ts';
import { type Check, runCheck } from '../run/run-check.ts';
import { shardView } from '../run/shard-view.ts';
import { dropIdleReports } from '../run/write-reports.ts';
import { comparedWith } from './baseline.ts';
import type { CompletedCheck, CompletedRun, PreparedCheck, PreparedRun } from './check.ts';
import { sampled } from './sampled.ts';
import { createServices, type ResolvedEnvironment } from './services.ts';
import { divideRuns, type ShardPlan } from './shard-plan.ts';
import { useStore } from './store-use.ts';

/** How guests are made and where kernels may come from. */
export interface RunSettings {
  readonly isolation?: Isolation | undefined;
  readonly lane?: LaneChoice | undefined;
  readonly diskResize?: number | undefined;
  readonly offline?: boolean | undefined;
  readonly refreshKernels?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

/** A run against its older one, where there is one. */
function withBaseline({ baseline }: PreparedRun, run: RunReport): RunReport {
  return baseline === undefined ? run : { ...run, baseline: comparedWith(run, baseline.before) };
}

function ownCells(plan: ShardPlan, position: number, { index }: Shard): PlannedCell[] {
  return (plan.runs[position] ?? []).filter(({ shard }) => shard === index);
}

/** Architectures of the kernels of all runs; that of most where there are none. */
function archesOf(runs: readonly PreparedRun[]): Arch[] {
  const arches = new Set(runs.flatMap(({ run }) => run.targets.map(({ profile }) => profile.arch)));
  return arches.size > 0 ? [...arches] : ['x86_64'];
}

/** What boots the kernels of the runs; those that nothing boots need nothing. */
function runnersOf(runs: readonly PreparedRun[]): Runner[] {
  const profiles = runs.flatMap(({ run }) => run.targets.map(({ profile }) => profile));
  return profiles.flatMap(({ runner, unserved }) => (unserved === undefined ? [runner] : []));
}

/**
 * Runs what was prepared, with the kernel store held until `finish` has written everything.
 * @throws CancelledError after an abort, with nothing left behind; HostError for what this machine lacks
 */
export async function runPrepared<T>(
  prepared: PreparedCheck,
  environment: ResolvedEnvironment,
  settings: RunSettings,
  finish: (completed: CompletedCheck) => Promise<T>,
): Promise<T> {
  try {
    return await runAll(prepared, environment, settings, finish);
  } catch (error) {
    for (const { reportTargets } of prepared.runs) {
      await dropIdleWork(environment.host, reportTargets.workdir);
      await dropIdleReports(environment.host, [reportTargets.out, reportTargets.markdown]);
    }
    throw error;
  }
}

/** A run as this machine reports it: against its older one, or what its shard has of it. */
function completedRun(
  one: PreparedRun,
  whole: RunReport,
  cells: readonly PlannedCell[],
  shard: Shard | undefined,
): CompletedRun {
  return { ...one, whole, cells, report: shard ? shardView(whole, cells, shard) : withBaseline(one, whole) };
}

/** The queue of what was prepared: of a shard its own cells, of a sample one kernel of each class. */
async function checkOf(
  { runs, shard, endsCheck }: PreparedCheck,
  plan: ShardPlan | undefined,
  { host, ensureKernel }: RunServices,
  { signal, onEvent }: RunSettings,
): Promise<Check> {
  const planned = await sampled(runs, { host, ensureKernel, signal, onEvent });
  return {
    runs: planned.map((run, index) => (plan && shard ? { ...run, cells: ownCells(plan, index, shard) } : run)),
    partial: plan !== undefined,
    endsCheck: (index, report) => {
      const one = runs[index];
      if (one === undefined || endsCheck === undefined) return false;
      return endsCheck(index, gate(withBaseline(one, report), one.gate));
    },
  };
}

async function runAll<T>(
  prepared: PreparedCheck,
  environment: ResolvedEnvironment,
  settings: RunSettings,
  finish: (completed: CompletedCheck) => Promise<T>,
): Promise<T> {
  const { runs, catalog, shard, costs } = prepared;
  const { signal, onEvent } = settings;
  const plan = shard && divideRuns(runs, shard.total, costs);
  if (runs.length === 0) return finish({ plan, runs: [] });
  await using store = await useStore(environment.host, signal);
  const services = await createServices(environment, store, {
    arches: archesOf(runs),
    runners: runnersOf(runs),
    isolation: settings.isolation ?? 'cell',
    lane: settings.lane,
    growDiskGib: settings.diskResize,
    offline: settings.offline ?? false,
    refresh: settings.refreshKernels ?? false,
    signal,
    onEvent,
  });
  const check = await checkOf(prepared, plan, services, settings);
  // Read while guests boot; a catalog that cannot be read is reported when it is needed.
  const catalogd = catalogKernels(catalog);
  catalogd.catch(() => {});
  const reports = await runCheck(check, services, { signal, onEvent });
  const known = await catalogd;
  const completed = reports.map((report, index) => {
    const one = runs[index];
    return report && one && completedRun(one, { ...report, known }, plan?.runs[index] ?? [], shard);
  });
  // Awaited here: the store is held until the reports are written.
  return await finish({ plan, runs: completed });
}
