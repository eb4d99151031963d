import type { LaneChoice } from '../model/cell.ts';
import type { Profile, Runner } from '../model/kernel.ts';
import { cloudImageLane, type ImageLaneOptions } from './cloud-image/lane.ts';
import { directLane } from './direct/lane.ts';
import { type FirecrackerLaneOptions, firecrackerLane } from './firecracker/lane.ts';
import type { ImageLane, Lane } from './guest.ts';
import { type VirtmeLaneOptions, virtmeLane } from './virtme/lane.ts';

/** What a run gives every lane. */
export interface LaneOptions extends ImageLaneOptions, VirtmeLaneOptions, FirecrackerLaneOptions {
  /** The lane that profiles of runner vm run on; undefined: the direct one, and the image lane for those with an image alone. */
  readonly lane?: LaneChoice | undefined;
}

interface LaneEntry {
  /** What profiles call their runner that it serves. */
  readonly runner: Runner;
  readonly create: (options: LaneOptions) => Lane | ImageLane;
}

/** Lanes that users choose by the runner alone. */
const RUNNER_LANES = ['virtme-ng', 'firecracker'] as const;
type LaneName = LaneChoice | (typeof RUNNER_LANES)[number];

/** The one map of lanes. Of those that serve a runner the first is the fastest. */
const LANES: Readonly<Record<LaneName, LaneEntry>> = {
  direct: { runner: 'vm', create: directLane },
  image: { runner: 'vm', create: cloudImageLane },
  'virtme-ng': { runner: 'virtme-ng', create: virtmeLane },
  firecracker: { runner: 'firecracker', create: firecrackerLane },
};

/** The lane of a profile: the one that was chosen, else the fastest that it says enough for. */
function laneOf(profile: Profile, requested: LaneChoice | undefined): LaneName | undefined {
  const { runner, kernel, image } = profile;
  if (runner !== 'vm') return RUNNER_LANES.find((name) => LANES[name].runner === runner);
  return requested ?? (kernel === undefined && image !== undefined ? 'image' : 'direct');
}

/** The lanes of one run. Each is made when the first profile needs it. */
export interface Lanes {
  /** The lane of a profile, or why there is none that can run it on this host. */
  of(profile: Profile): { readonly lane: Lane | ImageLane } | { readonly unavailable: string };
}

export function createLanes(options: LaneOptions): Lanes {
  const made = new Map<LaneName, Lane | ImageLane>();
  return lanesBy((profile) => {
    if (profile.unserved !== undefined) return profile.unserved;
    const name = laneOf(profile, options.lane);
    if (name === undefined) return `${profile.id} wants the runner ${profile.runner}`;
    const lane = made.get(name) ?? LANES[name].create(options);
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
