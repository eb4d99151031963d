import type { LaneChoice } from '../model/cell.ts';
import type { Profile } from '../model/kernel.ts';
import { cloudImageLane } from './cloud-image/lane.ts';
import { type DirectLaneOptions, directLane } from './direct/lane.ts';
import type { ImageLane, Lane } from './guest.ts';

/** What a run gives every lane. */
export interface LaneOptions extends DirectLaneOptions {
  /** The lane that profiles of runner vm run on; undefined: the direct one, and the image lane for those with an image alone. */
  readonly lane?: LaneChoice | undefined;
}

/** The one map of lanes. What a profile calls its runner chooses among them, see `laneOf`. */
const LANES = { direct: directLane, image: cloudImageLane } as const satisfies Readonly<
  Record<LaneChoice, (options: LaneOptions) => Lane | ImageLane>
>;

/** Every runner of profiles, and the lanes that serve it; none: none does yet. A new runner does not compile without. */
const LANES_OF: Readonly<Record<Profile['runner'], readonly LaneChoice[]>> = {
  vm: ['direct', 'image'],
  'virtme-ng': [],
  firecracker: [],
};

/** The lane of a profile: the one that was chosen, else the fastest that it says enough for. */
function laneOf({ runner, kernel, image }: Profile, wanted: LaneChoice | undefined): LaneChoice | undefined {
  const [first] = LANES_OF[runner];
  const own = kernel === undefined && image !== undefined ? 'image' : first;
  return LANES_OF[runner].find((lane) => lane === (wanted ?? own));
}

/** The lanes of one run. Each is made when the first profile needs it. */
export interface Lanes {
  /** The lane of a profile, or why there is none that can run it on this host. */
  of(profile: Profile): { readonly lane: Lane | ImageLane } | { readonly unavailable: string };
}

export function createLanes(options: LaneOptions): Lanes {
  const made = new Map<LaneChoice, Lane | ImageLane>();
  return lanesBy((profile) => {
    const name = laneOf(profile, options.lane);
    if (name === undefined) return `${profile.id} wants the runner ${profile.runner}`;
    const lane = made.get(name) ?? LANES[name](options);
    made.set(name, lane);
    return lane;
  });
}

/** Lanes that `choose` names for a profile, unless it says why there is none; a lane may still reject what it cannot run. */
export function lanesBy(choose: (profile: Profile) => Lane | ImageLane | string): Lanes {
  return {
    of(profile) {
      const lane = choose(profile);
      if (typeof lane === 'string') return { unavailable: lane };
      const unavailable = lane.unavailable(profile);
      return unavailable === undefined ? { lane } : { unavailable };
    },
  };
}
