import { setTimeout as sleep } from 'node:timers/promises';
import type { FileStat, Host } from '../host/host.ts';
import { CancelledError, UsageError } from '../model/errors.ts';
import type { Expected } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';
import { type Latest, mergeLatest } from '../report/merge-latest.ts';
import { findArtifacts } from '../run/find-artifacts.ts';
import { surroundingsOf } from './services.ts';
import { type ValidateOptions, validate } from './validate.ts';

/** How often files are looked at, and how long one must stay the same before it is read: compilers write in pieces. */
const LOOK_MS = 100;
const SETTLED_MS = 150;

export interface WatchOptions extends Omit<ValidateOptions, 'out' | 'markdown'> {
  /**
   * Called with everything known after each round: the newest result of every object, and what became of the failures that
   * are declared for them.
   */
  readonly onResult: (report: RunReport, expected: readonly Expected[]) => void;
  /** Called when nothing is going on any more, and with the words of a round that could not be run. */
  readonly onIdle?: (problem: string | undefined) => void;
}

type Seen = Map<string, string>;

function mark(stat: FileStat | undefined): string {
  return stat === undefined || stat.size === 0 ? '' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

async function look(host: Host, cwd: string, words: readonly string[], workDir: string | undefined): Promise<Seen> {
  const seen: Seen = new Map();
  // A pattern may match nothing for a moment, while a build starts over.
  const paths = await findArtifacts(host, cwd, words, workDir).catch((error: unknown) => {
    if (error instanceof UsageError) return [];
    throw error;
  });
  for (const path of paths) {
    const now = mark(await host.files.stat(path));
    if (now !== '') seen.set(path, now);
  }
  return seen;
}

/** Objects that are new or other than in `done`, once nothing has changed for a moment. */
async function nextChange(
  host: Host,
  cwd: string,
  words: readonly string[],
  workDir: string | undefined,
  done: Seen,
  signal: AbortSignal,
): Promise<Seen> {
  for (;;) {
    const first = await look(host, cwd, words, workDir);
    const changed = [...first].filter(([path, now]) => done.get(path) !== now);
    if (changed.length > 0) {
      await sleep(SETTLED_MS, undefined, { signal });
      const second = await look(host, cwd, words, workDir);
      if (changed.every(([path, now]) => second.get(path) === now)) return new Map(changed);
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/**
 * Checks the objects, and from then on each object again whenever its file changes, until `signal` is aborted. Run
 * directories of results that were replaced are removed.
 * @throws CancelledError after an abort; UsageError and HostError when even the first round cannot be run
 */
export async function watch(options: WatchOptions): Promise<never> {
  const { host, cwd } = surroundingsOf(options);
  const signal = options.signal ?? new AbortController().signal;
  const done: Seen = new Map();
  let latest: Latest | undefined;
  // The first look must find something to do: a wrong path would be waited for for ever.
  await findArtifacts(host, cwd, options.artifacts, options.workDir);
  for (;;) {
    try {
      const changed = await nextChange(host, cwd, options.artifacts, options.workDir, done, signal);
      for (const [path, now] of changed) done.set(path, now);
      const { report, verdict } = await validate({ ...options, artifacts: [...changed.keys()], host });
      const merged = mergeLatest(latest, { report, expected: verdict.expected ?? [] });
      for (const dir of merged.replacedDirs) await host.files.remove(dir);
      latest = merged;
      options.onResult(merged.report, merged.expected);
      options.onIdle?.(undefined);
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      // The object may be half-made or gone again; everything else will not get better by waiting.
      if (latest === undefined || !(error instanceof UsageError)) throw error;
      options.onIdle?.(error.message);
    }
  }
}
