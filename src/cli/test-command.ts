import type { KernelChoice } from '../config/kernel-choice.ts';
import type { TestOptions } from '../config/test-options.ts';
import { baselineText, matrixText, stableLines, type ValidateOptions, validate } from '../index.ts';
import { spell } from '../model/wording.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';
import { shardNote } from './shard-note.ts';

/** The library's way to say which kernels. */
export function chosen(kernels: KernelChoice): Pick<ValidateOptions, 'matrix' | 'kernels' | 'quick'> {
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
  for (const note of options.notes) io.err(`note: ${spell(note, io.face)}\n`);
  const view = progressView(io, options.quiet);
  try {
    const { report, verdict, paths } = await validate({
      ...chosen(options.kernels),
      localKernels: options.localKernels,
      artifacts: options.artifacts,
      manifest: options.manifest,
      artifactName: options.artifactName,
      artifactVersion: options.artifactVersion,
      artifactVariant: options.artifactVariant,
      artifactUri: options.artifactUri,
      mode: options.validationMode,
      command: options.command,
      loader: options.loader,
      maxInsns: options.maxInsns,
      baseline: options.baseline,
      failOn: options.failOn,
      concurrency: options.concurrency,
      isolation: options.isolation,
      timeoutMs: options.timeoutMs,
      workDir: options.workdir,
      offline: options.offline,
      refreshKernels: options.refreshKernels,
      allowProfileOverride: options.allowProfileOverride,
      lock: options.lock,
      out: options.out,
      markdown: options.markdown,
      files: options.files,
      shard: options.shard,
      env: io.env,
      cwd: io.cwd,
      signal,
      onEvent: view.onEvent,
    });
    view.close();
    if (!options.quiet) {
      const look = { width: io.width(), color: io.color && !options.noColor };
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
