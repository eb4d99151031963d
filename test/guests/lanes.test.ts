import { expect, test } from 'vitest';
import type { Lane } from '../../src/guests/guest.ts';
import { createLanes, type LaneOptions, lanesBy } from '../../src/guests/lanes.ts';
import { fakeGuest, fakeLane, fakeSource } from '../run/fake-lane.ts';
import { PROFILE } from './direct/fake-lane.ts';

// Nothing of them is used before a lane prepares a kernel.
const lanes = createLanes({ tools: { x86_64: {}, aarch64: 'no QEMU for it' } } as unknown as LaneOptions);

test('a runner has its lane', () => {
  expect(lanes.of(PROFILE)).toMatchObject({ lane: { name: 'direct' } });
});

test('a runner without a lane is named', () => {
  expect(lanes.of({ ...PROFILE, runner: 'firecracker' })).toEqual({
    unavailable: `${PROFILE.id} asks for the runner firecracker`,
  });
});

test('a lane is made once, and may refuse a profile', () => {
  expect(lanes.of({ ...PROFILE, arch: 'aarch64' })).toEqual({
    unavailable: `${PROFILE.id} is aarch64: no QEMU for it`,
  });
  const again = (): Lane | undefined => {
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
