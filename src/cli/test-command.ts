import { kernelOptionsOf } from '../api/kernel-options.ts';
import { documentOfResult } from '../api/report-document.ts';
import type { TestOptions } from '../config/test-options.ts';
import { validate } from '../index.ts';
import { spell } from '../model/wording.ts';
import { documentJson } from '../report/document-files.ts';
import { noJsonCommands } from '../report/escape.ts';
import { scriptLines } from '../report/script-lines.ts';
import { documentText } from '../report/terminal/text.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';
import { optionsOf } from './options-of-validate.ts';
import { shardNote } from './shard-note.ts';
import { whereToLook } from './where-to-look.ts';

/**
 * `check`, `test` and `test-command`: checks objects on kernels, shows the matrix; `test` prints the lines that scripts
 * read, `check` says where the reports are.
 * @param face where standard output is what it says; `io` may have it for people elsewhere
 */
export async function testCommand(
  { command, options }: { readonly command: string; readonly options: TestOptions },
  io: Io,
  face: Io,
  signal: AbortSignal,
): Promise<number> {
  const { kernels, notes, quiet, noColor, json } = options;
  for (const note of notes) io.err(`note: ${spell(note, io.face)}\n`);
  const view = progressView(io, quiet);
  try {
    const result = await validate({
      ...kernelOptionsOf(kernels),
      ...optionsOf(options),
      env: io.env,
      cwd: io.cwd,
      signal,
      onEvent: view.onEvent,
    });
    const { report, verdict } = result;
    const document = documentOfResult(result);
    view.close();
    io.onResult?.(result);
    if (!quiet) {
      const look = { width: io.width(), color: io.color && !noColor };
      io.out(documentText(document, look));
    }
    io.out(command === 'check' && !quiet ? whereToLook(result, options) : scriptLines(document));
    // To standard output it is written already where it has no other place.
    if (json && options.out !== '-') face.out(noJsonCommands(documentJson(document)));
    io.err(shardNote(report.part));
    return verdict.exitCode;
  } finally {
    view.close();
  }
}
