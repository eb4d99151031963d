import type { WatchOptions } from '../config/test-options.ts';
import { CancelledError, matrixText, watch } from '../index.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';
import { chosen } from './test-command.ts';

/** Clears the screen and what scrolled out of it, and goes home. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/** `watch`: draws the matrix anew after every change, until Ctrl-C. */
export async function watchCommand(options: WatchOptions, io: Io, signal: AbortSignal): Promise<number> {
  let view = progressView(io, options.quiet);
  try {
    return await watch({
      ...chosen(options.kernels),
      artifacts: options.artifacts,
      manifest: options.manifest,
      mode: options.validationMode,
      loader: options.loader,
      maxInsns: options.maxInsns,
      workDir: options.workdir,
      concurrency: options.concurrency,
      isolation: options.isolation,
      timeoutMs: options.timeoutMs,
      offline: options.offline,
      refreshKernels: options.refreshKernels,
      allowProfileOverride: options.allowProfileOverride,
      env: io.env,
      cwd: io.cwd,
      signal,
      onEvent: (event) => {
        if (event.type === 'run-start') {
          view.close();
          view = progressView(io, options.quiet);
        }
        view.onEvent(event);
      },
      onResult: (report, expected) => {
        view.close();
        const time = report.finishedAt.slice(11, 19);
        const text = matrixText(report, { width: io.width(), color: io.color && !options.noColor, expected });
        io.out(`${io.terminalOut ? CLEAR : ''}${text}\n${time} UTC, watching for changes; Ctrl-C ends\n`);
      },
      onIdle: (problem) => {
        view.close();
        if (problem !== undefined) io.err(`bpfcompat: ${problem}\n`);
      },
    });
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (error instanceof CancelledError) return 0;
    throw error;
  } finally {
    view.close();
  }
}
