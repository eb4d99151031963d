import type { CompareOptions } from '../config/compare-options.ts';
import { compare, diffSummaryLine } from '../index.ts';
import { terminal } from '../report/escape.ts';
import { comparisonText } from '../report/terminal/comparison.ts';
import type { Io } from './io.ts';

/**
 * `compare`: writes what is different, or prints it: a table for a person at a terminal, JSON for a program. Exit code 0 whatever it is, unless `--fail-on-regression`
 * sets 2 (a required kernel has a new failure) or 1 (one that passed gave no result).
 */
export async function compareCommand(options: CompareOptions, io: Io): Promise<number> {
  const compared = await compare({
    ...(options.sides.kind === 'reports'
      ? { base: options.sides.base, head: options.sides.head }
      : { history: options.sides }),
    out: options.out,
    markdown: options.markdown,
    env: io.env,
    cwd: io.cwd,
  });
  const { summary, noLongerTested, json, paths } = compared;
  if (paths.json !== '') io.out(`Compare JSON: ${paths.json}\n`);
  if (paths.markdown !== '') io.out(`Compare Markdown: ${paths.markdown}\n`);
  if (paths.json === '' && paths.markdown === '') {
    io.out(io.terminalOut ? comparisonText(compared, { width: io.width(), color: io.color }) : json);
  }
  const { fixedWithWarning: warned = 0 } = summary;
  if (warned > 0) {
    io.err(
      `note: ${warned} kernel${warned === 1 ? '' : 's'} passed with a new warning in place of the failure; see the causes\n`,
    );
  }
  io.out(`${diffSummaryLine(summary)}\n`);
  if (!options.failOnRegression) return 0;
  if (noLongerTested.length > 0) {
    const shown = noLongerTested.slice(0, 10).map((name) => terminal(name, 200));
    const more = noLongerTested.length > 10 ? ` and ${noLongerTested.length - 10} more` : '';
    io.err(`note: tested before and not any more: ${shown.join(', ')}${more}\n`);
  }
  if (summary.requiredNewFailures > 0) return 2;
  if (summary.requiredInconclusive === 0) return 0;
  io.err(
    `bpfcompat: required kernels that passed are inconclusive (${summary.requiredInconclusive}); run the head again\n`,
  );
  return 1;
}
