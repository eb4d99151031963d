import { expect, it } from 'vitest';
import { weightOf } from '../../src/model/weight.ts';

it('counts strings by their characters, twice where one of them is wide', () => {
  expect(weightOf('a'.repeat(1000))).toBeGreaterThanOrEqual(1000);
  expect(weightOf('a'.repeat(1000))).toBeLessThan(1100);
  expect(weightOf(`${'a'.repeat(999)}\u0101`)).toBeGreaterThanOrEqual(2000);
});

it('counts every value', () => {
  const many = Array.from({ length: 1000 }, () => ({ a: 1, b: [null, true] }));
  expect(weightOf(many)).toBeGreaterThan(1000 * 64);
  expect(weightOf(undefined)).toBeLessThan(100);
});
