import { type ChildProcess, spawn } from 'node:child_process';
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

/** Resolves when the child is gone, and with it whatever it left in its group. */
function exitOf(child: ChildProcess, pid: number, onGone: () => void): Child['exited'] {
  return new Promise((resolve) => {
    const done = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      onGone();
      // Grandchildren that stayed in the group must not outlive the child.
      signalGroup(pid, 'SIGKILL');
      forgetGroup(pid);
      resolve({ exitCode, signal });
    };
    child.once('exit', done);
    child.once('error', () => done(127, null));
  });
}

/** Ends a child: TERM first, KILL after `graceMs`. */
async function stopChild(pid: number, exited: Child['exited'], graceMs: number): Promise<void> {
  signalGroup(pid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
  const timer = graceMs > 0 ? setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs) : undefined;
  await exited;
  clearTimeout(timer);
}

/** @throws HostError `spawn_failed` and what `startError` makes of too many open files */
function spawnChild(command: string, args: readonly string[], { cwd, env, channels = 0 }: StartOptions) {
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe', ...Array<'pipe'>(channels).fill('pipe')];
  const child = withStdio(stdio, (all) =>
    spawn(command, [...args], { cwd, env: { ...env }, stdio: all, detached: true }),
  );
  // Node makes no streams at all when it finds no descriptors for them.
  if (child.stdio === undefined) {
    child.on('error', () => {});
    throw startError(command, Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  }
  const duplexes = child.stdio.slice(3, 3 + channels) as Duplex[];
  // A peer that dies resets its socket; the exit code says how it ended, the reset must not crash us.
  for (const channel of duplexes) channel?.on('error', () => {});
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) {
    child.on('error', () => {});
    throw new HostError(
      'spawn_failed',
      `cannot start ${command}: is it installed and executable, and is ${cwd} a directory?`,
    );
  }
  return { child, pid, stdout, stderr, channels: duplexes };
}

/**
 * Starts a long-lived child in its own process group, with stdin closed.
 * A program that cannot be executed shows as `exited` with exitCode 127, as a shell would say it.
 */
export function startChild(command: string, args: readonly string[], options: StartOptions): Child {
  const { child, pid, stdout, stderr, channels } = spawnChild(command, args, options);
  trackGroup(pid);
  let gone = false;
  const exited = exitOf(child, pid, () => {
    gone = true;
  });

  async function stop(graceMs = 2000): Promise<void> {
    if (!gone) await stopChild(pid, exited, graceMs);
    for (const channel of channels) channel?.destroy();
  }

  return { pid, stdout, stderr, channels, exited, stop, [Symbol.asyncDispose]: () => stop() };
}
