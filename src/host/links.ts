import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';

/**
 * What bpfcompat keeps for itself lies where its name says. A repository that is checked may hold a link at that place,
 * and whatever that leads to would be read into reports, written, or closed to others.
 * @throws UsageError `link_in_workdir`
 */
export async function rejectLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink()) throw linkAt(path);
}

/** The same for all that lies in a directory, which may be the runs of years: one look, however many they are. */
export async function rejectLinksIn(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link !== undefined) throw linkAt(join(dir, link.name));
}

function linkAt(path: string): UsageError {
  return new UsageError(
    'link_in_workdir',
    phrase`${path} is a link, and none is followed in a work directory; remove it, or choose another directory with ${option('workdir')}`,
  );
}
