import { type Dirent, readdir, statSync } from 'node:fs';
import { join } from 'node:path';
import { type GlobOptions, glob } from 'tinyglobby';

/** A link that leads nowhere is no file; one that this user may not follow is for whoever reads it to report. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    // Thrown in a callback of readdir, it would end the process.
    return (error as NodeJS.ErrnoException).code !== 'ELOOP';
  }
}

/** Links to files as the files that they are. */
function plain(
  dir: string,
  entries: readonly Dirent[],
): Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>[] {
  return entries.map((entry) => {
    if (!entry.isSymbolicLink() || !isFile(join(dir, entry.name))) return entry;
    return { name: entry.name, isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false };
  });
}

/** Links to directories lead anywhere: to all files of the machine, and back to where they are. */
const NO_DETOURS = {
  readdir: (dir: string, _options: unknown, done: (error: Error | null, entries?: unknown) => void): void =>
    readdir(dir, { withFileTypes: true }, (error, entries) => (error ? done(error) : done(null, plain(dir, entries)))),
};

/** See `HostFiles.glob`. */
export async function globFiles(pattern: string, cwd: string, signal?: AbortSignal): Promise<string[]> {
  const fs = NO_DETOURS as NonNullable<GlobOptions['fs']>;
  const options = { cwd, absolute: true, onlyFiles: true, expandDirectories: false, followSymbolicLinks: false, fs };
  return (await glob(pattern, signal === undefined ? options : { ...options, signal })).sort();
}
