import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { forgetGroup, signalGroup, trackGroup } from './child.ts';
import { withStdio } from './child-stdio.ts';
import type { RunOptions, RunResult } from './host.ts';
import { startError } from './start-error.ts';

const KILL_GRACE_MS = 2000;
const DEFAULT_MAX_OUTPUT = 16 * 1024 * 1024;
const MAX_LINE = 64 * 1024;

interface Tap {
  readonly chunks: Buffer[];
  size: number;
  truncated: boolean;
  partial: string;
}

function newTap(): Tap {
  return { chunks: [], size: 0, truncated: false, partial: '' };
}

function collect(tap: Tap, chunk: Buffer, max: number): void {
  const room = max - tap.size;
  if (room <= 0) {
    tap.truncated = true;
    return;
  }
  const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
  if (kept.length < chunk.length) tap.truncated = true;
  tap.chunks.push(kept);
  tap.size += kept.length;
}

function emitLines(tap: Tap, chunk: Buffer, onLine: (line: string) => void): void {
  const parts = (tap.partial + chunk.toString('utf8')).split('\n');
  tap.partial = (parts.pop() ?? '').slice(-MAX_LINE);
  for (const line of parts) onLine(line);
}

/** Output of a tool as it comes, bounded. */
interface Output {
  readonly out: Tap;
  readonly err: Tap;
}

function captureOutput(child: ChildProcess, { maxOutput, onLine }: RunOptions): Output {
  const max = maxOutput ?? DEFAULT_MAX_OUTPUT;
  const tapOf = (stream: Readable | null, fd: 1 | 2): Tap => {
    const tap = newTap();
    stream?.on('data', (chunk: Buffer) => {
      collect(tap, chunk, max);
      if (onLine) emitLines(tap, chunk, (line) => onLine(fd, line));
    });
    return tap;
  };
  return { out: tapOf(child.stdout, 1), err: tapOf(child.stderr, 2) };
}

function feed({ stdin }: ChildProcess, input: RunOptions['input']): void {
  // A tool that does not read its input closes the pipe; its exit code says why.
  stdin?.on('error', () => {});
  if (input !== undefined) stdin?.end(input);
}

/** What ends a tool before its time. */
interface Limits {
  timedOut: boolean;
  cancelled: boolean;
  /** The tool is gone; whatever it left in its process group goes with it. */
  lift(): void;
}

function limit(pid: number | undefined, { timeoutMs, signal }: RunOptions): Limits {
  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    killTimer ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_GRACE_MS);
  };
  const onTimeout = (): void => {
    limits.timedOut = true;
    end();
  };
  const onAbort = (): void => {
    limits.cancelled = true;
    end();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
  const limits: Limits = {
    timedOut: false,
    cancelled: false,
    lift() {
      clearTimeout(timer);
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', onAbort);
      if (pid === undefined) return;
      signalGroup(pid, 'SIGKILL');
      forgetGroup(pid);
    },
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  return limits;
}

function startTool(command: string, args: readonly string[], { cwd, env, input }: RunOptions): ChildProcess {
  return withStdio([input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], (stdio) =>
    spawn(command, [...args], { ...(cwd === undefined ? {} : { cwd }), env: { ...env }, stdio, detached: true }),
  );
}

/**
 * Runs a tool to its end. Failure, time-out and cancellation come back in the result; see RunResult.
 * @throws HostError `tool_missing` when the command does not exist or cannot be executed.
 */
export async function runTool(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const child = startTool(command, args, options);
  if (child.pid !== undefined) trackGroup(child.pid);
  const limits = limit(child.pid, options);
  const { out, err } = captureOutput(child, options);
  feed(child, options.input);
  return await new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      limits.lift();
      reject(startError(command, cause));
    });
    child.once('close', (exitCode, signal) => {
      limits.lift();
      const { timedOut, cancelled } = limits;
      resolve({
        exitCode,
        signal,
        stdout: Buffer.concat(out.chunks),
        stderr: Buffer.concat(err.chunks),
        truncated: out.truncated || err.truncated,
        timedOut,
        cancelled,
        durationMs: performance.now() - started,
      });
    });
  });
}
