import { UsageError } from '../model/errors.ts';
import type { LockedKernel, Profile } from '../model/kernel.ts';
import { isLocal } from '../model/kernel-source.ts';
import { flag, option, phrase } from '../model/wording.ts';
import { type CatalogFiles, readIfThere } from './catalog-files.ts';
import { LOCK_COMMAND, LOCK_FILE, type Lock, readLock } from './lock-file.ts';
import { withLockedImage } from './lock-image.ts';
import { enumerate } from './similar.ts';

/** `use`: the lock counts where it stands; `require`: it has to name every kernel; `ignore`: it is not read. */
export type LockMode = 'use' | 'require' | 'ignore';

/** What decides about builds: a lock in the workspace, or builds that the caller chose, by profile. */
export type BuildChoice = LockMode | ReadonlyMap<string, LockedKernel>;

export interface LockContext {
  readonly files: CatalogFiles;
  readonly workspace: string;
  /** Default `use`. */
  readonly lock?: BuildChoice;
}

/** `--locked` and `--no-lock`. @throws UsageError when both were given */
export function lockMode({ locked, noLock }: { readonly locked: boolean; readonly noLock: boolean }): LockMode {
  if (locked && noLock) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('locked')} and ${option('no-lock')} contradict each other; give only one of them`,
    );
  }
  return locked ? 'require' : noLock ? 'ignore' : 'use';
}

/** The lock of the workspace; undefined where there is none. @throws UsageError `lock_invalid` */
export async function workspaceLock({ files, workspace }: LockContext): Promise<Lock | undefined> {
  const text = await readIfThere(files, `${workspace}/${LOCK_FILE}`);
  if (text !== undefined) return readLock({ file: LOCK_FILE, text });
  // A name that leads to no file would unlock everything without a word.
  const names = await files.list(workspace).catch((): readonly string[] => []);
  if (!names.includes(LOCK_FILE)) return undefined;
  throw new UsageError(
    'lock_invalid',
    `${LOCK_FILE} is a directory, or a link that leads nowhere; remove it ('${LOCK_COMMAND}' writes a new one)`,
  );
}

function notLocked(ids: readonly string[], lock: Lock | undefined): UsageError {
  const write = `write it with '${LOCK_COMMAND} ${flag('kernels')} ${ids.join(',')}'`;
  const what = lock === undefined ? `there is no ${LOCK_FILE} here` : `${LOCK_FILE} has no ${enumerate(ids, 'and')}`;
  return new UsageError('not_locked', phrase`${option('locked')}: ${what}; ${write}, or leave ${option('locked')} out`);
}

/** What of a lock that a profile is not in is worth a word. */
function besideLock(profile: Profile): Profile {
  const text = `${profile.id} is not in ${LOCK_FILE}, so its newest build is run; '${LOCK_COMMAND} ${flag('kernels')} ${profile.id}' adds it`;
  return { ...profile, note: profile.note === undefined ? text : `${profile.note}; ${text}` };
}

/**
 * Profiles with the builds that they are locked to.
 * @throws UsageError `lock_invalid`; `not_locked` where the lock is required and lacks some
 */
export async function withLock(context: LockContext, profiles: readonly Profile[]): Promise<Profile[]> {
  const { lock: choice = 'use' } = context;
  if (choice === 'ignore') return [...profiles];
  if (typeof choice === 'object') {
    return profiles.map((profile) => {
      const locked = choice.get(profile.id);
      return locked === undefined ? profile : { ...profile, locked };
    });
  }
  const strict = choice === 'require';
  const lock = await workspaceLock(context);
  if (lock === undefined && !strict) return [...profiles];
  const missing: string[] = [];
  const resolved = profiles.map((open) => {
    const profile = withLockedImage(open, lock, strict);
    // A kernel of one's own is what lies there.
    if (profile.kernel === undefined || isLocal(profile.kernel) || profile.unbootable !== undefined) return profile;
    const locked = lock?.kernelOf(profile.id);
    if (locked !== undefined) return { ...profile, locked: { ...locked, strict } };
    missing.push(profile.id);
    return besideLock(profile);
  });
  if (strict && missing.length > 0) throw notLocked(missing, lock);
  return resolved;
}
