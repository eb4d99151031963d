import type { Host } from '../host/host.ts';
import { CancelledError, HostError } from '../model/errors.ts';

/** Locks of the lists in a work directory, for the end of a run. */
export interface RegistryLocks {
  /** @throws HostError where another process holds it for too long, or the user does not want to wait for that one */
  take(path: string): Promise<AsyncDisposable>;
  /** Hears what the user should know although nothing failed. */
  readonly note: (message: string) => void;
}

/** The report is written then: a list that cannot be had costs little, and all of them together no more than this. */
const PATIENCE_MS = 30_000;

/** @param signal ends the waiting, and nothing else */
export function registryLocks(
  host: Host,
  signal: AbortSignal | undefined,
  note: (message: string) => void,
  patienceMs = PATIENCE_MS,
): RegistryLocks {
  let left = patienceMs;
  const reported = new Set<string>();
  async function take(path: string): Promise<AsyncDisposable> {
    const held = `${path} is locked by another process`;
    if (left <= 0) throw new HostError('lock_held', `${held} (fuser ${path} names it)`);
    const onWait = (): void => {
      if (!reported.has(path))
        note(`${held}: waiting for it, at most ${Math.ceil(left / 1000)} s; no verdict depends on it`);
      reported.add(path);
    };
    const started = host.monotonicMs();
    try {
      return await host.files.lock(path, signal, onWait, left);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new HostError('lock_held', `${held}, and the waiting was cancelled`, { cause: error });
    } finally {
      left -= host.monotonicMs() - started;
    }
  }
  return { take, note };
}
