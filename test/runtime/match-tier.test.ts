import { expect, test } from 'vitest';
import { type MatchTier, matchTier } from '../../src/runtime/match-tier.ts';
import { DEBIAN_12, UBUNTU_20 } from '../fixtures/runtime-lab.ts';

const { build_id: _, ...NO_ID } = DEBIAN_12;
const OTHER_ID = { ...DEBIAN_12, build_id: '33'.repeat(20) };

test.each<[string, Partial<typeof DEBIAN_12>, Partial<typeof DEBIAN_12>, MatchTier | undefined]>([
  ['one build', DEBIAN_12, DEBIAN_12, 'exact'],
  ['one build under another name', DEBIAN_12, { ...DEBIAN_12, release: '9.9', distro: 'other' }, 'exact'],
  ['one build id on another architecture', DEBIAN_12, { ...DEBIAN_12, arch: 'aarch64' }, undefined],
  ['two names of an architecture', DEBIAN_12, { ...DEBIAN_12, arch: 'amd64' }, 'exact'],
  ['no build id on one side', DEBIAN_12, NO_ID, 'same'],
  ['no build id on both', NO_ID, NO_ID, 'same'],
  ['no build id and another BTF', DEBIAN_12, { ...NO_ID, btf_sha256: 'e'.repeat(64), distro: 'x' }, undefined],
  ['no build id and no BTF where there was one', DEBIAN_12, { ...NO_ID, btf_sha256: null, distro: 'x' }, undefined],
  ['the release alone', NO_ID, { arch: 'x86_64', release: DEBIAN_12.release }, undefined],
  [
    'no BTF on both is nothing in common',
    { ...UBUNTU_20, build_id: undefined, config_sha256: undefined, distro: undefined },
    { ...UBUNTU_20, config_sha256: undefined },
    undefined,
  ],
  ['another build of the same release', DEBIAN_12, OTHER_ID, 'likely'],
  ['another build of the series', DEBIAN_12, { ...OTHER_ID, release: '6.1.0-57-cloud-amd64' }, 'likely'],
  ['another flavor', DEBIAN_12, { ...OTHER_ID, release: '6.1.0-57-amd64' }, undefined],
  ['the series of another distro', DEBIAN_12, { ...OTHER_ID, distro: 'ubuntu' }, undefined],
  ['another kernel', DEBIAN_12, UBUNTU_20, undefined],
])('%s', (_name, a, b, tier) => {
  const [first, second] = [a, b] as [typeof DEBIAN_12, typeof DEBIAN_12];
  expect(matchTier(first, second)).toBe(tier);
  expect(matchTier(second, first)).toBe(tier);
});
