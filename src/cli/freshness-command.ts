import type { ValuesOf } from '../config/options.ts';
import { kernelFreshness } from '../index.ts';
import { oneLine, printedJson } from '../report/escape.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';
import { listsWithin } from './lists-within.ts';

function markdownCell(text: string): string {
  return oneLine(text, 200).replace(/[|\\`<>[\]]/g, '\\$&');
}

/**
 * `kernel-freshness`: whether newer kernels are offered than those tested last. Exit code 2 with `--fail-on-stale` where one
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
  const { rows, failed } = await listsWithin(signal, timeoutMs, (own) => kernelFreshness({ ...request, signal: own }));
  const cells = rows.map((row) => [row.profile, row.baseline, row.newest, row.status, row.reason]);
  if (json) io.out(printedJson(rows));
  else if (markdown) {
    const head = '| profile | tested | newest | status | |\n| --- | --- | --- | --- | --- |\n';
    io.out(`${head}${cells.map((row) => `| ${row.map(markdownCell).join(' | ')} |\n`).join('')}`);
  } else
    io.out(
      `${table([['PROFILE', 'TESTED', 'NEWEST', 'STATUS', ''], ...cells.map((row) => row.map((one) => oneLine(one)))]).join('\n')}\n`,
    );
  if (failOnStale && rows.some(({ status }) => status === 'stale')) return 2;
  return failed ? 1 : 0;
}
