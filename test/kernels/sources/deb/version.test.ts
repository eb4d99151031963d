import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../../../src/kernels/sources/deb/version.ts';

const ORDERED = [
  '0~~',
  '0~',
  '0',
  '1.0~rc1-1',
  '1.0-1',
  '1.0-1+b1',
  '1.0-1.1',
  '1.0a-1',
  '1.0+x-1',
  '1.0.1-1',
  '6.1.170-3',
  '6.1.172-1',
  '6.1.192-1',
  '6.1.192-2',
  '6.12.90-1~bpo12+1',
  '6.12.90-1~deb12u1',
  '6.12.90-1',
  '6.12.90-2~bpo12+1',
  '6.12.117-1~deb12u1',
  '7.3.4-1~bpo13+1',
  '7.3.4-1',
  '7.10-1',
  '1:0.1-1',
];

describe('compareVersions', () => {
  test('orders what Debian orders', () => {
    for (const [i, left] of ORDERED.entries()) {
      for (const [j, right] of ORDERED.entries()) {
        expect(Math.sign(compareVersions(left, right)), `${left} and ${right}`).toBe(Math.sign(i - j));
      }
    }
  });

  test('leading zeros and a missing revision make no difference', () => {
    expect(compareVersions('1.01-1', '1.1-1')).toBe(0);
    expect(compareVersions('1.0-0', '1.0')).toBe(0);
    expect(compareVersions('0:1.0', '1.0')).toBe(0);
  });

  test('says the same as dpkg', () => {
    for (const [i, left] of ORDERED.entries()) {
      const right = ORDERED[(i * 7 + 3) % ORDERED.length] ?? left;
      const operator = compareVersions(left, right) < 0 ? 'lt' : compareVersions(left, right) > 0 ? 'gt' : 'eq';
      execFileSync('dpkg', ['--compare-versions', left, operator, right]);
    }
  });
});
