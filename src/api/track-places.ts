import { resolve } from 'node:path';
import { option } from '../model/wording.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import { rejectWorkLinks } from '../run/directories.ts';
import { type Environment, environmentOf } from './services.ts';

/** Options of the runtime track that name what it writes, and how they are spelled. */
const WRITTEN = {
  workdir: 'workdir',
  out: 'out',
  outDir: 'out-dir',
  unsigned: 'unsigned',
  checkpoint: 'checkpoint',
} as const;

/**
 * Settles before anything is done that no link of a repository leads what is written elsewhere, and that there is none in the
 * work directory.
 * @param options of a command
 * @throws UsageError `path_outside`, `link_in_workdir`
 */
export async function checkTrackPlaces(options: object, around: Environment): Promise<void> {
  const { host, cwd } = environmentOf(around);
  const named = new Map<string, unknown>(Object.entries(options));
  const root = await flagRoot(host, cwd);
  for (const [key, name] of Object.entries(WRITTEN)) {
    const value = named.get(key);
    if (typeof value !== 'string' || value === '' || value === '-') continue;
    await confineFlag(host, root, option(name), resolve(cwd, value));
    if (key === 'workdir') await rejectWorkLinks(host, resolve(cwd, value));
  }
}
