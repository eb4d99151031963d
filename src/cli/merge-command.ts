import type { MergeArguments } from '../config/merge-options.ts';
import { mergeReports, runText, stableLines, suiteLines, suiteText } from '../index.ts';
import { terminal } from '../report/escape.ts';
import type { Io } from './io.ts';

/** `merge`: puts the reports of shards together, shows the matrix and prints the lines of `test` or `suite`. */
export async function mergeCommand(options: MergeArguments, io: Io): Promise<number> {
  const { reports, out, markdown, workdir, baseline, failOn, quiet, noColor } = options;
  const merged = await mergeReports({
    reports,
    out,
    markdown,
    workDir: workdir,
    baseline,
    failOn,
    files: options,
    env: io.env,
    cwd: io.cwd,
    onEvent: (event) => {
      if (event.type === 'note') io.err(`note: ${event.message}\n`);
    },
  });
  io.onResult?.(merged);
  for (const missing of merged.missing) io.err(`bpfcompat: ${terminal(missing, 2000)}\n`);
  const look = { width: io.width(), color: io.color && !noColor };
  if (merged.kind === 'suite') {
    const text = quiet ? '' : suiteText(merged.suite, look);
    if (text !== '') io.out(`${text}\n`);
    io.out(`${suiteLines(merged.suite).join('\n')}\n`);
    return merged.suite.exitCode;
  }
  const { report, verdict, paths } = merged;
  if (!quiet) io.out(runText(report, verdict, look));
  for (const [index, own] of paths.artifacts.entries()) {
    io.out(`${stableLines(report, index, own.verdict, own).join('\n')}\n`);
  }
  return verdict.exitCode;
}
