import { cutEnd, padEnd, widthOf } from '../text/width.ts';
import { terminal } from './escape.ts';
import { LOADED_ONLY, NOTHING_LOADED } from './loaded-only.ts';
import type { CellEnd, KernelProgress, Progress } from './progress.ts';
import { plural, type Style, style } from './style.ts';

const WORDS: Readonly<Record<CellEnd, string>> = {
  pass: 'pass',
  fixups: 'pass with automatic fixups',
  unloaded: NOTHING_LOADED,
  loaded: LOADED_ONLY,
  partly: 'pass, attached in part',
  fail: 'fail',
  expected: 'fail as declared',
  skipped: 'skipped',
  inferred: 'inferred',
  infra_error: 'inconclusive',
};

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

/** `12.3 of 34.1 MB (36 %)`, or `12.3 MB` while the total is not known. */
export function amount(bytes: number, total: number): string {
  if (total <= 0) return `${megabytes(bytes)} MB`;
  const share = Math.min(100, Math.floor((bytes / total) * 100));
  return `${megabytes(bytes)} of ${megabytes(total)} MB (${share} %)`;
}

/** Work without bytes of its own, such as unpacking. */
export function isStep({ bytes, total }: { readonly bytes: number; readonly total: number }): boolean {
  return bytes === 0 && total === 0;
}

/** Before this much time a rate says nothing yet. */
const RATE_AFTER_MS = 1000;

/** `, 1.2 MB/s, 18 s left` of a download; empty while it is too young to say, and what is left where the total is not known. */
export function pace({ bytes, total, began }: KernelProgress, now: number): string {
  const ms = now - began.at;
  const perMs = (bytes - began.bytes) / ms;
  if (ms < RATE_AFTER_MS || perMs <= 0) return '';
  const rate = perMs < 100 ? `${Math.max(1, Math.round(perMs))} kB/s` : `${(perMs / 1000).toFixed(1)} MB/s`;
  const left = Math.ceil((total - bytes) / perMs / 1000);
  if (total <= bytes) return `, ${rate}`;
  return `, ${rate}, ${left < 120 ? `${left} s` : `${Math.ceil(left / 60)} min`} left`;
}

export function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

/** `pass`, or `2 pass, 1 fail` for several objects. */
function verdict(outcomes: readonly CellEnd[]): string {
  const [only] = outcomes;
  if (outcomes.length === 1 && only !== undefined) return WORDS[only];
  const counts = (Object.keys(WORDS) as CellEnd[]).map((status) => {
    const count = outcomes.filter((outcome) => outcome === status).length;
    return count === 0 ? '' : `${count} ${WORDS[status]}`;
  });
  return counts.filter((count) => count !== '').join(', ');
}

function painted(kernel: KernelProgress, paint: Style): (text: string) => string {
  if (kernel.phase === 'failed') return paint.warn;
  if (kernel.phase !== 'done') return kernel.phase === 'waiting' ? paint.dim : (text) => text;
  if (kernel.outcomes.includes('fail')) return paint.bad;
  const quiet: readonly CellEnd[] = ['pass', 'fixups', 'expected'];
  return kernel.outcomes.every((outcome) => quiet.includes(outcome)) ? paint.good : paint.warn;
}

function liveState(kernel: KernelProgress, now: number): string {
  const age = seconds(now - kernel.since);
  const what = terminal(kernel.what);
  switch (kernel.phase) {
    case 'waiting':
      return 'waiting';
    case 'fetch':
      return isStep(kernel)
        ? `fetch     ${what || 'kernel'} ${age}`
        : `download  ${amount(kernel.bytes, kernel.total)}${pace(kernel, now)} ${what}`;
    case 'ready':
      return `ready     ${what}`;
    case 'failed':
      return `no kernel ${what}`;
    case 'boot':
      return `boot      ${age} ${what}`;
    case 'test':
      return `test      ${age} ${what}`;
    case 'done':
      return `${verdict(kernel.outcomes).padEnd(9)} ${seconds(kernel.spentMs)}`;
  }
}

export interface LiveOptions {
  /** Columns of the terminal; no line is longer. */
  readonly width: number;
  /** The clock that `advance` was given. */
  readonly now: number;
  readonly color: boolean;
  /** Lines that may be drawn; kernels that are done give way first. Default: all. */
  readonly height?: number;
}

/** The block that a terminal shows now: one line per kernel and one for the whole run. The caller draws and erases. */
export function renderLive(progress: Progress, options: LiveOptions): string[] {
  const { width, now, color, height = Number.POSITIVE_INFINITY } = options;
  const paint = style(color);
  const nameWidth = Math.min(28, Math.max(0, ...progress.kernels.map(({ profile }) => widthOf(profile))));
  const lines = visible(progress.kernels, Math.max(1, height - 1)).map((kernel) => {
    const text = `  ${padEnd(cutEnd(terminal(kernel.profile), nameWidth), nameWidth)}  ${liveState(kernel, now)}`;
    return painted(kernel, paint)(cutEnd(text.trimEnd(), width));
  });
  if (progress.finished || progress.cells === 0) return lines;
  const total = `${progress.done} of ${progress.cells} done, ${seconds(now - progress.startedAt)}`;
  if (progress.reports > 0) return [...lines, paint.dim(cutEnd(`  ${total}, ${writing(progress.reports)}`, width))];
  const accel = progress.accel === '' ? '' : `, ${terminal(progress.accel)}`;
  return [...lines, paint.dim(cutEnd(`  ${total}${accel}`, width))];
}

/** At most `max` kernels, in matrix order; those still at work stay. */
function visible(kernels: readonly KernelProgress[], max: number): readonly KernelProgress[] {
  if (kernels.length <= max) return kernels;
  const rank = ({ phase }: KernelProgress): number =>
    phase === 'done' || phase === 'failed' ? 2 : phase === 'waiting' ? 1 : 0;
  const kept = new Set([...kernels].sort((a, b) => rank(a) - rank(b)).slice(0, max));
  return kernels.filter((kernel) => kept.has(kernel));
}

export function writing(reports: number): string {
  return `writing ${plural(reports, 'report')}`;
}
