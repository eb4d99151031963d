import { UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import type { Catalog } from './catalog.ts';
import { namesIn, readIfThere } from './catalog-files.ts';
import { readProfile } from './profile.ts';
import { inRepository } from './profile-origin.ts';
import type { NamedPath } from './suite-paths.ts';

/** Where profiles of the workspace are read from. */
type Workspace = Pick<Catalog, 'files' | 'workspace' | 'allowOverride'>;

/** Directories of the workspace that hold profiles, first wins. */
function ownDirs({ workspace }: Workspace): string[] {
  return [`${workspace}/matrices/profiles`, `${workspace}/vm/profiles`];
}

/**
 * The profile of this id in the workspace; undefined where it has none.
 * @param borrows a kernel of this id comes with bpfcompat, so that the file may leave its own out
 * @throws UsageError `profile_invalid`, `unreadable_file`, and what `files.confine` throws for a path that leads out
 */
export async function ownProfile(workspace: Workspace, id: string, borrows: boolean): Promise<Profile | undefined> {
  const { files, allowOverride: anyKeyring = false } = workspace;
  for (const path of ownDirs(workspace).flatMap((dir) => [`${dir}/${id}.yaml`, `${dir}/${id}.yml`])) {
    const text = await readIfThere(files, path);
    if (text === undefined) {
      await rejectNoFile(files, path);
      continue;
    }
    const paths: NamedPath[] = [];
    const profile = readProfile({ file: path, text }, { anyKeyring, borrows, onPath: (named) => paths.push(named) });
    // The same word lets a profile choose keys of this host.
    if (!anyKeyring) for (const named of paths) await files.confine?.(path, named);
    const repository = paths.length > 0 ? await files.topOf?.(path) : undefined;
    if (profile.id === id) return inRepository(profile, repository, !anyKeyring);
    throw new UsageError(
      'profile_invalid',
      `${path}: the file is named after profile "${id}" but its id is "${profile.id}"; make them equal`,
    );
  }
  return undefined;
}

/** A name that leads to no file would be another kernel than the workspace has, without a word. */
async function rejectNoFile(files: Catalog['files'], path: string): Promise<void> {
  const slash = path.lastIndexOf('/');
  const names = await files.list(path.slice(0, slash)).catch((): readonly string[] => []);
  if (!names.includes(path.slice(slash + 1))) return;
  throw new UsageError('unreadable_file', `${path} is a directory, or a link that leads nowhere; remove it`);
}

/** Ids of the profiles of the workspace, sorted. */
export async function ownProfileIds(workspace: Workspace): Promise<string[]> {
  return sortedIds((await Promise.all(ownDirs(workspace).map((dir) => namesIn(workspace.files, dir)))).flat());
}

/** Each once, numbers in them by value. */
export function sortedIds(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
