import { join } from 'node:path';
import { acrossKernels } from '../classify/across.ts';
import { attachModeOf, modeNote, strictNote } from '../config/tuning.ts';
import type { Host } from '../host/host.ts';
import type { Cell, CellResult, Target } from '../model/cell.ts';
import { CancelledError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { Expectation } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';
import { planCells } from '../plan/plan.ts';
import { atOnce, WRITES_AT_ONCE } from './at-once.ts';
import { type InferredCell, withInferred } from './inferred-cells.ts';
import type { ShelvedSubject } from './object-shelf.ts';
import { commandFacts } from './payload.ts';
import type { RunServices } from './prepare-kernels.ts';
import { kernelsOf, type QueueCase, runQueue } from './queue.ts';
import { cellDir } from './run-cell.ts';
import { distinctRunIds, timestamp } from './run-id.ts';
import { markRun, sweepRuns } from './run-marks.ts';
import { notesOfCases, type RunReporter, runReporter } from './run-notes.ts';
import { stagedName, stageInputs } from './stage-inputs.ts';
import { type FlagSurvey, surveyFlags } from './survey-flags.ts';
import { loaderFiles, moduleRulesOf, needsShell, type RunRequest, validationOf } from './validation.ts';

/**
 * Objects that are run with the same settings on the same kernels and make one report: `test` has one such run with all
 * its objects, a suite has one for each of its cases. Everything is checked, and the objects are read.
 */
export interface PlannedRun extends RunRequest {
  /** What it is called in events; empty: its objects are called by their names. */
  readonly name: string;
  readonly subjects: readonly ShelvedSubject[];
  readonly matrix: { readonly path: string; readonly name: string };
  /** Kernels in matrix order. */
  readonly targets: readonly Target[];
  /** What this machine runs of it; absent: every object on every kernel. */
  readonly cells?: readonly Cell[] | undefined;
  /** Cells that are not run because another kernel stands for theirs; absent: none. */
  readonly inferred?: readonly InferredCell[] | undefined;
  /** Flags that run the same again; they stand in the report. */
  readonly flags: readonly string[];
  /** What the user should know although nothing failed; stands in the report. */
  readonly notes: readonly string[];
  /** Guests of each object at the same time, at least 1. */
  readonly concurrency: number;
  /** Failures that are declared for it; absent: none. */
  readonly expectations?: readonly Expectation[];
  /** Absolute path. */
  readonly workdir: string;
}

/** Everything that is run in one queue. */
export interface Check {
  readonly runs: readonly PlannedRun[];
  /** Other machines run more cells of it: findings stay as each kernel alone gave them. */
  readonly partial: boolean;
  /** Says of a finished run whether the runs behind it are given up; absent: none ends anything. */
  readonly endsCheck?: (index: number, report: RunReport) => boolean;
}

/** A planned run while it is under way. */
interface RunUnderWay {
  readonly plan: PlannedRun;
  readonly runId: string;
  readonly runDir: string;
  /** What its report says although nothing failed. */
  readonly notes: readonly string[];
  /** Of each object the cells that are run. */
  readonly cells: readonly (readonly Cell[])[];
  /** Where the objects were copied to, by position; filled before any is tested. */
  readonly copies: (string | undefined)[];
  /** What the objects have of the names that flags give; filled as well. */
  readonly surveys: FlagSurvey[];
  /** Results of each object; undefined while it is not done. */
  readonly results: (readonly CellResult[] | undefined)[];
}

function begin(plan: PlannedRun, runId: string): RunUnderWay {
  const { subjects, targets, workdir } = plan;
  const cells =
    plan.cells ??
    planCells(
      subjects.map(({ artifact }) => artifact),
      targets,
    );
  const command = plan.payload?.command !== undefined;
  const left = command ? undefined : modeNote(plan.validationMode, plan.manifest);
  const settings = [strictNote(plan.manifest, plan.loader), left].filter((note) => note !== undefined);
  return {
    plan,
    runId,
    runDir: join(workdir, 'runs', runId),
    notes: [...settings, ...plan.notes],
    cells: subjects.map((_, index) => cells.filter(({ artifact }) => artifact === index)),
    copies: [],
    surveys: [],
    results: subjects.map(() => undefined),
  };
}

function casesOf({ plan, runDir, cells, copies, surveys }: RunUnderWay): QueueCase[] {
  const { subjects, targets, concurrency, expectations = [] } = plan;
  return subjects.map((subject, index) => ({
    subject,
    validation: async () => {
      const content = await subject.content(copies[index]);
      return validationOf(plan, { artifact: subject.artifact, ...content }, surveys);
    },
    needsShell: needsShell(plan),
    files: loaderFiles(plan),
    modules: moduleRulesOf(plan),
    targets: (cells[index] ?? []).flatMap(({ target }) => targets[target] ?? []),
    cells: cells[index] ?? [],
    limit: concurrency,
    expectations,
    cellDir: (profileId) =>
      cellDir(runDir, profileId, subjects.length > 1 ? stagedName(subject.artifact, index) : undefined),
  }));
}

async function makeRunDirectory(host: Host, { plan, runDir, copies, surveys }: RunUnderWay): Promise<void> {
  copies.push(...(await stageInputs(host, runDir, plan.subjects, plan.payload)));
  surveys.push(...(await surveyFlags(plan.loader, plan.subjects)));
  await host.files.makeDir(join(runDir, 'targets'));
}

/** What the reports of all runs of a check have in common. */
interface CheckFacts {
  readonly services: RunServices;
  readonly partial: boolean;
  readonly startedAt: Date;
  /** On the monotonic clock. */
  readonly started: number;
}

function reportOf(one: RunUnderWay, { services, partial, startedAt, started }: CheckFacts): RunReport {
  const { plan, runId, runDir, notes } = one;
  const { host, validator } = services;
  const { command, assets = [] } = plan.payload ?? {};
  const observed = one.results.flatMap((own) => own ?? []);
  const results = plan.inferred ? withInferred(observed, plan.inferred, plan.targets) : observed;
  return {
    runId,
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(host.now()),
    artifacts: plan.subjects.map(({ artifact }) => artifact),
    matrix: plan.matrix,
    targets: plan.targets,
    validationMode: plan.validationMode ?? '',
    attachMode: command === undefined ? attachModeOf(plan.validationMode, plan.manifest) : 'disabled',
    flags: plan.flags,
    ...(command && { command: commandFacts(command) }),
    ...(assets.length > 0 && { assets }),
    results: partial ? results : acrossKernels(results),
    validator,
    notes,
    runDir,
    durationMs: host.monotonicMs() - started,
  };
}

/** One object in the queue, with its run and its position there. */
interface QueuedObject {
  readonly queued: QueueCase;
  readonly run: number;
  readonly object: number;
}

function announce(under: readonly RunUnderWay[], objects: readonly QueuedObject[], reporter: RunReporter): void {
  const kernels = kernelsOf(objects.map(({ queued }) => queued));
  const ids = objects.flatMap(({ queued }) => queued.targets.map(({ profile }) => profile.id));
  reporter.emit({
    type: 'run-start',
    runId: under.map(({ runId }) => runId).join(' '),
    artifacts: objects.map(({ queued, run }) => under[run]?.plan.name || queued.subject.artifact.name),
    targets: kernels.map(({ profile }) => profile.id),
    cells: ids.length,
    cellCounts: kernels.map(({ profile }) => ids.filter((id) => id === profile.id).length),
  });
  const cases = under.map(({ plan, notes }) => ({ name: plan.name ?? '', notes }));
  for (const message of notesOfCases(cases)) reporter.emit({ type: 'note', message });
}

/**
 * Runs every object on every kernel that was chosen for it, all in one queue: each kernel is prepared once, and a free
 * place goes to whatever comes next. A failing kernel, guest or download is a result, never an exception.
 * @returns one report per planned run, in order; undefined for one that was given up, which leaves no files
 * @throws CancelledError when `signal` is aborted, with nothing left behind
 */
export async function runCheck(
  { runs, partial, endsCheck = () => false }: Check,
  services: RunServices,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: EventListener },
): Promise<(RunReport | undefined)[]> {
  const { host } = services;
  const facts = { services, partial, startedAt: host.now(), started: host.monotonicMs() };
  const reporter = runReporter(onEvent);
  const ids = distinctRunIds(runs.length, facts.startedAt);
  const under = runs.map((plan, index) => begin(plan, ids[index] as string));
  const objects = under.flatMap((one, run) => casesOf(one).map((queued, object) => ({ queued, run, object })));
  announce(under, objects, reporter);
  const reports: (RunReport | undefined)[] = runs.map(() => undefined);
  const onCaseEnd = (index: number, results: readonly CellResult[]): boolean => {
    const { run, object } = objects[index] as QueuedObject;
    const one = under[run] as RunUnderWay;
    one.results[object] = results;
    if (one.results.includes(undefined)) return false;
    const report = reportOf(one, facts);
    reports[run] = report;
    return endsCheck(run, report);
  };
  const marks: AsyncDisposable[] = [];
  try {
    for (const workdir of new Set(runs.map((plan) => plan.workdir))) await sweepRuns(host, workdir);
    for (const one of under) {
      marks.push(await markRun(host, one.runDir));
      await makeRunDirectory(host, one);
    }
    const queued = objects.map((one) => one.queued);
    const concurrency = Math.max(1, ...runs.map((run) => run.concurrency));
    const logDir = join(under[0]?.runDir ?? '', 'logs');
    const ended = await runQueue(queued, services, { signal, concurrency, logDir, reporter, onCaseEnd });
    const isWhole = under.map((_, run) => objects.every((one, index) => one.run !== run || ended[index] !== undefined));
    await removeAll(
      host,
      under.filter((_, run) => !isWhole[run]),
    );
    // What concerns all kernels, such as a mirror that was slow, stands in every report.
    return reports.map((report, run) =>
      report && isWhole[run] ? { ...report, notes: [...new Set([...report.notes, ...reporter.notes])] } : undefined,
    );
  } catch (error) {
    await removeAll(host, under);
    throw signal.aborted ? new CancelledError('cancelled', { cause: error }) : error;
  } finally {
    await atOnce(WRITES_AT_ONCE, marks, (mark) => Promise.resolve(mark[Symbol.asyncDispose]()));
  }
}

async function removeAll(host: Host, runs: readonly RunUnderWay[]): Promise<void> {
  for (const { runDir } of runs) await host.files.remove(runDir);
}
