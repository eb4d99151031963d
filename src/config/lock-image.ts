import type { Profile } from '../model/kernel.ts';
import { flag, option, type Phrase, phrase } from '../model/wording.ts';
import { LOCK_COMMAND, LOCK_FILE, type Lock } from './lock-file.ts';

function notLocked(id: string): Phrase {
  return phrase`${option('locked')}: ${LOCK_FILE} has no digest of the disk image of ${id}; '${LOCK_COMMAND} ${flag('lane')} image ${flag('kernels')} ${id}' adds it`;
}

function remedy(id: string): Phrase {
  return phrase`'${LOCK_COMMAND} ${flag('lane')} image ${flag('kernels')} ${id}' locks the image that is there now, ${option('no-lock')} leaves the lock aside`;
}

function otherAddress(id: string): string {
  return `${LOCK_FILE} has the disk image of ${id} from another address, so the one that is there now is run; '${LOCK_COMMAND} ${flag('lane')} image ${flag('kernels')} ${id}' brings it up to date`;
}

/** A profile whose disk image is the one of the lock. One that is pinned in the profile, or lies there, is left as it is. */
export function withLockedImage(profile: Profile, lock: Lock | undefined, strict: boolean): Profile {
  const { image, id } = profile;
  if (image?.url === undefined || image.sha256 !== undefined) return profile;
  const locked = lock?.imageOf(id);
  if (locked?.url === image.url) {
    return {
      ...profile,
      image: { ...image, sha256: locked.sha256, lock: { origin: locked.origin, remedy: remedy(id) } },
    };
  }
  if (strict) return { ...profile, image: { ...image, notLocked: notLocked(id) } };
  if (locked === undefined) return profile;
  const text = otherAddress(id);
  return { ...profile, note: profile.note === undefined ? text : `${profile.note}; ${text}` };
}
