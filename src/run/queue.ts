import { setMaxListeners } from 'node:events';
import { expectedOf } from '../gate/expectations.ts';
import type { Host } from '../host/host.ts';
import type { Cell, CellResult, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf, throwIfCancelled, UsageError } from '../model/errors.ts';
import type { Expectation } from '../model/gate.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import { createKeeper } from './keep-evidence.ts';
import type { ShelvedSubject } from './object-shelf.ts';
import { affordableGuests } from './places.ts';
import { prepareKernels, RANKS, type RunServices } from './prepare-kernels.ts';
import type { Question } from './question.ts';
import { runCell } from './run-cell.ts';
import { timestamp } from './run-id.ts';
import type { RunReporter } from './run-notes.ts';
import { createSlots, type Slots } from './slots.ts';
import { turnOfOthers } from './turns.ts';

/** One object with the kernels it is asked on. */
export interface QueueCase {
  readonly subject: Pick<ShelvedSubject, 'artifact' | 'unusable'>;
  /** What it asks of its guests; made for each, since it holds the object. @throws UsageError when that is not there any more */
  readonly question: () => Promise<Question>;
  readonly needsShell: boolean;
  /** In report order. Kernels that several cases ask are prepared once. */
  readonly targets: readonly Target[];
  /** Guests of this case at the same time. */
  readonly limit: number;
  /** Failures that are declared for it: those that come are told as such. */
  readonly expectations?: readonly Expectation[];
  /** Directory for the files of one of its cells. */
  readonly cellDir: (profileId: string) => string;
}

export interface QueueOptions {
  readonly signal: AbortSignal;
  /** Guests at the same time. */
  readonly concurrency: number;
  /** Directory for the logs of guests that no cell has asked. */
  readonly logDir: string;
  readonly reporter: RunReporter;
  /** Called with the results of each case, in the order of its targets; true gives up all cases behind it. */
  readonly onCaseEnd?: (index: number, results: readonly CellResult[]) => boolean;
}

/** The kernels of all cases, each once, in the order they are first named. */
export function kernelsOf(cases: readonly { readonly targets: readonly Target[] }[]): Target[] {
  const kernels = new Map<string, Target>();
  for (const target of cases.flatMap(({ targets }) => targets)) {
    const known = kernels.get(target.profile.id);
    // Who boots a kernel for all waits as long as the most patient of them.
    if (known === undefined || known.timeoutMs < target.timeoutMs) {
      kernels.set(target.profile.id, { ...target, required: known?.required || target.required });
    } else if (target.required && !known.required) kernels.set(target.profile.id, { ...known, required: true });
  }
  return [...kernels.values()];
}

/**
 * Asks everything that the cases want to know, in one queue. Cells in events are numbered by case and by the position
 * of the kernel in `kernelsOf`; in results by the position in the case's own targets, with artifact 0.
 * @returns the results of each case; undefined for a case that was given up
 * @throws CancelledError when `signal` is aborted; nothing runs any more then
 */
export async function runQueue(
  cases: readonly QueueCase[],
  services: RunServices,
  options: QueueOptions,
): Promise<(readonly CellResult[] | undefined)[]> {
  const { host } = services;
  const { reporter } = options;
  const kernels = kernelsOf(cases);
  // Ends kernels that are still being prepared when nobody wants them any more.
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const guests = await affordableGuests(host, options.concurrency, kernels);
  if (guests.note !== undefined) reporter.note(guests.note);
  const slots = createSlots(guests.count, signal);
  const giveUps = cases.map(() => new AbortController());
  const asked = new Set<number>();
  const keeper = createKeeper();
  const cellsOf = (id: string): number =>
    cases.filter(({ targets }) => targets.some(({ profile }) => profile.id === id)).length;
  await using prepared = prepareKernels(
    kernels,
    services,
    { slots, signal, logDir: options.logDir, cellsOf },
    reporter.emit,
    reporter.note,
  );
  const shell = cases.some((one) => one.needsShell) ? prepareShell(services, signal, reporter.note) : undefined;

  async function runCase(one: QueueCase, index: number): Promise<readonly CellResult[]> {
    const own = AbortSignal.any([signal, (giveUps[index] as AbortController).signal]);
    // Each kernel of the case listens while it waits: many are no leak.
    setMaxListeners(0, own);
    const ownSlots = one.limit < guests.count ? createSlots(one.limit, own) : NO_LIMIT;
    const results = await allOrFirstError(
      one.targets.map(async (target, position) => {
        const kernelIndex = kernels.findIndex(({ profile }) => profile.id === target.profile.id);
        const kernel = await unlessAborted(prepared.of(kernelIndex), own);
        const cell: Cell = { artifact: index, target: kernelIndex };
        const end = (result: CellResult): CellResult => {
          const expected = expectedOf(cell, target, result, one.expectations ?? []);
          reporter.emit({ type: 'cell-end', ...cell, result, ...(expected && { expected }) });
          return { ...result, cell: { artifact: 0, target: position } };
        };
        const { unusable } = one.subject;
        if (unusable !== undefined) return end(unaskedResult(cell, unusable, 0, host));
        if (!kernel.ok) return end({ ...unaskedResult(cell, kernel.outcome, kernel.ms, host), kernel: kernel.record });
        const withShell = one.needsShell && shell ? await unlessAborted(shell, own) : undefined;
        if (withShell !== undefined && 'status' in withShell) {
          return end(unaskedResult(cell, withShell, kernel.ms, host));
        }
        return ownSlots.use(0, () => {
          const rank = asked.has(kernelIndex) ? RANKS.cell : RANKS.firstCell;
          asked.add(kernelIndex);
          return slots.use(rank, async () => {
            throwIfCancelled(own);
            reporter.emit({ type: 'cell-start', ...cell });
            const question = await askable(one);
            if ('status' in question) return end(unaskedResult(cell, question, kernel.ms, host));
            const dir = one.cellDir(target.profile.id);
            await host.files.makeDir(dir);
            const job = { cell, target, dir, source: kernel.source, record: kernel.record, prepareMs: kernel.ms };
            const files = [...(withShell ? [withShell] : []), ...(question.request.files ?? [])];
            const request = { ...question.request, files };
            const answered = await runCell({ ...job, ...question, request }, host, own, reporter.emit);
            // Both the judgement and what is kept of it are work where a guest said much.
            await turnOfOthers();
            const result = keeper.keep(answered);
            return end({ ...result, prediction: question.predict(kernel.record.release) });
          });
        });
      }),
    );
    throwIfCancelled(own);
    if (options.onCaseEnd?.(index, results) === true) for (const later of giveUps.slice(index + 1)) later.abort();
    return results;
  }

  const ended = await Promise.allSettled(cases.map(runCase));
  throwIfCancelled(options.signal);
  stop.abort();
  return ended.map((end, index) => {
    if (giveUps[index]?.signal.aborted) return undefined;
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** What a case asks, or what becomes of its cell when the object is not there any more. */
async function askable({ question }: QueueCase): Promise<Question | Outcome> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { status: 'infra_error', cause: 'artifact_unreadable', message: error.message };
  }
}

/** The shell for guests, or what becomes of cells that cannot have it. */
async function prepareShell(
  { ensureShell }: RunServices,
  signal: AbortSignal,
  onNote: (message: string) => void,
): Promise<GuestEntry | Outcome> {
  try {
    return await ensureShell({ signal, onNote });
  } catch (error) {
    return { status: 'infra_error', cause: 'userland_unavailable', message: messageOf(error) };
  }
}

const NO_LIMIT: Slots = { use: (_rank, work) => work() };

/** What `promise` gives, or CancelledError as soon as `signal` is aborted: the work behind it may serve others. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfCancelled(signal);
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new CancelledError());
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function unaskedResult(cell: Cell, outcome: Outcome, prepareMs: number, host: Host): CellResult {
  const now = timestamp(host.now());
  return {
    cell,
    outcome,
    kernel: undefined,
    evidence: undefined,
    guest: undefined,
    timings: { prepareMs, bootMs: 0, askMs: 0, totalMs: 0 },
    startedAt: now,
    finishedAt: now,
    retriedAfter: undefined,
    dir: undefined,
  };
}

/** Like Promise.all, but waits until everything has stopped before it throws: nothing may go on behind our back. */
async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
