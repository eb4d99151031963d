// One run of the library with the times of its events.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from '../../lib/index.js';

/**
 * Runs objects on kernels and resolves with `{ ms, cells, notes }`. Per cell: `wallMs` from leaving the queue to the
 * verdict, `guestMs` the validator's own time in the guest (undefined when it never said), the parts of `wallMs`
 * (`startMs` until a guest is there, `askMs` question and result, `endMs` everything after), the outcome.
 * @param run what to run; `cwd` has other profiles than ours, and `env` what the program reads beside its usual environment
 */
export async function timedRun(bench, run) {
  const { objects, kernels, isolation = 'cell', slots = 2, loader, runner, cwd = bench.root, env = {} } = run;
  const marks = new Map();
  const workDir = join(bench.dir, 'work');
  const onEvent = (event) => {
    if (!event.type.startsWith('cell-')) return;
    const key = `${event.artifact}/${event.target}`;
    const times = marks.get(key) ?? {};
    marks.set(key, times);
    times[event.type] = performance.now();
    if (event.type === 'cell-stage') times.completed = performance.now();
  };
  const started = performance.now();
  const { report } = await validate({
    artifacts: objects,
    kernels,
    isolation,
    concurrency: slots,
    workDir,
    env: { ...bench.store.env, ...env },
    cwd,
    offline: true,
    ...(runner && { runner }),
    ...(loader && { loader: { strictLibbpf: false, rodata: new Map(), attachTargets: new Map(), loader } }),
    onEvent,
  });
  const ms = performance.now() - started;
  rmSync(workDir, { recursive: true, force: true });
  return { ms, notes: report.notes, cells: report.results.map((result) => cellOf(result, report, marks)) };
}

function cellOf(result, report, marks) {
  const { cell, outcome, evidence, guest, timings, retriedAfter } = result;
  const at = marks.get(`${cell.artifact}/${cell.target}`) ?? {};
  const exit = evidence?.stages.find(({ stage }) => stage === 'exit');
  return {
    object: report.artifacts[cell.artifact].basename,
    kernel: report.targets[cell.target].profile.id,
    outcome,
    guest,
    retriedAfter,
    bootMs: timings.bootMs,
    guestMs: exit === undefined ? undefined : exit.elapsed_us / 1000,
    wallMs: at['cell-end'] - at['cell-start'],
    startMs: at['cell-testing'] - at['cell-start'],
    askMs: at.completed - at['cell-testing'],
    endMs: at['cell-end'] - at.completed,
  };
}

/** Status, failed stage and codes of a cell: what must not depend on how its guest came to be. */
export function resultOf({ outcome }) {
  const codes = [...new Set((outcome.findings ?? []).map(({ code }) => code))].sort();
  return [outcome.status, outcome.failedStage, outcome.cause, ...codes].filter(Boolean).join(' ');
}

/** @throws Error for a run that needed no measuring: guests that gave no result, or were booted although copies are requested */
export function requireResults({ cells, notes }, isolation) {
  const lost = cells.filter(({ outcome }) => outcome.status === 'infra_error' || outcome.status === 'skipped');
  if (lost.length > 0) {
    const words = lost.slice(0, 5).map(({ object, kernel, outcome }) => `${object} on ${kernel}: ${outcome.message}`);
    throw new Error(`${lost.length} cells gave no result:\n${words.join('\n')}`);
  }
  const other = cells.filter(({ guest }) => guest.isolation !== isolation);
  if (other.length > 0) throw new Error(`${other.length} guests were not of kind ${isolation}: ${notes.join('; ')}`);
}
