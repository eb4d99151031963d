import { basename, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, wordingOf } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { WORK_DIRECTORY, WORK_PARTS } from '../model/work-directory.ts';

/**
 * Makes sure that a directory is there before a run begins.
 * @param what its name in the message, such as `the work directory`
 * @param remedy what to do when it cannot be used
 * @param mode permissions of a directory that was not there before
 * @throws HostError `directory_unusable`
 */
export async function ensureDirectory(
  host: Host,
  path: string,
  what: string,
  remedy: Wording,
  mode?: number,
): Promise<void> {
  try {
    const known = await host.files.stat(path);
    await host.files.makeDir(path);
    if (known === undefined && mode !== undefined) await host.files.setMode(path, mode);
  } catch (cause) {
    throw new HostError('directory_unusable', phrase`cannot make ${what} ${path}: ${wordingOf(cause)}; ${remedy}`, {
      cause,
    });
  }
}

/** Looks at each work directory once, however many cases of a suite share it. */
export function workDirectories(host: Host): (workdir: string) => Promise<void> {
  const known = new Map<string, Promise<void>>();
  return (workdir) => {
    const made = known.get(workdir) ?? ensureWorkDirectory(host, workdir);
    known.set(workdir, made);
    return made;
  };
}

/** Rules that keep everything out of git, and who made what: a run of which nothing came takes back what it made. */
const IGNORE_ALL = {
  ownDirectory: '# bpfcompat made this directory\n*\n',
  ownFile: '# bpfcompat made this file\n*\n',
};

/** @throws UsageError `link_in_workdir` for a link at a place in the work directory that we read, write or lock */
export async function rejectWorkLinks(host: Host, workdir: string): Promise<void> {
  await host.files.rejectLink(join(workdir, '.gitignore'));
  for (const part of WORK_PARTS) {
    await host.files.rejectLink(join(workdir, part));
    await host.files.rejectLinksIn(join(workdir, part));
  }
}

/**
 * The directory with the evidence of runs. One that is ours alone is kept out of git: objects and logs of every run are
 * in it.
 * @throws HostError `directory_unusable`, UsageError `link_in_workdir`
 */
export async function ensureWorkDirectory(host: Host, workdir: string): Promise<void> {
  await rejectWorkLinks(host, workdir);
  const isNew = (await host.files.stat(workdir)) === undefined;
  const before = await host.files.list(workdir).catch((): string[] => []);
  await ensureDirectory(
    host,
    join(workdir, 'runs'),
    'the work directory',
    phrase`choose another one with ${option('workdir')}`,
  );
  const ignore = join(workdir, '.gitignore');
  // A directory of the user's, such as `--workdir .`, keeps its own rules.
  if ((before.length > 0 && basename(workdir) !== WORK_DIRECTORY) || before.includes('.gitignore')) return;
  await host.files.writeAtomic(ignore, IGNORE_ALL[isNew ? 'ownDirectory' : 'ownFile']).catch(() => {});
}

/**
 * Undoes `ensureWorkDirectory` where nothing came of it: an empty list of runs goes, and with it the rules for git and the
 * directory where those were made by it and nothing else is there. Never throws.
 */
export async function dropIdleWork(host: Host, workdir: string): Promise<void> {
  try {
    await host.files.removeEmpty(join(workdir, 'runs'));
    const left = await host.files.list(workdir);
    const ignore = join(workdir, '.gitignore');
    if (left.join() !== '.gitignore') return;
    const rules = (await host.files.read(ignore, 64)).toString('utf8');
    if (Object.values(IGNORE_ALL).includes(rules)) await host.files.remove(ignore);
    if (rules === IGNORE_ALL.ownDirectory) await host.files.removeEmpty(workdir);
  } catch {
    // It is gone, or not ours to remove.
  }
}
