import { expect, test } from 'vitest';
import type { ImageLane, Lane } from '../../src/guests/guest.ts';
import { createLanes, type LaneOptions, lanesBy } from '../../src/guests/lanes.ts';
import type { LaneChoice } from '../../src/model/cell.ts';
import type { Profile } from '../../src/model/kernel.ts';
import { fakeGuest, fakeLane, fakeSource } from '../run/fake-lane.ts';
import { PROFILE } from './direct/fake-lane.ts';

// Nothing of them is used before a lane prepares a kernel.
const OPTIONS = { tools: { x86_64: {}, aarch64: 'no QEMU for it' } } as unknown as LaneOptions;
const lanes = createLanes(OPTIONS);

test('a runner has its lane', () => {
  expect(lanes.of(PROFILE)).toMatchObject({ lane: { name: 'direct' } });
});

test('a lane says what a profile, or this machine, lacks for it', () => {
  const why = (profile: Partial<Profile>, options: Partial<LaneOptions> = {}): unknown =>
    createLanes({ ...OPTIONS, ...options }).of({ ...PROFILE, runner: 'firecracker', ...profile });
  const firecracker = { kernel: '/k', bootArgs: [] };
  expect(why({})).toEqual({
    unavailable: `${PROFILE.id} does not name a kernel for Firecracker (firecracker.kernel_image_path)`,
  });
  expect(why({ firecracker })).toEqual({
    unavailable: `${PROFILE.id} needs Firecracker, which this run has not looked for`,
  });
  expect(why({ firecracker }, { firecracker: 'it runs no guest here' })).toEqual({
    unavailable: `${PROFILE.id} needs Firecracker: it runs no guest here`,
  });
  expect(why({ firecracker, arch: 'aarch64' })).toEqual({
    unavailable: `the Firecracker lane boots x86_64 kernels; ${PROFILE.id} is aarch64`,
  });
  const found = { firecracker: { command: '/f', version: '1.0.0' }, elfKernel: async () => '/v' };
  expect(why({ firecracker }, found)).toMatchObject({ lane: { name: 'firecracker' } });
});

test('a lane is made once, and may reject a profile', () => {
  expect(lanes.of({ ...PROFILE, arch: 'aarch64' })).toEqual({
    unavailable: `${PROFILE.id} is aarch64: no QEMU for it`,
  });
  const again = (): Lane | ImageLane | undefined => {
    const chosen = lanes.of(PROFILE);
    return 'lane' in chosen ? chosen.lane : undefined;
  };
  expect(again()).toBe(again());
});

test('whoever chooses may say why there is none', () => {
  const lane = fakeLane(() => fakeSource(async () => fakeGuest(async () => Promise.reject(new Error('not asked')))));
  expect(lanesBy(() => lane).of(PROFILE)).toEqual({ lane });
  expect(lanesBy(() => 'none here').of(PROFILE)).toEqual({ unavailable: 'none here' });
});

test('a profile is tested on the lane that it says enough for, or on the one that was chosen', () => {
  const image = { url: 'https://mirror.example/disk.qcow2', path: undefined, sha256: undefined };
  const laneOf = (profile: Profile, lane?: LaneChoice): string => {
    const chosen = createLanes({ ...OPTIONS, lane }).of(profile);
    return 'lane' in chosen ? chosen.lane.name : chosen.unavailable;
  };
  expect(laneOf({ ...PROFILE, image })).toBe('direct');
  expect(laneOf({ ...PROFILE, image, kernel: undefined })).toBe('image');
  expect(laneOf({ ...PROFILE, image }, 'image')).toBe('image');
  expect(laneOf(PROFILE, 'image')).toContain('does not name a disk image');
  expect(laneOf({ ...PROFILE, image, kernel: undefined }, 'direct')).toContain(
    'does not say where its kernel comes from',
  );
  expect(laneOf({ ...PROFILE, image, kernel: undefined, distro: 'talos' })).toContain('images of talos');
});
