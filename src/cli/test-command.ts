import type { KernelOptions } from '../api/validate-options.ts';
import type { KernelChoice } from '../config/kernel-choice.ts';
import type { TestOptions } from '../config/test-options.ts';
import { baselineText, matrixText, stableLines, validate } from '../index.ts';
import { spell } from '../model/wording.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';
import { shardNote } from './shard-note.ts';

/** The library's way to say which kernels. */
export function chosen(kernels: KernelChoice): KernelOptions {
  switch (kernels.kind) {
    case 'matrix':
      return { matrix: kernels.value };
    case 'ids':
      return { kernels: kernels.ids };
    default:
      return { quick: true };
  }
}

/** `test` and `test-command`: checks objects on kernels, shows the matrix, prints the lines that scripts read. */
export async function testCommand(options: TestOptions, io: Io, signal: AbortSignal): Promise<number> {
  const { kernels, validationMode: mode, workdir: workDir, ...said } = options;
  const { notes, quiet, noColor, runner: _runner, keepVmOnFailure: _keep, ...asked } = said;
  for (const note of notes) io.err(`note: ${spell(note, io.face)}\n`);
  const view = progressView(io, quiet);
  try {
    const { report, verdict, paths } = await validate({
      ...chosen(kernels),
      ...asked,
      mode,
      workDir,
      env: io.env,
      cwd: io.cwd,
      signal,
      onEvent: view.onEvent,
    });
    view.close();
    if (!quiet) {
      const look = { width: io.width(), color: io.color && !noColor };
      io.out(`${matrixText(report, { ...look, expected: verdict.expected })}\n${baselineText(report, look)}`);
    }
    for (const [index, own] of paths.artifacts.entries()) {
      io.out(`${stableLines(report, index, own.verdict, own).join('\n')}\n`);
    }
    io.err(shardNote(report.part));
    return verdict.exitCode;
  } finally {
    view.close();
  }
}
