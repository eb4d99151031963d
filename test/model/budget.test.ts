import { expect, test } from 'vitest';
import { insnLimit } from '../../src/model/budget.ts';

test.each([
  ['4.4.0-21-generic', 32_768],
  ['4.9.0', 65_536],
  ['4.14.35', 98_304],
  ['4.19.0-26-amd64', 131_072],
  ['5.1.21', 131_072],
  ['5.2.0', 1_000_000],
  ['5.10.0-46-cloud-amd64', 1_000_000],
  ['7.3.4+deb13-cloud-amd64', 1_000_000],
])('the verifier of %s stops at %i', (release, limit) => {
  expect(insnLimit(release)).toBe(limit);
});

test.each(['4.18.0-553.el8_10.x86_64', '4.14.355-276.amzn2.x86_64', 'odd', ''])('it is not known for %j', (release) => {
  expect(insnLimit(release)).toBeUndefined();
});
