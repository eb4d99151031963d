import type { RunEvent } from '../model/events.ts';
import { decisiveOf } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import { terminal } from './escape.ts';
import { placeText } from './finding-facts.ts';
import { fixupsOf } from './fixups.ts';
import { advance, type Progress } from './progress.ts';
import { amount, isStep, pace, seconds, writing } from './progress-text.ts';
import { statusText } from './status-text.ts';
import { plural } from './style.ts';

type CellEndEvent = Extract<RunEvent, { type: 'cell-end' }>;

/** Between two plain lines about one download at least this long, or a quarter of the bytes. */
const SAY_EVERY_MS = 5000;
const SAY_EVERY_SHARE = 0.25;

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

/** Why a kernel failed; one that failed for the same reason before is named, since a mirror fails many with one long message. */
function failureOf({ kernels }: Progress, { profile, message }: RunEvent & { type: 'kernel-failed' }): string {
  const first = kernels.find(({ phase, what }) => phase === 'failed' && what === message);
  return first === undefined || first.profile === profile ? `: ${terminal(message)}` : `, as for ${first.profile}`;
}

/** A cell without a kernel is inconclusive for the reason that the line of its kernel gave. */
function cellLine({ kernels }: Progress, event: CellEndEvent, where: string): string {
  const { outcome, timings } = event.result;
  const kernel = kernels[event.target];
  const known = outcome.status === 'infra_error' && kernel?.phase === 'failed' && kernel.what === outcome.message;
  return known ? `${where}: inconclusive` : `${where}: ${outcomeLine(event)} (${seconds(timings.totalMs)})`;
}

/** Fewer reports are written before anybody would read a line about it. */
const MANY_REPORTS = 20;

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
      return `${event.profile}: no kernel${failureOf(progress, event)}`;
    case 'cell-booting':
      return `${where(event)}: booting`;
    case 'cell-testing':
      return `${where(event)}: testing (booted in ${seconds(event.bootMs)})`;
    case 'cell-end':
      return cellLine(progress, event, where(event));
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
