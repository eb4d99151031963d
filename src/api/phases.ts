import type { EventListener } from '../model/events.ts';
import { placeOf } from '../run/claims.ts';
import { type OldReports, withoutOldReports } from '../run/old-reports.ts';
import type { CompletedCheck, PreparedCheck } from './check.ts';
import { reportOutputs } from './report-files.ts';
import type { RunOptions } from './run-options.ts';
import { runPrepared } from './run-prepared.ts';
import { environmentOf, type ResolvedEnvironment } from './services.ts';

/** What the phases of one check share. */
interface PhaseContext {
  readonly environment: ResolvedEnvironment;
  /** Aborted by the caller, or never. */
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
  /** Reports of an earlier run at the places of this one's. */
  readonly old: OldReports;
}

/** What distinguishes one command that boots kernels from another. */
export interface Phases<P extends PreparedCheck, R> {
  /** Options and files to cases on kernels: whatever a user can correct is found here, before anything boots. */
  prepare(context: PhaseContext): Promise<P>;
  /** Results to reports and a verdict. The kernel store is held until it has ended. */
  finish(prepared: P, completed: CompletedCheck, context: PhaseContext): Promise<R>;
}

/**
 * Every check that boots kernels: prepare, run, finish.
 * @throws what the phases throw; CancelledError after an abort, with nothing left behind
 */
export async function runPhases<P extends PreparedCheck, R>(
  options: RunOptions,
  { prepare, finish }: Phases<P, R>,
): Promise<R> {
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => {});
  return withoutOldReports(host, reportOutputs(options, cwd), [placeOf(cwd, options.baseline)], async (old) => {
    const context = { environment, signal, onEvent, old };
    const prepared = await prepare(context);
    await old.setAside();
    const { isolation, lane, diskResize, offline, refreshKernels } = options;
    const settings = { isolation, lane, diskResize, offline, refreshKernels, signal, onEvent };
    return runPrepared(prepared, environment, settings, (completed) => finish(prepared, completed, context));
  });
}
