import { describe, expect, test } from 'vitest';
import {
  choosePackage,
  kernelParts,
  literalPrefix,
  nameMatches,
  satisfy,
} from '../../../../src/kernels/sources/deb/choose.ts';
import { type DebPackage, parseDepends, parsePackages } from '../../../../src/kernels/sources/deb/control.ts';
import type { DebKernelSource } from '../../../../src/model/kernel.ts';

const deb = (name: string, version: string, depends = ''): DebPackage => ({
  name,
  version,
  arch: 'amd64',
  size: 1,
  installedBytes: 1,
  sha256: '0'.repeat(64),
  depends: parseDepends(depends),
  path: '',
  pinned: false,
});
const source = (pattern: string, version?: string): DebKernelSource => ({
  source: 'deb',
  archive: 'debian',
  suite: 'test',
  package: pattern,
  ...(version === undefined ? {} : { version }),
});

describe('nameMatches', () => {
  test.each([
    ['linux-image-6.1.0-*-cloud-amd64', 'linux-image-6.1.0-56-cloud-amd64', true],
    ['linux-image-6.1.0-*-cloud-amd64', 'linux-image-6.1.0-56-cloud-amd64-dbg', false],
    ['linux-image-6.1.0-*', 'linux-image-6.1.0-56-cloud-amd64-dbg', false],
    ['linux-image-6.1.0-*', 'linux-image-6.1.0-56-amd64-unsigned', false],
    ['linux-image-6.1.0-*-amd64', 'linux-image-6.1.0-56-rt-amd64', false],
    ['linux-image-6.1.0-*-rt-amd64', 'linux-image-6.1.0-56-rt-amd64', true],
    ['linux-image-6.1.0-*-amd64', 'linux-image-6.1.0-56-amd64', true],
    ['linux-image-6.1.0-*-amd64', 'linux-image-6.1.0-56-cloud-amd64', false],
    ['linux-image-6.8.0-*-generic', 'linux-image-unsigned-6.8.0-52-generic', false],
    ['linux-image-6.12.*+deb13*-cloud-amd64', 'linux-image-6.12.90+deb13.1-cloud-amd64', true],
    ['linux-image-6.12.*+deb13*-cloud-amd64', 'linux-image-6.12.90+deb12-cloud-amd64', false],
    ['linux-image-6x1', 'linux-image-6.1', false],
    ['linux-image-6.1', 'linux-image-6x1', false],
    ['linux-image-6.?', 'linux-image-6.1', true],
    ['linux-image-6.1', 'linux-image-6.1-more', false],
    ['linux-*-6.1-*d64', 'linux-image-6.1-x-amd64', true],
    ['linux-*6.1', 'linux-6.1-6.1', true],
    ['linux-6*', 'linux-6', true],
    ['linux-6?', 'linux-6', false],
    ['linux-*', '-linux', false],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(nameMatches(pattern, name)).toBe(matches);
  });

  test('many wildcards take no time', () => {
    const started = performance.now();
    expect(nameMatches(`l${'*'.repeat(40)}x`, `l${'i'.repeat(60)}`)).toBe(false);
    expect(nameMatches(`l${'*a'.repeat(40)}x`, `l${'a'.repeat(200)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('the search prefix ends before the first wildcard', () => {
    expect(literalPrefix('linux-image-6.1?-*')).toBe('linux-image-6.1');
    expect(literalPrefix('linux-image-6.1')).toBe('linux-image-6.1');
  });
});

describe('choosePackage', () => {
  const offered = [deb('linux-image-6.1.9', '6.1.9-1'), deb('linux-image-6.1.10', '6.1.10-1'), deb('other', '9')];

  test('the newest version wins, across names', () => {
    expect(choosePackage(source('linux-image-6.1.*'), offered).version).toBe('6.1.10-1');
  });

  test('an exact version is that one', () => {
    expect(choosePackage(source('linux-image-6.1.*', '6.1.9-1'), offered).name).toBe('linux-image-6.1.9');
  });

  test('nothing fitting names what there is', () => {
    expect(() => choosePackage(source('linux-image-6.1.*', '6.1.8-1'), offered)).toThrow(
      expect.objectContaining({ code: 'package_not_found', message: expect.stringContaining('6.1.10-1') }),
    );
    expect(() => choosePackage(source('linux-image-9.*'), [])).toThrow(/nothing there begins like that/);
  });
});

describe('dependencies', () => {
  test('only those that carry the kernel are followed', () => {
    const image = deb(
      'linux-image-7.3.4+deb13-cloud-amd64',
      '7.3.4-1',
      'dracut | initramfs-tools (>= 0.1) | linux-initramfs-tool, linux-base (>= 4.17~), ' +
        'linux-base-7.3.4+deb13-cloud-amd64 (= 7.3.4-1), linux-modules-7.3.4+deb13-cloud-amd64:amd64 (= 7.3.4-1)',
    );
    expect(kernelParts(image)).toEqual([
      { name: 'linux-base-7.3.4+deb13-cloud-amd64', exactly: '7.3.4-1' },
      { name: 'linux-modules-7.3.4+deb13-cloud-amd64', exactly: '7.3.4-1' },
    ]);
  });

  test('an exact constraint is kept, an open one takes the newest', () => {
    const offered = [deb('a', '1'), deb('a', '2'), deb('b', '3')];
    expect(satisfy({ name: 'a', exactly: '1' }, offered)?.version).toBe('1');
    expect(satisfy({ name: 'a', exactly: undefined }, offered)?.version).toBe('2');
    expect(satisfy({ name: 'a', exactly: '3' }, offered)).toBeUndefined();
  });
});

describe('parsePackages', () => {
  test('reads stanzas, continuation lines included', () => {
    const text =
      'Package: a\nVersion: 1\nArchitecture: all\nDepends: x,\n y (= 2)\nSize: 10\nInstalled-Size: 2\n' +
      `SHA256: ${'A'.repeat(64)}\nDescription: one\n two\n\nPackage: b\nVersion: 2\nSHA256: ${'b'.repeat(64)}\n`;
    const [a, b] = parsePackages(text);
    expect(a).toMatchObject({ name: 'a', size: 10, installedBytes: 2048, sha256: 'a'.repeat(64), arch: 'all' });
    expect(a?.depends).toEqual([
      { name: 'x', exactly: undefined },
      { name: 'y', exactly: '2' },
    ]);
    expect(b).toMatchObject({ name: 'b', size: 0, depends: [] });
  });

  test('a stanza that cannot be verified is left out', () => {
    expect(parsePackages('Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\nSHA256: short\n')).toEqual([]);
  });
});
