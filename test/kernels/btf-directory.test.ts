import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { btfDirectoryProblem, btfFileFor } from '../../src/kernels/btf-directory.ts';

// Names as archives of BTFHub have them.
const FILES = [
  'ubuntu/18.04/x86_64/4.15.0-212-generic.btf.tar.xz',
  'ubuntu/18.04/x86_64/4.15.0-213-generic.btf.tar.xz',
  'ubuntu/18.04/x86_64/5.4.0-42-generic.btf.tar.xz',
  'ubuntu/18.04/arm64/4.15.0-213-generic.btf.tar.xz',
  'ubuntu/20.04/x86_64/5.4.0-42-generic.btf.tar.xz',
  'amzn/2/x86_64/4.14.101-91.76.amzn2.x86_64.btf.tar.xz',
  'ol/8/x86_64/4.18.0-80.el8.x86_64.btf.tar.xz',
  'centos/8/x86_64/4.18.0-80.el8.x86_64.btf.tar.xz',
  'debian/10/x86_64/4.19.0-17-amd64.btf',
  'debian/10/x86_64/4.19.0-17-amd64.btf.tar.xz',
  'README.md',
];
const host = createHost({ env: {} });
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-btf-directory-'));
  for (const file of FILES) {
    mkdirSync(join(dir, dirname(file)), { recursive: true });
    writeFileSync(join(dir, file), file);
  }
  mkdirSync(join(dir, 'debian/10/x86_64/4.19.0-18-amd64.btf'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const find = async (distro: string, version: string, release: string, arch: 'x86_64' | 'aarch64' = 'x86_64') => {
  const found = await btfFileFor(host, dir, { distro, version, arch, release });
  return 'none' in found ? found.none : found.path.slice(dir.length + 1);
};

test.each([
  ['ubuntu', '18.04', '4.15.0-213-generic', FILES[1]],
  // The same release in two versions of a distribution are two builds.
  ['ubuntu', '18.04', '5.4.0-42-generic', FILES[2]],
  ['ubuntu', '20.04', '5.4.0-42-generic', FILES[4]],
  ['amazon-linux', '2', '4.14.101-91.76.amzn2.x86_64', FILES[5]],
  ['oracle', '8', '4.18.0-80.el8.x86_64', FILES[6]],
  ['debian', '10', '4.19.0-17-amd64', FILES[8]],
  ['local', '', '4.15.0-212-generic', FILES[0]],
])('%s %s %s is found', async (distro, version, release, file) => {
  expect(await find(distro, version, release)).toBe(file);
});

test('each architecture has files of its own', async () => {
  expect(await find('ubuntu', '18.04', '4.15.0-213-generic', 'aarch64')).toBe(FILES[3]);
});

test.each([
  ['ubuntu', '18.04', '4.15.0-211-generic', /no ubuntu\/18\.04\/x86_64\/4\.15\.0-211-generic\.btf .*4\.15\.0-21[23]/],
  // Rebuilt from the same source, and another build.
  ['rocky', '8', '4.18.0-80.el8.x86_64', /it has centos\/8\/.* and ol\/8\/.*of another kernel/],
  ['ubuntu', '22.04', '5.15.0-1-generic', /nothing for ubuntu 22\.04/],
  ['debian', '10', '4.19.0-18-amd64', /no debian\/10\/x86_64\/4\.19\.0-18-amd64\.btf/],
  // Which of the two it is cannot be known.
  ['local', '', '5.4.0-42-generic', /ubuntu\/18\.04.* and ubuntu\/20\.04/],
  // A guest of a disk image chooses its release itself.
  ['ubuntu', '18.04', '../18.04/x86_64/4.15.0-213-generic', /no file can have the name/],
  ['../..', '18.04', '4.15.0-213-generic', /of another kernel/],
])('%s %s %s has none, and the message says what there is', async (distro, version, release, words) => {
  expect(await find(distro, version, release)).toMatch(words);
});

test('a directory below the top of an archive is none', async () => {
  expect(await btfDirectoryProblem(host, dir)).toBeUndefined();
  expect(await btfDirectoryProblem(host, join(dir, 'ubuntu'))).toMatch(/name the directory above DISTRO/);
});
