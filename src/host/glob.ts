import { type Dirent, readdir, statSync } from 'node:fs';
import { join } from 'node:path';
import { type GlobOptions, glob } from 'tinyglobby';

function leadsToDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // Thrown in a callback of readdir, it would end the process. A link to itself is for whoever reads it to report.
    return false;
  }
}

/**
 * Whatever is no directory as a file: links to files, and what cannot be read (a link that leads nowhere, a pipe, a
 * socket, a device). Passed over, an object that the build did not make would be missing from the check without a word.
 */
function plain(
  dir: string,
  entries: readonly Dirent[],
): Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>[] {
  return entries.map((entry) => {
    if (entry.isDirectory() || (entry.isSymbolicLink() && leadsToDirectory(join(dir, entry.name)))) return entry;
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
