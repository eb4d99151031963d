import { expect, test } from 'vitest';
import { FAMILIES, FINDING_CODES } from '../../src/findings/findings.ts';

test('a code is in one family alone', () => {
  const all = FAMILIES.flatMap((family) => Object.keys(family));
  expect(all).toHaveLength(new Set(all).size);
  expect(all.toSorted()).toEqual(FINDING_CODES.toSorted());
});
