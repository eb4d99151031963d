import { describe, expect, test } from 'vitest';
import {
  compareKernels,
  compareVersions,
  exactKernelNumber,
  inKernelRange,
  kernelNumber,
  kernelVersion,
  olderThan,
  parseKernelRange,
} from '../../src/model/kernel-range.ts';

test.each([
  ['5.10', [5, 10]],
  ['5.10.0-46-cloud-amd64', [5, 10]],
  ['v6.1', [6, 1]],
  ['6.12.117+deb12', [6, 12]],
  ['latest', undefined],
  ['5', undefined],
  ['', undefined],
  ['5.', undefined],
])('number of %j', (text, number) => {
  expect(kernelNumber(text)).toEqual(number);
});

test('a number and nothing behind it', () => {
  expect(exactKernelNumber('5.10')).toEqual([5, 10]);
  expect(exactKernelNumber('5.10.3')).toBeUndefined();
});

test('5.9 is older than 5.10', () => {
  expect(compareKernels([5, 9], [5, 10])).toBeLessThan(0);
  expect(compareKernels([6, 1], [5, 19])).toBeGreaterThan(0);
  expect(compareKernels([6, 1], [6, 1])).toBe(0);
});

test('versions as texts: an empty one is older than all', () => {
  expect(compareVersions('5.9', '5.10')).toBeLessThan(0);
  expect(compareVersions('', '3.18')).toBeLessThan(0);
  expect(compareVersions('6.1', '6.1')).toBe(0);
});

test.each([
  ['5.10.0-46-cloud-amd64', false],
  ['6.8.0-45-generic', false],
  ['5.14.0-427.el9.x86_64', true],
  ['6.1.112-122.189.amzn2023.x86_64', true],
  ['5.15.0-302.167.6.el9uek.x86_64', true],
  ['5.14.21-150500.55-default', true],
  ['6.11.4-301.fc41.x86_64', true],
])('%s: does its vendor carry features back? %s', (release, backports) => {
  expect(kernelVersion(release)?.backports).toBe(backports);
});

test('older than: never without both numbers', () => {
  expect(olderThan(kernelVersion('5.10.0-46-cloud-amd64'), '5.11')).toBe(true);
  expect(olderThan(kernelVersion('5.10.0-46-cloud-amd64'), '5.10')).toBe(false);
  expect(olderThan(kernelVersion('next'), '5.10')).toBe(false);
  expect(olderThan(kernelVersion('5.10.1'), undefined)).toBe(false);
  expect(olderThan(kernelVersion('5.10.1'), '')).toBe(false);
});

describe('ranges', () => {
  test.each([
    ['<5.8', ['5.4', '5.7'], ['5.8', '5.10', '6.1']],
    ['<=5.8', ['5.8'], ['5.9']],
    ['>5.8', ['5.9', '6.0'], ['5.8']],
    ['>= 5.10', ['5.10', '6.1'], ['5.9']],
    ['5.15', ['5.15'], ['5.14', '5.16']],
    ['=5.15', ['5.15'], ['5.16']],
    ['5.10-6.1', ['5.10', '5.15', '6.1'], ['5.9', '6.2']],
    ['>=5.10, <6.1', ['5.10', '6.0'], ['6.1']],
  ])('%s', (text, inside, outside) => {
    const range = parseKernelRange(text) ?? expect.fail('no range');
    const has = (kernel: string): boolean => inKernelRange(kernelNumber(kernel) ?? [0, 0], range);
    expect(inside.filter((kernel) => !has(kernel))).toEqual([]);
    expect(outside.filter(has)).toEqual([]);
  });

  test.each(['', '<', '5', '5.10.1', '<5.4-5.8', '=5.4-5.8', '5.4..5.8', 'old', '< x', '5.4-'])(
    '%j is none',
    (text) => {
      expect(parseKernelRange(text)).toBeUndefined();
    },
  );
});
