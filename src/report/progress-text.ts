import type { RunEvent } from '../model/events.ts';
import { decisiveOf } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import { cutEnd, padEnd, widthOf } from '../text/width.ts';
import { terminal } from './escape.ts';
import { placeText } from './finding-facts.ts';
import { fixupsOf } from './fixups.ts';
import { LOADED_ONLY, NOTHING_LOADED, statusText } from './loaded-only.ts';
import { advance, type CellEnd, type KernelProgress, type Progress } from './progress.ts';
import { plural, type Style, style } from './style.ts';

type CellEndEvent = Extract<RunEvent, { type: 'cell-end' }>;

/** Between two plain lines about one download at least this long, or a quarter of the bytes. */
const SAY_EVERY_MS = 5000;
const SAY_EVERY_SHARE = 0.25;

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
function amount(bytes: number, total: number): string {
  if (total <= 0) return `${megabytes(bytes)} MB`;
  const share = Math.min(100, Math.floor((bytes / total) * 100));
  return `${megabytes(bytes)} of ${megabytes(total)} MB (${share} %)`;
}

/** Work without bytes of its own, such as unpacking. */
function isStep({ bytes, total }: { readonly bytes: number; readonly total: number }): boolean {
  return bytes === 0 && total === 0;
}

/** Before this much time a rate says nothing yet. */
const RATE_AFTER_MS = 1000;

/** `, 1.2 MB/s, 18 s left` of a download; empty while it is too young to say, and what is left where the total is not known. */
function pace({ bytes, total, began }: KernelProgress, now: number): string {
  const ms = now - began.at;
  const perMs = (bytes - began.bytes) / ms;
  if (ms < RATE_AFTER_MS || perMs <= 0) return '';
  const rate = perMs < 100 ? `${Math.max(1, Math.round(perMs))} kB/s` : `${(perMs / 1000).toFixed(1)} MB/s`;
  const left = Math.ceil((total - bytes) / perMs / 1000);
  if (total <= bytes) return `, ${rate}`;
  return `, ${rate}, ${left < 120 ? `${left} s` : `${Math.ceil(left / 60)} min`} left`;
}

function seconds(ms: number): string {
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

/** One line per change, for logs: no cursor movement, no colour. */
export function plainProgress(
  before: Progress,
  event: RunEvent,
  now: number,
): { readonly progress: Progress; readonly lines: readonly string[] } {
  const progress = advance(before, event, now);
  if (event.type === 'kernel-progress') return sayDownload(progress, event, now);
  const line = plainLine(progress, event);
  return { progress, lines: line === undefined ? [] : [line] };
}

function sayDownload(
  progress: Progress,
  event: Extract<RunEvent, { type: 'kernel-progress' }>,
  now: number,
): { readonly progress: Progress; readonly lines: readonly string[] } {
  const index = progress.kernels.findIndex(({ profile }) => profile === event.profile);
  const kernel = progress.kernels[index];
  if (!kernel) return { progress, lines: [] };
  const restarted = event.bytes < kernel.said.bytes;
  const step = event.total > 0 && event.bytes - kernel.said.bytes >= event.total * SAY_EVERY_SHARE;
  if (!restarted && !step && now - kernel.said.at < SAY_EVERY_MS) return { progress, lines: [] };
  const said = { at: now, bytes: event.bytes };
  const kernels = progress.kernels.with(index, { ...kernel, said });
  const bytes = isStep(event) ? '' : `download ${amount(event.bytes, event.total)}${pace(kernel, now)} `;
  const line = `${event.profile}: ${bytes}${terminal(event.what)}`;
  return { progress: { ...progress, kernels }, lines: [line.trimEnd()] };
}

function outcomeLine({ result, expected }: CellEndEvent): string {
  const { outcome, evidence } = result;
  switch (outcome.status) {
    case 'pass': {
      const unexpected = expected?.met === 'passed' ? `; ${expected.code} was expected` : '';
      return `${statusText('pass', outcome.findings, fixupsOf(outcome, evidence))}${unexpected}`;
    }
    case 'fail': {
      const causes = decisiveOf(outcome.findings);
      const codes = [...new Set(causes.map(({ code }) => code))];
      const place = causes[0]?.location;
      const where = place ? ` at ${terminal(placeText(place))}` : '';
      const declared = expected === undefined ? '' : expected.met === 'failed' ? ', as declared' : ', not as declared';
      return `fail at ${outcome.failedStage}${declared}${codes.length > 0 ? `: ${codes.join(', ')}` : ''}${where}`;
    }
    case 'skipped':
      return `skipped: ${terminal(outcome.reason)}`;
    case 'inferred':
      return inferredText(outcome.inference);
    case 'infra_error':
      return `inconclusive: ${terminal(outcome.message)}`;
  }
}

/** Fewer reports are written before anybody would read a line about it. */
const MANY_REPORTS = 20;

function writing(reports: number): string {
  return `writing ${plural(reports, 'report')}`;
}

/** Names of runs on the line about their beginning. */
const NAMED_RUNS = 8;

/** A suite has a run for each of its cases: some of their names, and how many more there are. */
function runNames(ids: string): string {
  const all = ids.split(' ');
  const rest = all.length - NAMED_RUNS;
  return [...all.slice(0, NAMED_RUNS), ...(rest > 0 ? [`and ${rest} more`] : [])].join(' ');
}

function plainLine(progress: Progress, event: RunEvent): string | undefined {
  const where = (at: { readonly artifact: number; readonly target: number }): string => {
    const profile = progress.kernels[at.target]?.profile ?? `kernel ${at.target + 1}`;
    return progress.artifacts.length > 1 ? `${profile}: ${terminal(progress.artifacts[at.artifact] ?? '')}` : profile;
  };
  switch (event.type) {
    case 'run-start':
      return `run ${runNames(event.runId)}: ${plural(event.artifacts.length, 'object')} on ${plural(event.targets.length, 'kernel')}`;
    case 'accel':
      return `guests run with ${event.accel}: ${terminal(event.reason)}`;
    case 'kernel-start':
      return `${event.profile}: looking for the kernel`;
    case 'kernel-ready':
      return `${event.profile}: kernel ${terminal(event.record.release)} ${event.cached ? 'from the store' : 'fetched'} in ${seconds(event.ms)}`;
    case 'kernel-failed':
      return `${event.profile}: no kernel: ${terminal(event.message)}`;
    case 'cell-booting':
      return `${where(event)}: booting`;
    case 'cell-testing':
      return `${where(event)}: testing (booted in ${seconds(event.bootMs)})`;
    case 'cell-end':
      return `${where(event)}: ${outcomeLine(event)} (${seconds(event.result.timings.totalMs)})`;
    case 'reports-start':
      return event.reports < MANY_REPORTS ? undefined : writing(event.reports);
    case 'note':
      return `note: ${terminal(event.message)}`;
    case 'run-end':
      return `run ended with ${event.status} after ${seconds(event.ms)}`;
    case 'kernel-progress':
    case 'cell-start':
    case 'cell-stage':
      return undefined;
  }
}
