import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { acrossKernels } from '../classify/across.ts';
import { attachModeOf, strictNote } from '../config/tuning.ts';
import type { Host } from '../host/host.ts';
import type { CellResult, Target } from '../model/cell.ts';
import { CancelledError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { RunReport } from '../model/report.ts';
import type { RunServices } from './prepare-kernels.ts';
import { type Asking, questionOf } from './question.ts';
import { kernelsOf, runQueue } from './queue.ts';
import { cellDir } from './run-cell.ts';
import { makeRunId, timestamp } from './run-id.ts';
import { runVoice } from './run-notes.ts';
import { commandFacts } from './shipment.ts';
import { stageInputs } from './stage-inputs.ts';
import type { Subject } from './subject.ts';

/** One case, checked and with defaults filled in; its object is read. */
export interface SuiteRunCase extends Asking {
  readonly name: string;
  readonly subject: Subject;
  readonly matrix: { readonly path: string; readonly name: string };
  /** Kernels in matrix order. */
  readonly targets: readonly Target[];
  /** Flags that ask the same question again; they stand in the report. */
  readonly flags: readonly string[];
  /** What the user should know of this case although nothing failed. */
  readonly notes?: readonly string[];
  /** Guests of this case at the same time, at least 1. */
  readonly concurrency: number;
  /** Absolute path. */
  readonly workdir: string;
}

export interface SuiteRunOptions {
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
  /** Other machines ask more kernels of these cases: findings stay as each kernel alone gave them. */
  readonly partial?: boolean;
  /** Says of a finished case whether the cases behind it are given up. */
  readonly endsSuite: (index: number, report: RunReport) => boolean;
}

/** Run ids of cases differ although they begin in the same second. */
function distinctIds(count: number, startedAt: Date): string[] {
  const ids = new Set<string>();
  while (ids.size < count) ids.add(makeRunId(startedAt, randomBytes(3)));
  return [...ids];
}

/**
 * Asks all cases in one queue: each kernel is prepared once, and a free place goes to whatever case comes next. Each
 * case is a run of its own, with a run id and a run directory.
 * @returns one report per case, in order; undefined for a case that was given up, which leaves no files
 * @throws CancelledError when `signal` is aborted, with nothing left behind
 */
export async function runSuite(
  cases: readonly SuiteRunCase[],
  services: RunServices,
  options: SuiteRunOptions,
): Promise<(RunReport | undefined)[]> {
  const { host } = services;
  const { signal } = options;
  const started = host.monotonicMs();
  const startedAt = host.now();
  const voice = runVoice(options.onEvent);
  const ids = distinctIds(cases.length, startedAt);
  const dirs = cases.map(({ workdir }, index) => join(workdir, 'runs', ids[index] as string));
  const reports: (RunReport | undefined)[] = cases.map(() => undefined);
  const kernels = kernelsOf(cases);
  voice.emit({
    type: 'run-start',
    runId: ids.join(' '),
    artifacts: cases.map(({ name }) => name),
    targets: kernels.map(({ profile }) => profile.id),
    cells: cases.reduce((sum, { targets }) => sum + targets.length, 0),
    asks: kernels.map(({ profile }) => cases.filter(({ targets }) => asksOf(targets, profile.id)).length),
  });

  const reportOf = (index: number, results: readonly CellResult[]): RunReport => {
    const one = cases[index] as SuiteRunCase;
    const strict = strictNote(one.manifest, one.loader);
    const { command, assets = [] } = one.shipment ?? {};
    return {
      runId: ids[index] as string,
      startedAt: timestamp(startedAt),
      finishedAt: timestamp(host.now()),
      artifacts: [one.subject.artifact],
      matrix: one.matrix,
      targets: one.targets,
      validationMode: one.validationMode ?? '',
      attachMode: command === undefined ? attachModeOf(one.validationMode, one.manifest) : 'disabled',
      flags: one.flags,
      ...(command && { command: commandFacts(command) }),
      ...(assets.length > 0 && { assets }),
      results: options.partial ? results : acrossKernels(results),
      validator: services.validator,
      notes: [...(strict === undefined ? [] : [strict]), ...(one.notes ?? [])],
      runDir: dirs[index] as string,
      durationMs: host.monotonicMs() - started,
    };
  };

  try {
    for (const [index, { subject }] of cases.entries()) {
      const dir = dirs[index] as string;
      await stageInputs(host, dir, [subject], cases[index]?.shipment);
      await host.files.makeDir(join(dir, 'targets'));
    }
    const ended = await runQueue(
      cases.map((one, index) => ({
        subject: one.subject,
        question: questionOf(one, one.subject),
        targets: one.targets,
        limit: one.concurrency,
        cellDir: (profileId) => cellDir(dirs[index] as string, profileId, undefined),
      })),
      services,
      {
        signal,
        concurrency: Math.max(1, ...cases.map(({ concurrency }) => concurrency)),
        logDir: join(dirs[0] ?? '', 'logs'),
        voice,
        onCaseEnd: (index, results) => {
          const report = reportOf(index, results);
          reports[index] = report;
          return options.endsSuite(index, report);
        },
      },
    );
    await removeAll(
      host,
      dirs.filter((_, index) => ended[index] === undefined),
    );
    // What concerns all kernels, such as a mirror that was slow, stands in every report.
    return reports.map((report, index) =>
      ended[index] === undefined || !report ? undefined : { ...report, notes: [...report.notes, ...voice.notes] },
    );
  } catch (error) {
    await removeAll(host, dirs);
    throw signal.aborted ? new CancelledError('cancelled', { cause: error }) : error;
  }
}

function asksOf(targets: readonly Target[], id: string): boolean {
  return targets.some(({ profile }) => profile.id === id);
}

async function removeAll(host: Host, dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) await host.files.remove(dir);
}
