import { expect, test } from 'vitest';
import { longest } from '../../src/host/pace.ts';

const MINUTE = 60_000;
const MIB = 2 ** 20;

test.each([
  ['a list of packages', 4 * MIB, 4],
  ['a package of a kernel', 64 * MIB, 56],
  ['the largest package', 1024 * MIB, 90],
  ['the layers of an image', 4096 * MIB, 200],
])('%s is waited for a time that a job has', (_name, bytes, minutes) => {
  expect(longest(bytes)).toBeGreaterThan(0.9 * minutes * MINUTE - MINUTE);
  expect(longest(bytes)).toBeLessThanOrEqual(minutes * MINUTE);
});
