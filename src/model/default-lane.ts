import type { LaneChoice } from './cell.ts';
import type { Profile } from './kernel.ts';

/** The lane that is meant where none was chosen: the image lane for a profile with nothing but an image. */
export function defaultLane({ kernel, image }: Pick<Profile, 'kernel' | 'image'>): LaneChoice {
  return kernel === undefined && image !== undefined ? 'image' : 'direct';
}
