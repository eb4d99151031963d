import { spawn } from 'node:child_process';
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

/**
 * Runs a tool to its end. Failure, time-out and cancellation come back in the result; see RunResult.
 * @throws HostError `tool_missing` when the command does not exist or cannot be executed.
 */
export function runTool(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const max = options.maxOutput ?? DEFAULT_MAX_OUTPUT;
  return new Promise((resolve, reject) => {
    const child = withStdio([options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], (stdio) =>
      spawn(command, [...args], {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: { ...options.env },
        stdio,
        detached: true,
      }),
    );
    const { pid } = child;
    if (pid !== undefined) trackGroup(pid);
    const out = newTap();
    const err = newTap();
    let timedOut = false;
    let cancelled = false;
    let killTimer: NodeJS.Timeout | undefined;

    const end = (): void => {
      if (pid === undefined) return;
      signalGroup(pid, 'SIGTERM');
      killTimer ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_GRACE_MS);
    };
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, options.timeoutMs);
    const onAbort = (): void => {
      cancelled = true;
      end();
    };
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });

    const { onLine } = options;
    child.stdout?.on('data', (chunk: Buffer) => {
      collect(out, chunk, max);
      if (onLine) emitLines(out, chunk, (line) => onLine(1, line));
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      collect(err, chunk, max);
      if (onLine) emitLines(err, chunk, (line) => onLine(2, line));
    });
    // A tool that does not read its input closes the pipe; its exit code tells why.
    child.stdin?.on('error', () => {});
    if (options.input !== undefined) child.stdin?.end(options.input);

    const cleanUp = (): void => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      options.signal?.removeEventListener('abort', onAbort);
      if (pid === undefined) return;
      signalGroup(pid, 'SIGKILL');
      forgetGroup(pid);
    };
    child.once('error', (cause: NodeJS.ErrnoException) => {
      cleanUp();
      reject(startError(command, cause));
    });
    child.once('close', (exitCode, signal) => {
      cleanUp();
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
