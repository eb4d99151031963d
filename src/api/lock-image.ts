import type { LockedImage } from '../config/lock-file.ts';
import { ensureDisk } from '../kernels/disks/supply.ts';
import type { EnsureOptions } from '../kernels/supply.ts';
import { UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';

/**
 * The disk image of a profile as it is now, checked.
 * @throws UsageError `image_missing` for a profile that names none, or whose image is certain already; as `ensureDisk`
 */
export async function newestImage(profile: Profile, options: EnsureOptions): Promise<LockedImage> {
  const { id, image, problem } = profile;
  if (problem !== undefined) throw new UsageError('no_profile', problem);
  if (image?.url === undefined) {
    const why = image === undefined ? 'has no image block' : `has its image at ${image.path}, not at an address`;
    throw new UsageError('image_missing', `${id} ${why}; there is nothing to lock`);
  }
  if (image.sha256 !== undefined) {
    throw new UsageError('image_missing', `the profile ${id} itself says image.sha256; there is nothing to lock`);
  }
  const found = await ensureDisk(profile, { ...options, refresh: true });
  return { profile: id, url: image.url, sha256: found.image.fromSha256 };
}
