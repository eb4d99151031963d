import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CancelledError, HostError } from '../model/errors.ts';
import { rejectPipe } from './pipes.ts';
import { startError } from './start-error.ts';

/** After this long somebody should know that we wait. */
const NOTE_MS = 3000;
/** Who can be cancelled may wait as long as fetching a kernel takes; what no one can end, ends soon. */
const HEARING_MS = 15 * 60_000;
const DEAF_MS = 30_000;

function heldFor(path: string, ms: number): string {
  return `${path} has been locked for ${Math.round(ms / 1000)} s by another process; wait for the other bpfcompat to end, or end it (fuser ${path} names it)`;
}

function startFlock(path: string) {
  const child = spawn('flock', ['--exclusive', '--no-fork', '--', path, 'sh', '-c', 'echo locked && cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its own group: a Ctrl-C of the terminal must not drop the lock while we still clean up under it.
    detached: true,
  });
  child.stdin.on('error', () => {});
  return child;
}

/** Resolves when it has the lock. @param ended why it ended without one */
function locked(child: ReturnType<typeof startFlock>, ended: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', (cause) =>
      reject(
        (cause as NodeJS.ErrnoException).code === 'ENOENT'
          ? new HostError('tool_missing', 'cannot run flock: install util-linux', { cause })
          : startError('flock', cause),
      ),
    );
    child.once('close', () => reject(ended()));
  });
}

/**
 * Takes an exclusive lock on `path` (created when missing) and waits for it as long as `signal` allows.
 *
 * Node has no flock(2), so a tiny `flock` of util-linux holds the lock for as long as its stdin is open. The kernel
 * closes that pipe when we die, however we die: there is no stale lock to clean up.
 *
 * Whoever waits for long hears of it through `onWait`; no one waits for ever.
 * @throws HostError `lock_held` after the limit, `lock_failed`, CancelledError
 */
export async function lockFile(
  path: string,
  signal?: AbortSignal,
  onWait: () => void = () => {},
  giveUpMs = signal === undefined ? DEAF_MS : HEARING_MS,
  noteMs = NOTE_MS,
): Promise<AsyncDisposable> {
  if (signal?.aborted) throw new CancelledError();
  await rejectPipe(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const child = startFlock(path);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const onAbort = (): void => {
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  let late = false;
  const patience = setTimeout(onWait, noteMs);
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, giveUpMs);
  const ended = (): Error => {
    if (signal?.aborted) return new CancelledError();
    if (late) return new HostError('lock_held', heldFor(path, giveUpMs));
    return new HostError('lock_failed', `cannot lock ${path}: check that it is writable`);
  };
  try {
    await locked(child, ended);
  } finally {
    clearTimeout(patience);
    clearTimeout(limit);
    signal?.removeEventListener('abort', onAbort);
  }
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await gone;
    },
  };
}
