import { join } from 'node:path';
import type { GuestRequest, GuestSource } from '../guests/guest.ts';
import { GuestError } from '../guests/guest.ts';
import type { Host } from '../host/host.ts';
import type { Cell, CellResult, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { Evidence } from '../model/evidence.ts';
import type { KernelRecord } from '../model/kernel.ts';
import { writeCellFiles } from './cell-files.ts';
import { timestamp } from './run-id.ts';

/** What one cell needs; all of it was made before the cell's clock starts. */
export interface CellJob {
  readonly cell: Cell;
  readonly target: Target;
  readonly record: KernelRecord;
  readonly source: GuestSource;
  readonly request: Omit<GuestRequest, 'workTimeoutMs'>;
  /** Milliseconds that kernel supply and lane preparation took. */
  readonly prepareMs: number;
  /** Directory for the files of this cell; it exists. */
  readonly dir: string;
  readonly judge: (evidence: Evidence) => Outcome;
  readonly judgeCrash: (error: GuestError) => Outcome;
}

/** Part of the budget that the host keeps for the way of the answer, so that the guest's own time-out speaks first. */
const ANSWER_RESERVE_MS = 1000;

interface Answer {
  readonly outcome: Outcome;
  readonly evidence: Evidence | undefined;
  readonly bootMs: number;
  readonly askMs: number;
}

async function askFreshGuest(job: CellJob, host: Host, signal: AbortSignal, emit: EventListener): Promise<Answer> {
  const started = host.monotonicMs();
  const at = { artifact: job.cell.artifact, target: job.cell.target };
  let bootMs = 0;
  let askStarted = started;
  try {
    emit({ type: 'cell-booting', ...at, guest: job.source.facts });
    await using guest = await job.source.open({ signal, bootTimeoutMs: job.target.timeoutMs, dir: job.dir });
    bootMs = guest.bootMs;
    askStarted = host.monotonicMs();
    emit({ type: 'cell-asking', ...at, bootMs });
    const left = Math.max(1, job.target.timeoutMs - (askStarted - started));
    const evidence = await guest.ask(
      { ...job.request, workTimeoutMs: Math.max(1, Math.round(left - Math.min(ANSWER_RESERVE_MS, left / 10))) },
      { signal, timeoutMs: left, onStage: (stage) => emit({ type: 'cell-stage', ...at, stage }) },
    );
    const askMs = host.monotonicMs() - askStarted;
    await writeCellFiles(host, job.dir, evidence);
    return { outcome: job.judge(evidence), evidence, bootMs, askMs };
  } catch (error) {
    if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
    if (!(error instanceof GuestError)) throw error;
    const askMs = bootMs > 0 ? host.monotonicMs() - askStarted : 0;
    return { outcome: job.judgeCrash(error), evidence: undefined, bootMs, askMs };
  }
}

/**
 * Runs one cell in a fresh guest. Every failure to ask becomes an `infra_error` outcome.
 * @throws CancelledError when `signal` was aborted
 */
export async function runCell(job: CellJob, host: Host, signal: AbortSignal, emit: EventListener): Promise<CellResult> {
  const startedAt = host.now();
  const started = host.monotonicMs();
  let answer: Answer;
  try {
    answer = await askFreshGuest(job, host, signal, emit);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const cause = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'no_space' : 'internal';
    const outcome: Outcome = { status: 'infra_error', cause, message: messageOf(error) };
    answer = { outcome, evidence: undefined, bootMs: 0, askMs: 0 };
  }
  return {
    cell: job.cell,
    outcome: answer.outcome,
    kernel: job.record,
    evidence: answer.evidence,
    guest: job.source.facts,
    timings: {
      prepareMs: job.prepareMs,
      bootMs: answer.bootMs,
      askMs: answer.askMs,
      totalMs: host.monotonicMs() - started,
    },
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(host.now()),
    dir: job.dir,
  };
}

/** Directory of a cell below the run directory: one level per kernel, one more when the run has several objects. */
export function cellDir(runDir: string, profileId: string, artifactName: string | undefined): string {
  return artifactName === undefined
    ? join(runDir, 'targets', profileId)
    : join(runDir, 'targets', profileId, artifactName);
}
