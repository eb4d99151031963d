import type { ValuesOf } from '../config/options.ts';
import { HostError, kernelFreshness, kernelSweep } from '../index.ts';
import { oneLine, printedJson } from '../report/escape.ts';
import { plural } from '../report/style.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';

/** Lists that do not come within the time are given up. @throws HostError `timed_out` */
async function within<T>(signal: AbortSignal, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const time = AbortSignal.timeout(ms);
  try {
    return await work(AbortSignal.any([signal, time]));
  } catch (error) {
    if (!time.aborted || signal.aborted) throw error;
    throw new HostError('timed_out', `the lists did not come within ${ms / 1000} s; give more time with --timeout`, {
      cause: error,
    });
  }
}

function markdownCell(text: string): string {
  return oneLine(text, 200).replace(/[|\\`<>[\]]/g, '\\$&');
}

/**
 * `kernel-freshness`: whether newer kernels are offered than were asked last. Exit code 2 with `--fail-on-stale` where one
 * is stale, 1 when a list could not be read.
 */
export async function freshnessCommand(
  options: ValuesOf<'kernel-freshness'>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { baselines, crawlerBase, crawlerFile, updateFromReport, json, markdown, failOnStale, timeoutMs } = options;
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const { allowProfileOverride } = options;
  const around = { allowProfileOverride, env: io.env, cwd: io.cwd, onNote };
  const request = { baselines, crawlerBase, crawlerFile, updateFromReport, ...around };
  const { rows, failed } = await within(signal, timeoutMs, (own) => kernelFreshness({ ...request, signal: own }));
  const cells = rows.map((row) => [row.profile, row.baseline, row.newest, row.status, row.reason]);
  if (json) io.out(printedJson(rows));
  else if (markdown) {
    const head = '| profile | tested | newest | status | |\n| --- | --- | --- | --- | --- |\n';
    io.out(`${head}${cells.map((row) => `| ${row.map(markdownCell).join(' | ')} |\n`).join('')}`);
  } else
    io.out(
      `${table([['PROFILE', 'ASKED', 'NEWEST', 'STATUS', ''], ...cells.map((row) => row.map((one) => oneLine(one)))]).join('\n')}\n`,
    );
  if (failOnStale && rows.some(({ status }) => status === 'stale')) return 2;
  return failed ? 1 : 0;
}

/** `kernel-sweep`: profiles of the newest builds of a kernel, and a matrix with them. */
export async function sweepCommand(options: ValuesOf<'kernel-sweep'>, io: Io, signal: AbortSignal): Promise<number> {
  const { timeoutMs, targetTimeout, ...rest } = options;
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const { profiles, matrix } = await within(signal, timeoutMs, (own) =>
    kernelSweep({ ...rest, targetTimeout, env: io.env, cwd: io.cwd, onNote, signal: own }),
  );
  io.out(
    `${table(profiles.map(({ id, release, file }) => [id, release, file === '' ? 'comes with bpfcompat' : file])).join('\n')}\n`,
  );
  io.out(`${plural(profiles.length, 'kernel')} in ${matrix}\n`);
  return 0;
}
