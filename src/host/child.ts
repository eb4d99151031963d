import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { HostError } from '../model/errors.ts';
import { withStdio } from './child-stdio.ts';
import type { Child, StartOptions } from './host.ts';
import { startError } from './start-error.ts';

/** Process groups that live now. When this process ends by any path that still runs code, they end with it. */
const liveGroups = new Set<number>();
let exitHookInstalled = false;

function installExitHook(): void {
  if (exitHookInstalled) return;
  exitHookInstalled = true;
  process.on('exit', () => {
    for (const pid of liveGroups) signalGroup(pid, 'SIGKILL');
  });
}

/** Signals a whole process group; false when it no longer exists. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

const startListeners: ((pid: number) => void)[] = [];

/** Calls `listener` with every process group from now on, as soon as it is there. */
export function onGroupStart(listener: (pid: number) => void): void {
  startListeners.push(listener);
}

export function trackGroup(pid: number): void {
  installExitHook();
  liveGroups.add(pid);
  for (const listener of startListeners) listener(pid);
}

export function forgetGroup(pid: number): void {
  liveGroups.delete(pid);
}

/**
 * Starts a long-lived child in its own process group, with stdin closed.
 * A program that cannot be executed shows as `exited` with exitCode 127, as a shell would say it.
 */
export function startChild(command: string, args: readonly string[], options: StartOptions): Child {
  const channelCount = options.channels ?? 0;
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
  for (let i = 0; i < channelCount; i++) stdio.push('pipe');
  const { cwd } = options;
  const child = withStdio(stdio, (all) =>
    spawn(command, [...args], { cwd, env: { ...options.env }, stdio: all, detached: true }),
  );
  // Node makes no streams at all when it finds no descriptors for them.
  if (child.stdio === undefined) {
    child.on('error', () => {});
    throw startError(command, Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  }
  const channels = child.stdio.slice(3, 3 + channelCount) as Duplex[];
  // A peer that dies resets its socket; the exit code tells the story, the reset must not crash us.
  for (const channel of channels) channel?.on('error', () => {});
  const { pid } = child;
  if (pid === undefined || child.stdout === null || child.stderr === null) {
    child.on('error', () => {});
    throw new HostError(
      'spawn_failed',
      `cannot start ${command}: is it installed and executable, and is ${options.cwd} a directory?`,
    );
  }
  trackGroup(pid);
  let gone = false;
  const exited = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const done = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      gone = true;
      // Grandchildren that stayed in the group must not outlive the child.
      signalGroup(pid, 'SIGKILL');
      forgetGroup(pid);
      resolve({ exitCode, signal });
    };
    child.once('exit', done);
    child.once('error', () => done(127, null));
  });

  async function stop(graceMs = 2000): Promise<void> {
    if (!gone) {
      signalGroup(pid as number, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
      const timer = graceMs > 0 ? setTimeout(() => signalGroup(pid as number, 'SIGKILL'), graceMs) : undefined;
      await exited;
      clearTimeout(timer);
    }
    for (const channel of channels) channel?.destroy();
  }

  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    channels,
    exited,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}
