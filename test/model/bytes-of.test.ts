import { expect, it } from 'vitest';
import { bytesOf } from '../../src/model/bytes-of.ts';

it('counts strings by their characters, twice where one of them is wide', () => {
  expect(bytesOf('a'.repeat(1000))).toBeGreaterThanOrEqual(1000);
  expect(bytesOf('a'.repeat(1000))).toBeLessThan(1100);
  expect(bytesOf(`${'a'.repeat(999)}\u0101`)).toBeGreaterThanOrEqual(2000);
});

it('counts every value', () => {
  const many = Array.from({ length: 1000 }, () => ({ a: 1, b: [null, true] }));
  expect(bytesOf(many)).toBeGreaterThan(1000 * 64);
  expect(bytesOf(undefined)).toBeLessThan(100);
});
