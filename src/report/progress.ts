import type { OutcomeStatus } from '../model/cell.ts';
import type { RunEvent } from '../model/events.ts';
import { fixupsOf } from './fixups.ts';
import { passKind } from './loaded-only.ts';

/**
 * What a finished cell is called while others still run: `unloaded`, `loaded` and `partly` pass with no program loaded,
 * nothing or not everything attached, `fixups` passes with automatic fixups, `expected` fails as declared.
 */
export type CellEnd = OutcomeStatus | 'unloaded' | 'loaded' | 'partly' | 'fixups' | 'expected';

/** The end of a cell in one word. */
export function cellEnd({ result, expected }: Extract<RunEvent, { type: 'cell-end' }>): CellEnd {
  const { outcome, evidence } = result;
  if (outcome.status === 'fail' && expected?.met === 'failed') return 'expected';
  if (outcome.status === 'pass') {
    const kind = passKind('pass', outcome.findings);
    if (kind === 'unloaded' || kind === 'loaded' || kind === 'partly') return kind;
  }
  return fixupsOf(outcome, evidence) > 0 ? 'fixups' : outcome.status;
}

/** What is known about one kernel of a run that is still going on. */
export interface KernelProgress {
  readonly profile: string;
  readonly phase: 'waiting' | 'fetch' | 'ready' | 'failed' | 'boot' | 'test' | 'done';
  /** What is being fetched, the object and the step that are being tested, or why the kernel failed. */
  readonly what: string;
  readonly bytes: number;
  /** 0 = not known. */
  readonly total: number;
  /** Clock of the caller, in milliseconds, when the phase began. */
  readonly since: number;
  /** Milliseconds that all finished cells took. */
  readonly spentMs: number;
  readonly outcomes: readonly CellEnd[];
  /** How many outcomes there will be. */
  readonly cells: number;
  /** Clock and bytes when the file that is being fetched began to arrive. */
  readonly began: { readonly at: number; readonly bytes: number };
  /** Clock and bytes of the last plain line about the download. */
  readonly said: { readonly at: number; readonly bytes: number };
}

/** A run as the events have it so far. */
export interface Progress {
  readonly artifacts: readonly string[];
  readonly kernels: readonly KernelProgress[];
  readonly accel: string;
  readonly startedAt: number;
  readonly cells: number;
  readonly done: number;
  /** Reports that are being written. */
  readonly reports: number;
  readonly finished: boolean;
}

export const NO_PROGRESS: Progress = {
  artifacts: [],
  kernels: [],
  accel: '',
  startedAt: 0,
  cells: 0,
  done: 0,
  reports: 0,
  finished: false,
};

function kernel(profile: string, now: number, cells: number): KernelProgress {
  const said = { at: Number.NEGATIVE_INFINITY, bytes: 0 };
  const began = { at: now, bytes: 0 };
  const nothing = { phase: 'waiting', what: '', bytes: 0, total: 0, spentMs: 0, outcomes: [] } as const;
  return { profile, ...nothing, since: now, cells, began, said };
}

/** Changes one kernel; `since` starts again whenever the phase changes. A profile that no run-start named is added. */
function change(
  progress: Progress,
  which: string | number,
  now: number,
  part: Partial<KernelProgress> | ((before: KernelProgress) => Partial<KernelProgress>),
): Progress {
  const index = typeof which === 'number' ? which : progress.kernels.findIndex(({ profile }) => profile === which);
  const before =
    progress.kernels[index] ?? (typeof which === 'string' ? kernel(which, now, progress.artifacts.length) : undefined);
  if (!before) return progress;
  const changed = { ...before, ...(typeof part === 'function' ? part(before) : part) };
  const after = changed.phase === before.phase ? changed : { ...changed, since: now };
  const kernels = index < 0 ? [...progress.kernels, after] : progress.kernels.with(index, after);
  return { ...progress, kernels };
}

/** Name of an artifact where a run has several; empty where it has one. */
function named(progress: Progress, artifact: number): string {
  return progress.artifacts.length > 1 ? (progress.artifacts[artifact] ?? '') : '';
}

/** After the last object a kernel is done; before that it waits for the next one. */
function endPhase(before: KernelProgress): KernelProgress['phase'] {
  if (before.phase === 'failed') return 'failed';
  return before.outcomes.length + 1 >= before.cells ? 'done' : 'ready';
}

function begun({ artifacts, targets, cellCounts, cells }: RunEvent & { type: 'run-start' }, now: number): Progress {
  const kernels = targets.map((profile, index) => kernel(profile, now, cellCounts?.[index] ?? artifacts.length));
  return { ...NO_PROGRESS, artifacts, kernels, startedAt: now, cells };
}

/**
 * The state after an event.
 * @param now milliseconds of a clock that never jumps; the same one that is given to the renderers
 */
export function advance(progress: Progress, event: RunEvent, now: number): Progress {
  switch (event.type) {
    case 'run-start':
      return { ...begun(event, now), accel: progress.accel };
    case 'accel':
      return { ...progress, accel: `${event.accel}: ${event.reason}` };
    case 'kernel-start':
      return change(progress, event.profile, now, { phase: 'fetch', what: '' });
    case 'kernel-progress': {
      const { what, bytes, total } = event;
      return change(progress, event.profile, now, (before) => {
        const isSame = before.what === what && before.bytes <= bytes;
        return { phase: 'fetch', what, bytes, total, began: isSame ? before.began : { at: now, bytes } };
      });
    }
    case 'kernel-ready':
      return change(progress, event.profile, now, { phase: 'ready', what: event.record.release });
    case 'kernel-failed':
      return change(progress, event.profile, now, { phase: 'failed', what: event.message });
    case 'cell-start':
    case 'cell-booting':
      return change(progress, event.target, now, { phase: 'boot', what: named(progress, event.artifact) });
    case 'cell-testing':
      return change(progress, event.target, now, { phase: 'test', what: named(progress, event.artifact) });
    case 'cell-stage': {
      const { stage } = event;
      if (stage.stage !== 'step') return progress;
      const what = [named(progress, event.artifact), stage.phase, stage.subject]
        .filter((word) => word !== '')
        .join(' ');
      return change(progress, event.target, now, { phase: 'test', what });
    }
    case 'cell-end': {
      const after = change(progress, event.target, now, (before) => ({
        phase: endPhase(before),
        what: before.phase === 'failed' ? before.what : '',
        outcomes: [...before.outcomes, cellEnd(event)],
        spentMs: before.spentMs + event.result.timings.totalMs,
      }));
      return { ...after, done: progress.done + 1 };
    }
    case 'reports-start':
      return { ...progress, reports: event.reports };
    case 'note':
      return progress;
    case 'run-end':
      return { ...progress, finished: true };
  }
}
