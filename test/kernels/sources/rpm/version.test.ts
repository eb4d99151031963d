import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareEvr,
  compareRpmVersions,
  evrText,
  isVersion,
  parseEvr,
} from '../../../../src/kernels/sources/rpm/version.ts';

describe('versions', () => {
  test.each([
    ['5.14.0', '5.14.0', 0],
    ['427.13.1.el9_4', '427.9.1.el9_4', 1],
    ['1.0', '1.0.1', -1],
    ['1.0~rc1', '1.0', -1],
    ['1.0^git1', '1.0', 1],
    ['1.0^git1', '1.0.1', -1],
    ['1.0~rc1^git1', '1.0~rc1', 1],
    ['6.12.0-rc7', '6.12.0', 1],
    ['2.0', '2_0', 0],
    ['2.001', '2.1', 0],
    ['a', '1', -1],
    ['1a', '1', 1],
    ['99999999999999999999999', '100000000000000000000000', -1],
    ['', '', 0],
  ])('%s and %s', (a, b, order) => {
    expect(Math.sign(compareRpmVersions(a, b))).toBe(order);
    expect(Math.sign(compareRpmVersions(b, a))).toBe(order === 0 ? 0 : -order);
  });

  test('are ordered as rpm orders them', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0129aZ.~^_+'), minLength: 1, maxLength: 10 });
    const pairs = fc.sample(fc.tuple(text, text), { numRuns: 400, seed: 14 });
    const similar = pairs.flatMap(([a, b]): [string, string][] => [
      [a, b],
      [`${a}.1`, `${a}~${b}`],
      [`${a}^${b}`, `${a}.${b}`],
    ]);
    const program = similar.map(([a, b]) => `print(rpm.vercmp("${a}", "${b}") .. " ")`).join('\n');
    const said = execFileSync('rpm', ['--eval', `%{lua:${program}}`], { encoding: 'utf8' });
    const ours = similar.map(([a, b]) => Math.sign(compareRpmVersions(a, b)));
    expect(ours).toEqual(said.trim().split(/\s+/).map(Number));
  });

  test('epoch before version before release', () => {
    const evr = (epoch: number, version: string, release: string) => ({ epoch, version, release });
    expect(compareEvr(evr(1, '1', '1'), evr(0, '2', '1'))).toBeGreaterThan(0);
    expect(compareEvr(evr(0, '2', '1'), evr(0, '1', '9'))).toBeGreaterThan(0);
    expect(compareEvr(evr(0, '1', '1.el9'), evr(0, '1', '1.el9_1'))).toBeLessThan(0);
    expect(evrText(evr(2, '1', '3'))).toBe('2:1-3');
    for (const one of [evr(2, '1', '3.el9'), evr(0, '5.14.0', '1.el9_4')]) expect(parseEvr(evrText(one))).toEqual(one);
  });

  test.each([
    ['5.14.0', true],
    ['5.14.0-1.el9', true],
    ['1:5.14.0-1.el9', true],
    ['0:5.14.0', false],
    ['5.14', false],
    ['5.14.0-1', false],
  ])('%s names the build: %s', (expected, is) => {
    expect(isVersion(expected, { epoch: 1, version: '5.14.0', release: '1.el9' })).toBe(is);
  });
});
