import { setMaxListeners } from 'node:events';
import { expectedOf } from '../gate/expectations.ts';
import type { Host } from '../host/host.ts';
import type { Cell, CellResult, Outcome, Target } from '../model/cell.ts';
import { messageOf, throwIfCancelled, UsageError } from '../model/errors.ts';
import type { Expectation } from '../model/gate.ts';
import type { GuestFile } from '../model/guest-entry.ts';
import type { ModuleRules } from '../model/kernel-modules.ts';
import { withBuild } from './build-of-kernel.ts';
import { affordableGuests } from './capacity.ts';
import { isPackaged } from './image-kernel.ts';
import { createKeeper } from './keep-evidence.ts';
import { moduleOpener, type OpenModules } from './module-cells.ts';
import { notRunResult } from './not-run-result.ts';
import type { ShelvedSubject } from './object-shelf.ts';
import { PRIORITY, type PreparedKernels, prepareKernels, type RunServices } from './prepare-kernels.ts';
import { timestamp } from './run-id.ts';
import type { RunReporter } from './run-notes.ts';
import { type ShellFor, shellOpener } from './shells.ts';
import { createSlots, type Slots } from './slots.ts';
import { turnOfOthers } from './turns.ts';
import type { Validation } from './validation.ts';
import { allOrFirstError, unlessAborted } from './waiting.ts';
import { runWholeCell } from './whole-cell.ts';

/** One object with the kernels it is tested on. */
export interface QueueCase {
  readonly subject: Pick<ShelvedSubject, 'artifact' | 'unusable'>;
  /** What it requests of its guests; made for each, since it holds the object. @throws UsageError when that is not there any more */
  readonly validation: () => Promise<Validation>;
  readonly needsShell: boolean;
  /** Files that many of its guests need: those of all cases are there when guests boot. */
  readonly files: readonly GuestFile[];
  /** What is said of modules of the kernels. */
  readonly modules: ModuleRules;
  /** In report order. Kernels that several cases use are prepared once. */
  readonly targets: readonly Target[];
  /** Its cells as the report of its run numbers them, in the order of `targets`; results have them. */
  readonly cells: readonly Cell[];
  /** Guests of this case at the same time. */
  readonly limit: number;
  /** Failures that are declared for it: those that come are reported as such. */
  readonly expectations?: readonly Expectation[];
  /** Directory for the files of one of its cells. */
  readonly cellDir: (profileId: string) => string;
}

export interface QueueOptions {
  readonly signal: AbortSignal;
  /** Guests at the same time. */
  readonly concurrency: number;
  /** Directory for the logs of guests that no cell has used. */
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

/** What the cases of one queue share while they run. */
interface SharedQueue {
  readonly host: Host;
  readonly reporter: RunReporter;
  /** Those of `kernelsOf`. */
  readonly kernels: readonly Target[];
  readonly prepared: PreparedKernels;
  /** The shell for guests of an architecture; got once, with the first case that needs it. */
  readonly shellFor: ShellFor;
  readonly openModules: OpenModules | undefined;
  readonly storedModules: RunServices['storedModules'];
  readonly slots: Slots;
  readonly guests: number;
  /** Positions of the kernels whose first cell has started. */
  readonly begun: Set<number>;
  readonly keeper: ReturnType<typeof createKeeper>;
}

/** One cell of a case. */
interface QueuedCell {
  readonly case: QueueCase;
  /** Numbered as in events. */
  readonly cell: Cell;
  readonly target: Target;
  readonly signal: AbortSignal;
  /** The guests of its case. */
  readonly caseSlots: Slots;
}

/** What guests of all cases need: how many cells a kernel has, and the files that are there when they boot. */
function needsOf(cases: readonly QueueCase[]) {
  const cellsOf = (id: string): number =>
    cases.filter(({ targets }) => targets.some(({ profile }) => profile.id === id)).length;
  return { cellsOf, files: [...new Set(cases.flatMap((one) => one.files))] };
}

/**
 * Runs all cells of the cases in one queue. Cells in events are numbered by case and by the position of the kernel in
 * `kernelsOf`; in results as the report of their run numbers them.
 * @returns the results of each case; undefined for a case that was given up
 * @throws CancelledError when `signal` is aborted; nothing runs any more then
 */
export async function runQueue(
  cases: readonly QueueCase[],
  services: RunServices,
  options: QueueOptions,
): Promise<(readonly CellResult[] | undefined)[]> {
  const { reporter, logDir } = options;
  const kernels = kernelsOf(cases);
  // Ends kernels that are still being prepared when no one wants them any more.
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const guests = await affordableGuests(services.host, options.concurrency, kernels);
  if (guests.note !== undefined) reporter.note(guests.note);
  const slots = createSlots(guests.count, signal);
  const giveUps = cases.map(() => new AbortController());
  const capacity = { slots, signal, logDir, ...needsOf(cases) };
  await using prepared = prepareKernels(kernels, services, capacity, reporter.emit, reporter.note);
  const shared: SharedQueue = {
    host: services.host,
    reporter,
    kernels,
    prepared,
    shellFor: shellOpener(services, signal, reporter.note),
    openModules: moduleOpener(services.ensureModules, signal, reporter.note),
    storedModules: services.storedModules,
    slots,
    guests: guests.count,
    begun: new Set<number>(),
    keeper: createKeeper(),
  };
  const run = async (one: QueueCase, index: number): Promise<readonly CellResult[]> => {
    const own = AbortSignal.any([signal, (giveUps[index] as AbortController).signal]);
    const results = await runCase(one, index, shared, own);
    if (options.onCaseEnd?.(index, results) === true) for (const later of giveUps.slice(index + 1)) later.abort();
    return results;
  };
  const ended = await Promise.allSettled(cases.map(run));
  throwIfCancelled(options.signal);
  stop.abort();
  return ended.map((end, index) => {
    if (giveUps[index]?.signal.aborted) return undefined;
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** All cells of a case, each reported as soon as it ends. */
async function runCase(
  one: QueueCase,
  index: number,
  shared: SharedQueue,
  signal: AbortSignal,
): Promise<readonly CellResult[]> {
  // Each kernel of the case listens while it waits: many are no leak.
  setMaxListeners(0, signal);
  const caseSlots = one.limit < shared.guests ? createSlots(one.limit, signal) : NO_LIMIT;
  const results = await allOrFirstError(
    one.targets.map(async (target, position) => {
      const kernelIndex = shared.kernels.findIndex(({ profile }) => profile.id === target.profile.id);
      const cell: Cell = { artifact: index, target: kernelIndex };
      const result = await runQueued({ case: one, cell, target, signal, caseSlots }, shared);
      const expected = expectedOf(cell, target, result, one.expectations ?? []);
      shared.reporter.emit({ type: 'cell-end', ...cell, result, ...(expected && { expected }) });
      return { ...result, cell: one.cells[position] as Cell };
    }),
  );
  throwIfCancelled(signal);
  return results;
}

/** The result of one cell: what a guest reported, or what kept it from being run. */
async function runQueued(queued: QueuedCell, shared: SharedQueue): Promise<CellResult> {
  const { case: one, cell, target, signal, caseSlots } = queued;
  const { host, reporter, slots, begun, keeper } = shared;
  const kernel = await unlessAborted(shared.prepared.of(cell.target), signal);
  const notRun = (outcome: Outcome, prepareMs = kernel.ms): CellResult =>
    notRunResult(cell, outcome, { at: timestamp(host.now()), prepareMs });
  if (one.subject.unusable !== undefined) return notRun(one.subject.unusable, 0);
  if (!kernel.ok) return { ...notRun(kernel.outcome), kernel: kernel.record };
  // A whole system has a shell and modules of its own.
  const wantsShell = one.needsShell && isPackaged(kernel.record);
  const shell = wantsShell ? await unlessAborted(shared.shellFor(target.profile.arch), signal) : undefined;
  if (shell !== undefined && 'status' in shell) return notRun(shell);
  return caseSlots.use(0, () => {
    const priority = begun.has(cell.target) ? PRIORITY.cell : PRIORITY.firstCell;
    begun.add(cell.target);
    return slots.use(priority, async () => {
      throwIfCancelled(signal);
      reporter.emit({ type: 'cell-start', ...cell });
      const validation = await validationOrOutcome(one);
      if ('status' in validation) return notRun(validation);
      const dir = one.cellDir(target.profile.id);
      await host.files.makeDir(dir);
      const job = { cell, target, dir, source: kernel.source, record: kernel.record, prepareMs: kernel.ms };
      const { record } = kernel;
      const packaged = isPackaged(record) ? record : undefined;
      const tested = await runWholeCell(
        {
          ...{ job, validation, shell, rules: one.modules, btf: kernel.btf },
          openModules: packaged && shared.openModules?.(target.profile, packaged),
          storedModules: async () => packaged && shared.storedModules?.(target.profile, packaged),
        },
        ...([host, signal, reporter.emit] as const),
      );
      const withFacts = await withBuild(tested, kernel, host);
      // Both the judgement and what is kept of it are work where a guest said much.
      await turnOfOthers();
      const result = keeper.keep(withFacts);
      return { ...result, prediction: validation.predict(kernel.record.release) };
    });
  });
}

/** What a case requests, or what becomes of its cell when the object is not there any more. */
async function validationOrOutcome({ validation }: QueueCase): Promise<Validation | Outcome> {
  try {
    return await validation();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { status: 'infra_error', cause: 'artifact_unreadable', message: messageOf(error) };
  }
}

const NO_LIMIT: Slots = { use: (_priority, work) => work() };
