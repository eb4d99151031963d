import { join } from 'node:path';
import type { ProgramCauses } from '../classify/program.ts';
import type { Guest, GuestRequest, GuestSource, RequestOptions } from '../guests/guest.ts';
import { GuestError } from '../guests/guest.ts';
import type { Host } from '../host/host.ts';
import type { Cell, CellResult, GuestFacts, InfraCause, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { Evidence, Hello, Stage } from '../model/evidence.ts';
import { type GuestEntry, SHELL_PATH } from '../model/guest-entry.ts';
import type { TestedKernel } from '../model/kernel.ts';
import type { LoaderCommand } from '../model/loader-command.ts';
import { type CellFiles, openCellFiles } from './cell-files.ts';
import { otherBuild, unheardArgs } from './right-kernel.ts';
import { timestamp } from './run-id.ts';
import { inTurns } from './turns.ts';

/** What one cell needs; all of it was made before the cell's clock starts. */
export interface CellJob {
  readonly cell: Cell;
  readonly target: Target;
  readonly record: TestedKernel;
  readonly source: GuestSource;
  readonly request: Omit<GuestRequest, 'workTimeoutMs' | 'command'> & {
    readonly command?: Omit<LoaderCommand, 'timeoutSeconds'>;
  };
  /** Milliseconds that kernel supply and lane preparation took. */
  readonly prepareMs: number;
  /** Directory for the files of this cell; it exists. */
  readonly dir: string;
  /** The result in the shape that reports read; absent: as the guest gave it, which is what is judged. */
  readonly translate?: (evidence: Evidence) => Evidence;
  /** Parts of the judgement that are work, step by step, for `judge`; absent: none is much. */
  readonly ahead?: (evidence: Evidence) => Iterator<unknown, ProgramCauses, undefined>;
  /**
   * @param console what the kernel printed during the request
   * @param causes what came out of `ahead`
   */
  readonly judge: (evidence: Evidence, console: string, causes: ProgramCauses | undefined) => Outcome;
  /**
   * @param evidence what was reported until then; undefined when the guest did not come up
   * @param last no other guest follows
   */
  readonly judgeCrash: (error: GuestError, evidence: Evidence | undefined, last: boolean) => Outcome;
}

/** Part of the budget that the host keeps for the way of the result, so that the guest's own time-out speaks first. */
const RESULT_RESERVE_MS = 1000;
/** Part of the guest's time that is kept for killing a command that hangs, and for reporting so. */
const KILL_RESERVE_MS = 2000;
/** The longest time-out that the guest takes: a day. */
const MAX_COMMAND_SECONDS = 86_400;

interface GuestRun {
  readonly outcome: Outcome;
  readonly evidence: Evidence | undefined;
  readonly shortened?: string | undefined;
  readonly guest: GuestFacts;
  readonly bootMs: number;
  readonly runMs: number;
}

/** A request with the times of the guest, which end before `left` milliseconds of the host do, and without what it has. */
function timed({ source, request: { command, files = [], ...request } }: CellJob, left: number) {
  const workTimeoutMs = Math.max(1, Math.round(left - Math.min(RESULT_RESERVE_MS, left / 10)));
  const seconds = Math.max(1, Math.floor((workTimeoutMs - KILL_RESERVE_MS) / 1000));
  const timeoutSeconds = Math.min(MAX_COMMAND_SECONDS, seconds);
  const sent = files.filter((file) => !source.files?.some((own) => isSame(own, file)));
  const hasShell = files.some(({ path }) => path === SHELL_PATH);
  return {
    ...request,
    files: sent,
    hasShell,
    workTimeoutMs,
    ...(command && { command: { ...command, timeoutSeconds } }),
  };
}

/** Whether a file that a guest has from its boot is the very one that a request needs. */
function isSame(own: GuestEntry, file: GuestEntry): boolean {
  if (own === file) return true;
  if (own.kind !== 'file' || file.kind !== 'file') return false;
  return own.path === file.path && own.executable === file.executable && Buffer.compare(own.bytes, file.bytes) === 0;
}

/** Sends the request of a cell to its guest, and judges the response. @param left milliseconds of the host */
async function converse(
  job: CellJob,
  host: Host,
  guest: Guest,
  files: CellFiles,
  { left, ...options }: { readonly left: number } & Pick<RequestOptions, 'signal' | 'onStage'>,
): Promise<Pick<GuestRun, 'outcome' | 'evidence' | 'shortened' | 'runMs'>> {
  const before = guest.console();
  const started = host.monotonicMs();
  const evidence = await guest.run(timed(job, left), { ...options, timeoutMs: left, sink: files });
  const runMs = host.monotonicMs() - started;
  await files.finish(evidence);
  const causes = job.ahead && (await inTurns(host, job.ahead(evidence)));
  const said = guest.console();
  const console = said.startsWith(before) ? said.slice(before.length) : said;
  const shortened = files.shortened();
  const outcome = job.judge(evidence, console, causes);
  return { outcome, evidence: job.translate?.(evidence) ?? evidence, shortened, runMs };
}

async function runInGuest(
  job: CellJob,
  host: Host,
  signal: AbortSignal,
  emit: EventListener,
  fresh: boolean,
): Promise<GuestRun> {
  const at = { artifact: job.cell.artifact, target: job.cell.target };
  let bootMs = 0;
  let runStarted = host.monotonicMs();
  let facts = job.source.facts;
  let hello: Hello | undefined;
  let files: CellFiles | undefined;
  try {
    emit({ type: 'cell-booting', ...at, guest: facts });
    await using guest = await job.source.open({ signal, fresh, bootTimeoutMs: job.target.timeoutMs, dir: job.dir });
    bootMs = guest.bootMs;
    hello = guest.hello;
    const { sandboxLayers } = guest;
    facts = { ...facts, isolation: guest.restored ? 'cell' : 'boot', sandboxLayers };
    runStarted = host.monotonicMs();
    const other = otherBuild(job.record, guest.hello) ?? unheardArgs(job.target.profile, guest.hello);
    if (other !== undefined) throw new GuestError('wrong_kernel', other);
    emit({ type: 'cell-testing', ...at, bootMs });
    // What others need the guest for (it is saved, another process makes the same) is not a time of this cell.
    const spent = job.source.bootsApart && !guest.restored ? 0 : bootMs;
    const left = Math.max(1, Math.round(job.target.timeoutMs - spent));
    files = openCellFiles(host, job.dir, guest.hello);
    const onStage = (stage: Stage): void => emit({ type: 'cell-stage', ...at, stage });
    return { ...(await converse(job, host, guest, files, { left, signal, onStage })), guest: facts, bootMs };
  } catch (error) {
    await files?.abandon();
    if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
    const runMs = bootMs > 0 ? host.monotonicMs() - runStarted : 0;
    const reported =
      hello && error instanceof GuestError ? { hello, stages: error.stages, document: undefined } : undefined;
    // A guest that booted from nothing is the second one, and no other follows.
    const outcome = failureOf(error, job, reported, fresh);
    const evidence = outcome.status === 'fail' ? reported : undefined;
    return { outcome, evidence, shortened: evidence && files?.shortened(), guest: facts, bootMs, runMs };
  }
}

/** What would end in the same way in a second guest. */
const FINAL: ReadonlySet<InfraCause> = new Set([
  'no_space',
  'wrong_kernel',
  'kvm_unusable',
  'kernel_unavailable',
  'command_unrunnable',
  'not_measured',
]);

function failureOf(error: unknown, job: CellJob, reported: Evidence | undefined, last: boolean): Outcome {
  if (error instanceof GuestError) return job.judgeCrash(error, reported, last);
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
    const message = `no space left for the files of this target in ${job.dir}; free some space and run again`;
    return { status: 'infra_error', cause: 'no_space', message };
  }
  return { status: 'infra_error', cause: 'internal', message: messageOf(error) };
}

/**
 * Runs one cell in a fresh guest. Every failure to get a result becomes an `infra_error` outcome, after a second try in a guest
 * that booted from nothing.
 * @throws CancelledError when `signal` was aborted
 */
export async function runCell(job: CellJob, host: Host, signal: AbortSignal, emit: EventListener): Promise<CellResult> {
  const startedAt = host.now();
  const started = host.monotonicMs();
  const first = await runInGuest(job, host, signal, emit, false);
  const { outcome } = first;
  const again = outcome.status === 'infra_error' && !FINAL.has(outcome.cause) ? outcome.message : undefined;
  const last = again === undefined ? first : await runInGuest(job, host, signal, emit, true);
  return {
    cell: job.cell,
    outcome: last.outcome,
    kernel: job.record,
    evidence: last.evidence,
    guest: last.guest,
    timings: {
      prepareMs: job.prepareMs,
      bootMs: last.bootMs,
      runMs: last.runMs,
      totalMs: host.monotonicMs() - started,
    },
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(host.now()),
    ...(last.shortened !== undefined && { shortened: last.shortened }),
    retriedAfter: again,
    dir: job.dir,
  };
}

/** Directory of a cell below the run directory: one level per kernel, one more when the run has several objects. */
export function cellDir(runDir: string, profileId: string, artifactName: string | undefined): string {
  return artifactName === undefined
    ? join(runDir, 'targets', profileId)
    : join(runDir, 'targets', profileId, artifactName);
}
