const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C may arrive twice, from the terminal and through a parent such as make or npm: later ones are meant. */
const SAME_KEY_MS = 1000;

/**
 * Gives work an AbortSignal that Ctrl-C, SIGTERM and SIGHUP fire. The first one lets the work clean up after itself,
 * one that comes a second later ends this process at once (the exit hook of the host still kills every child).
 */
export async function withSignals<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(name);
    } else if (performance.now() - firstAt > SAME_KEY_MS) process.exit(1);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    // After a cancelled run they stay: a late second signal must not cut off its last words and its exit code.
    if (!controller.signal.aborted) for (const name of SIGNALS) process.removeListener(name, onSignal);
  }
}
