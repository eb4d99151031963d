import { lstat } from 'node:fs/promises';
import { UsageError } from '../model/errors.ts';

/**
 * What bpfcompat keeps for itself lies where its name says. A repository that is checked may hold a link at that place,
 * and whatever that leads to would be read into reports, written, or closed to others.
 * @throws UsageError `link_in_workdir`
 */
export async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return;
  throw new UsageError(
    'link_in_workdir',
    `${path} is a link, and none is followed in a work directory; remove it, or choose another directory with --workdir`,
  );
}
