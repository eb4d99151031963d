import type { Profile } from '../model/kernel.ts';
import { type DirectLaneOptions, directLane } from './direct/lane.ts';
import type { Lane } from './guest.ts';

/** What a run gives every lane. */
export type LaneOptions = DirectLaneOptions;

/** The one map of lanes. What a profile calls its runner chooses among them, see `laneOf`. */
const LANES = { direct: directLane } as const satisfies Readonly<Record<string, (options: LaneOptions) => Lane>>;

/** Every runner of profiles, and the lane that serves it; undefined: none does yet. A new runner does not compile without. */
const LANE_OF: Readonly<Record<Profile['runner'], keyof typeof LANES | undefined>> = {
  vm: 'direct',
  'virtme-ng': undefined,
  firecracker: undefined,
};

/** The lanes of one run. Each is made when the first profile asks for it. */
export interface Lanes {
  /** The lane of a profile, or why there is none that can run it on this host. */
  of(profile: Profile): { readonly lane: Lane } | { readonly unavailable: string };
}

export function createLanes(options: LaneOptions): Lanes {
  const made = new Map<keyof typeof LANES, Lane>();
  return lanesBy(({ id, runner }) => {
    const name = LANE_OF[runner];
    if (name === undefined) return `${id} asks for the runner ${runner}`;
    const lane = made.get(name) ?? LANES[name](options);
    made.set(name, lane);
    return lane;
  });
}

/** Lanes that `choose` names for a profile, unless it says why there is none; a lane may still refuse what it cannot run. */
export function lanesBy(choose: (profile: Profile) => Lane | string): Lanes {
  return {
    of(profile) {
      const lane = choose(profile);
      if (typeof lane === 'string') return { unavailable: lane };
      const unavailable = lane.unavailable(profile);
      return unavailable === undefined ? { lane } : { unavailable };
    },
  };
}
