import { dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';

/**
 * Puts a file beside the directory of a run that says which process works on it, so that what a killed one leaves is
 * known for that. A run without one is only never swept.
 */
export async function markRun(host: Host, runDir: string): Promise<AsyncDisposable> {
  const runs = dirname(runDir);
  const mark = join(runs, host.files.ownName(runDir));
  await host.files
    .makeDir(runs)
    .then(() => host.files.writeAtomic(mark, ''))
    .catch(() => {});
  return { [Symbol.asyncDispose]: () => host.files.remove(mark) };
}

/** What the directory of a run is called. A work directory may come with a repository, and with names that no run had. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;

/** Removes the directories of runs whose process was killed while it ran: nothing of them stands in any list. */
export async function sweepRuns(host: Host, workdir: string): Promise<void> {
  const runs = join(workdir, 'runs');
  for (const { name, of } of await host.files.leftovers(runs)) {
    const dir = join(runs, of);
    if (!RUN_ID.test(of)) continue;
    if ((await host.files.stat(join(dir, 'metadata.json'))) === undefined) await host.files.remove(dir);
    await host.files.remove(join(runs, name));
  }
}
