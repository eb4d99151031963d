import { describe, expect, test } from 'vitest';
import { readProfile } from '../../src/config/profile.ts';
import type { NamedPath } from '../../src/config/suite-paths.ts';

const HEAD = 'id: own\ndistro: local\nkernel_family: "6.18"\narch: x86_64\nkernel:\n';
const read = (lines: readonly string[], rules = {}) =>
  readProfile(
    { file: '/w/matrices/profiles/own.yaml', text: `${HEAD}${lines.map((line) => `  ${line}\n`).join('')}` },
    rules,
  );
const SHA = 'a'.repeat(64);

describe('blocks as they are read', () => {
  test('paths of files and layouts are relative to the profile, and are reported', () => {
    const paths: NamedPath[] = [];
    const onPath = (named: NamedPath): void => void paths.push(named);
    const file = read(['source: file', 'image: ../../k/bzImage', 'modules: m', 'config: c', `sha256: ${SHA}`], {
      onPath,
    });
    expect(file.kernel).toEqual({
      source: 'file',
      image: '/w/k/bzImage',
      modules: '/w/matrices/profiles/m',
      config: '/w/matrices/profiles/c',
      sha256: SHA,
    });
    expect(read(['source: oci', 'layout: ../../oci', 'tag: a'], { onPath }).kernel).toEqual({
      source: 'oci',
      layout: '/w/oci',
      tag: 'a',
    });
    expect(paths.map(({ key, path, use, origin }) => [key, path, use, origin.replace(/^.*own/, 'own')])).toEqual([
      ['kernel.image', '../../k/bzImage', 'read', 'own.yaml:7:10'],
      ['kernel.modules', 'm', 'read', 'own.yaml:8:12'],
      ['kernel.config', 'c', 'read', 'own.yaml:9:11'],
      ['kernel.layout', '../../oci', 'read', 'own.yaml:7:11'],
    ]);
  });

  test.each([
    ['ghcr.io/cilium/ci-kernels:6.12'],
    [`ghcr.io/siderolabs/kernel@sha256:${SHA}`],
    [`127.0.0.1:5000/a/b_c/d-e:v1.2@sha256:${SHA}`],
  ])('the image %s', (image) => {
    expect(read(['source: oci', `image: ${image}`]).kernel).toEqual({ source: 'oci', image });
  });
});

const URL_ = 'https://example.org/k';
describe('what is wrong is reported with file, line and what to do', () => {
  test.each([
    [['source: flie'], /own\.yaml:6:11: .*"flie".*file/],
    [['source: file'], /own\.yaml:6:3: .*image/],
    [['source: file', 'image: b', 'moduels: x'], /own\.yaml:8:3: .*"moduels".*did you mean "modules"/],
    [['source: file', 'image: b', 'sha256: abc'], /own\.yaml:8:11: .*64 hexadecimal digits/],
    [['source: file', 'image: ""'], /own\.yaml:7:10: .*path of a file/],
    [['source: oci'], /own\.yaml:6:3: kernel says nowhere where the image is; add image .* or layout/],
    [
      ['source: oci', 'image: ghcr.io/a/b:1', 'layout: x'],
      /own\.yaml:8:\d+: kernel\.layout and kernel\.image both say/,
    ],
    [['source: oci', 'image: ghcr.io/a/b:1', 'tag: x'], /own\.yaml:8:\d+: kernel\.tag goes with kernel\.layout/],
    [['source: oci', 'image: ci-kernels:6.12'], /own\.yaml:7:10: .*with its registry: HOST\/NAME:TAG/],
    [['source: oci', 'image: "ghcr.io/../x:1"'], /own\.yaml:7:10: .*with its registry/],
    [['source: oci', 'image: ghcr.io/a/b@sha256:12'], /own\.yaml:7:10: .*with its registry/],
    [['source: oci', 'imgae: ghcr.io/a/b:1'], /own\.yaml:7:3: .*"imgae".*did you mean "image"/],
    [['source: oci', 'layout: x', 'tag: "-x"'], /own\.yaml:8:8: .*must be a tag/],
    [['source: url'], /own\.yaml:6:3: kernel names no file; add image/],
    [['source: url', `image: ${URL_}`], /own\.yaml:7:\d+: nothing vouches for kernel\.image; add sha256, or signature/],
    [['source: url', 'image: ftp://x/y', `sha256: ${SHA}`], /own\.yaml:7:10: .*http:\/\/ or https:\/\//],
    [
      ['source: url', `image: ${URL_}`, `signature: ${URL_}.sig`],
      /own\.yaml:8:\d+: kernel\.signature needs kernel\.gpgkey/,
    ],
    [
      ['source: url', `image: ${URL_}`, `sha256: ${SHA}`, 'gpgkey: [K]'],
      /own\.yaml:9:\d+: kernel\.gpgkey signs nothing here/,
    ],
    [
      ['source: url', `image: ${URL_}`, `sha256: ${SHA}`, `modules: ${URL_}`],
      /own\.yaml:9:\d+: kernel\.modules needs kernel\.checksums/,
    ],
    [['source: url', 'packages: [a.deb]'], /own\.yaml:7:\d+: kernel\.packages are names among kernel\.checksums/],
    [['source: url', 'packages: [../a.deb]'], /own\.yaml:7:\d+: .*name of a \.deb/],
    [
      ['source: url', 'packages: [a.deb]', `image: ${URL_}`],
      /own\.yaml:7:\d+: kernel\.packages and kernel\.image both/,
    ],
    [
      ['source: url', 'packages: [a.deb]', `checksums: ${URL_}`],
      /own\.yaml:8:\d+: kernel\.checksums needs kernel\.gpgkey/,
    ],
    [
      ['source: url', 'packages: [a.deb]', `checksums: ${URL_}`, 'gpgkey: [K]', `config: ${URL_}`],
      /own\.yaml:10:\d+: kernel\.config goes with kernel\.image/,
    ],
    [
      ['source: url', 'packages: [a.deb]', `checksums: ${URL_}`, 'gpgkey: [K]', `sha256: ${SHA}`],
      /own\.yaml:10:\d+: kernel\.sha256 is that of kernel\.image/,
    ],
    [
      ['source: url', `image: ${URL_}`, `signature: ${URL_}`, 'gpgkey: [./mine.asc]'],
      /own\.yaml:9:\d+: kernel\.gpgkey ".\/mine\.asc" is a file; .*allowProfileOverride/,
    ],
    [['source: url', `image: ${URL_}`, `checksum: ${URL_}`], /own\.yaml:8:3: .*"checksum".*did you mean "checksums"/],
  ])('%j', (lines, words) => {
    expect(() => read(lines)).toThrow(words);
  });
});
