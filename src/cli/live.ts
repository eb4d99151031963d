import type { EventListener } from '../model/events.ts';
import { terminal } from '../report/escape.ts';
import { plainProgress } from '../report/plain-progress.ts';
import { advance, NO_PROGRESS, type Progress } from '../report/progress.ts';
import { renderLive } from '../report/progress-text.ts';
import type { Io } from './io.ts';

export interface ProgressView {
  readonly onEvent: EventListener;
  /** Takes the live block away, so that what follows starts on a clean line. */
  close(): void;
}

const REDRAW_MS = 120;
const ERASE_BELOW = '\u001b[0J';

function upBy(lines: number): string {
  return lines === 0 ? '\r' : `\u001b[${lines}A\r`;
}

/** A block that is redrawn in place, for a terminal. */
function liveView(io: Io, width: () => number, height: () => number): ProgressView {
  let progress: Progress = NO_PROGRESS;
  let drawn = 0;
  let closed = false;
  const draw = (): void => {
    if (closed) return;
    const options = { width: width() - 1, now: performance.now(), color: io.color, height: Math.max(2, height() - 2) };
    const lines = renderLive(progress, options);
    io.err(`${upBy(drawn)}${ERASE_BELOW}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const erase = (): void => {
    if (drawn > 0) io.err(`${upBy(drawn)}${ERASE_BELOW}`);
    drawn = 0;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  return {
    onEvent(event) {
      progress = advance(progress, event, performance.now());
      if (event.type !== 'note') return;
      erase();
      io.err(`note: ${terminal(event.message, 2000)}\n`);
    },
    close() {
      if (closed) return;
      clearInterval(timer);
      erase();
      closed = true;
    },
  };
}

/** One line per change, for logs. */
function plainView(io: Io): ProgressView {
  let progress: Progress = NO_PROGRESS;
  return {
    onEvent(event) {
      const next = plainProgress(progress, event, performance.now());
      progress = next.progress;
      for (const line of next.lines) io.err(`${line}\n`);
    },
    close() {},
  };
}

/** Progress on stderr: a live block on a terminal, plain lines elsewhere, nothing when `quiet`. */
export function progressView(io: Io, quiet: boolean): ProgressView {
  const view = shownProgress(io, quiet);
  const { onEvent } = io;
  if (onEvent === undefined) return view;
  return {
    ...view,
    onEvent(event) {
      view.onEvent(event);
      onEvent(event);
    },
  };
}

function shownProgress(io: Io, quiet: boolean): ProgressView {
  if (quiet) return { onEvent: () => {}, close: () => {} };
  const size = io.terminalSize();
  if (size === undefined) return plainView(io);
  return liveView(
    io,
    () => io.terminalSize()?.columns ?? size.columns,
    () => io.terminalSize()?.rows ?? size.rows,
  );
}
