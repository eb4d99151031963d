import { messageOf, UsageError } from '../model/errors.ts';
import type { NamedPath } from './suite-paths.ts';

/**
 * How the catalog reaches files. A missing file or directory is an empty result (undefined, []) or an error with code
 * ENOENT; any other error is reported to the user as it is.
 */
export interface CatalogFiles {
  /** Names of the entries of a directory. */
  list(dir: string): Promise<readonly string[]>;
  /** Text of a file. */
  read(path: string): Promise<string | undefined>;
  /** Rejects a path that a file of the workspace names and that leaves its repository. @param file that names it */
  confine?(file: string, named: NamedPath): Promise<unknown>;
  /** The repository that holds a file, without links. */
  topOf?(file: string): Promise<string>;
}

/** Names of the YAML files of a directory, without their endings; none where there is no directory. */
export async function namesIn(files: CatalogFiles, dir: string): Promise<string[]> {
  const names = await files.list(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(dir, error);
  });
  return names.flatMap((name) => /^([A-Za-z0-9][A-Za-z0-9._-]*)\.ya?ml$/.exec(name)?.[1] ?? []);
}

/** Text of a file; undefined where there is none. @throws UsageError `unreadable_file` */
export async function readIfThere(files: CatalogFiles, path: string): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  // A directory of that name is not a file either.
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

function unreadable(path: string, error: unknown): Error {
  if (error instanceof UsageError) return error;
  return new UsageError(
    'unreadable_file',
    `cannot read ${path}: ${messageOf(error)}; check the path and its permissions`,
    {
      cause: error,
    },
  );
}
