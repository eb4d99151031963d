import { kernelOptionsOf } from '../api/kernel-options.ts';
import type { WatchOptions } from '../config/test-options.ts';
import type { WatchArguments, WatchSuiteArguments } from '../config/watch-options.ts';
import { CancelledError, type EventListener, matrixText, suiteMatrixText, watch, watchSuite } from '../index.ts';
import { spell, type Wording } from '../model/wording.ts';
import type { Io } from './io.ts';
import { progressView } from './live.ts';

/** Clears the screen and what scrolled out of it, and goes home. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/** What a round shows: progress while it runs, then the matrix in place of the one before. */
interface Rounds {
  readonly onEvent: EventListener;
  readonly onIdle: (problem: Wording | undefined) => void;
  /** @param finishedAt RFC 3339 */
  show(text: string, finishedAt: string): void;
  close(): void;
}

function rounds(io: Io, quiet: boolean): Rounds {
  let view = progressView(io, quiet);
  return {
    onEvent: (event) => {
      if (event.type === 'run-start') {
        view.close();
        view = progressView(io, quiet);
      }
      view.onEvent(event);
    },
    onIdle: (problem) => {
      view.close();
      if (problem !== undefined) io.err(`bpfcompat: ${spell(problem, io.face)}\n`);
    },
    show: (text, finishedAt) => {
      view.close();
      const time = finishedAt.slice(11, 19);
      io.out(`${io.terminalOut ? CLEAR : ''}${text}\n${time} UTC, watching for changes; Ctrl-C ends\n`);
    },
    close: () => view.close(),
  };
}

/** What objects and suites are watched with alike. */
function settings(options: WatchOptions | WatchSuiteArguments, io: Io, signal: AbortSignal, round: Rounds) {
  return {
    workDir: options.workdir,
    isolation: options.isolation,
    lane: options.lane,
    offline: options.offline,
    refreshKernels: options.refreshKernels,
    allowProfileOverride: options.allowProfileOverride,
    lock: options.lock,
    env: io.env,
    cwd: io.cwd,
    signal,
    onEvent: round.onEvent,
    onIdle: round.onIdle,
  };
}

/** Read again for each matrix: the terminal may have been resized. */
function look({ noColor }: { readonly noColor: boolean }, io: Io) {
  return { width: io.width(), color: io.color && !noColor };
}

function watchObjects(options: WatchOptions, io: Io, signal: AbortSignal, round: Rounds): Promise<never> {
  return watch({
    ...kernelOptionsOf(options.kernels),
    localKernels: options.localKernels,
    artifacts: options.artifacts,
    manifest: options.manifest,
    mode: options.validationMode,
    loader: options.loader,
    maxInsns: options.maxInsns,
    ...settings(options, io, signal, round),
    concurrency: options.concurrency,
    timeoutMs: options.timeoutMs,
    onResult: (report, expected) => {
      round.show(matrixText(report, { ...look(options, io), expected }), report.finishedAt);
    },
  });
}

function watchCases(options: WatchSuiteArguments, io: Io, signal: AbortSignal, round: Rounds): Promise<never> {
  return watchSuite({
    suite: options.suite,
    localKernels: options.localKernels,
    ...settings(options, io, signal, round),
    concurrency: options.concurrency,
    timeoutMs: options.timeoutMs,
    onResult: (suite) => {
      const broken = suite.cases.flatMap(({ name, error }) => (error === '' ? [] : [`${name}: ${error}\n`]));
      round.show(`${suiteMatrixText(suite, look(options, io))}${broken.join('')}`, suite.finishedAt);
    },
  });
}

/** `watch`: draws the matrix again after every change, until Ctrl-C. */
export async function watchCommand(options: WatchArguments, io: Io, signal: AbortSignal): Promise<number> {
  const round = rounds(io, options.quiet);
  try {
    return await ('suite' in options
      ? watchCases(options, io, signal, round)
      : watchObjects(options, io, signal, round));
  } catch (error) {
    // Ctrl-C is how this command ends.
    if (error instanceof CancelledError) return 0;
    throw error;
  } finally {
    round.close();
  }
}
