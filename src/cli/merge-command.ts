import { documentOfResult } from '../api/report-document.ts';
import type { MergeArguments } from '../config/merge-options.ts';
import { mergeReports } from '../index.ts';
import { terminal } from '../report/escape.ts';
import { scriptLines } from '../report/script-lines.ts';
import { documentText } from '../report/terminal/text.ts';
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
  const document = documentOfResult(merged);
  if (!quiet) io.out(documentText(document, look));
  io.out(scriptLines(document));
  return document.exitCode;
}
