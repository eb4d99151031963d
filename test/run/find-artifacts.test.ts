import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { findArtifacts, noFileName } from '../../src/run/find-artifacts.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'find-artifacts-')));
afterAll(() => rmSync(base, { recursive: true }));
const repo = join(base, 'repo');
mkdirSync(join(repo, 'build/sub'), { recursive: true });
mkdirSync(join(repo, '.git'));
mkdirSync(join(base, 'outside'));
for (const path of ['repo/build/a.bpf.o', 'repo/build/sub/b.bpf.o', 'repo/.git/c.bpf.o', 'outside/d.bpf.o'])
  writeFileSync(join(base, path), path);
symlinkSync('.', join(repo, 'build/loop'));
symlinkSync(join(base, 'outside'), join(repo, 'build/x'));
symlinkSync('/', join(repo, 'build/root'));
symlinkSync('build/a.bpf.o', join(repo, 'latest.bpf.o'));
symlinkSync('build/gone.bpf.o', join(repo, 'gone.bpf.o'));
symlinkSync('self.bpf.o', join(repo, 'build/self.bpf.o'));
symlinkSync('pong.bpf.o', join(repo, 'build/ping.bpf.o'));
symlinkSync('ping.bpf.o', join(repo, 'build/pong.bpf.o'));
symlinkSync(`${'n'.repeat(300)}.o`, join(repo, 'long.o'));
symlinkSync(join(base, 'outside/d.bpf.o'), join(repo, 'leak.bpf.o'));
symlinkSync('.git/c.bpf.o', join(repo, 'token.bpf.o'));

test('a name that is not UTF-8 is rejected: another file could stand for it', async () => {
  const dir = join(base, 'bytes');
  mkdirSync(dir);
  writeFileSync(Buffer.concat([Buffer.from(`${dir}/a`), Buffer.from([0xff]), Buffer.from('.bpf.o')]), 'fails');
  writeFileSync(join(dir, 'a\ufffd.bpf.o'), 'passes');
  const find = (word: string) => findArtifacts(createHost({ env: {} }), dir, [word]);
  await expect(find('*.bpf.o')).rejects.toThrow(/is not UTF-8 .* rename it$/);
  await expect(find('a\ufffd.bpf.o')).rejects.toThrow(/is not UTF-8 .* rename it$/);
});

test('a file that is called like a pattern takes the place of none that match it', async () => {
  const dir = join(base, 'decoy');
  mkdirSync(dir);
  for (const name of ['*.bpf.o', 'conn.bpf.o', 'a[1].bpf.o']) writeFileSync(join(dir, name), name);
  const find = (word: string) => findArtifacts(createHost({ env: {} }), dir, [word]);
  expect(await find('*.bpf.o')).toEqual(['*.bpf.o', 'a[1].bpf.o', 'conn.bpf.o'].map((name) => join(dir, name)));
  expect(await find('a[1].bpf.o')).toEqual([join(dir, 'a[1].bpf.o')]);
});

test('a file that is called like an image takes the place of none', async () => {
  const dir = join(base, 'registry');
  const files = [
    'localhost:5000/x/probe:v1',
    'oci:/localhost:5000/x/probe:v1',
    'build.dir/agent',
    'ghcr.io/x/probe:v1',
  ];
  for (const path of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), path);
  }
  const find = (word: string) => findArtifacts(createHost({ env: {} }), dir, [word]);
  for (const word of ['localhost:5000/x/probe:v1', 'ghcr.io/x/probe:v1']) {
    await expect(find(word)).rejects.toThrow(
      /there is a file of that name, and it is the name of an image, too; write/,
    );
    expect(await find(`./${word}`)).toEqual([join(dir, word)]);
    expect(await find(`oci://${word}`)).toEqual([`oci://${word}`]);
  }
  expect(await find('ghcr.io/x/probe:v2')).toEqual(['oci://ghcr.io/x/probe:v2']);
  // No tag says that it is an image: a file that is there is meant.
  expect(await find('build.dir/agent')).toEqual([join(dir, 'build.dir/agent')]);
  for (const inside of ['[main._Bytes]', '[fs:conn.bpf.o]', '@0x2020']) {
    expect(await find(`build.dir/agent${inside}`)).toEqual([join(dir, `build.dir/agent${inside}`)]);
    expect(await find(`build.dir/other${inside}`)).toEqual([`oci://build.dir/other${inside}`]);
    expect(await find(`ghcr.io/x/probe:v1${inside}`)).toEqual([`oci://ghcr.io/x/probe:v1${inside}`]);
  }
});

test('a directory stands for all objects in it, and none is an error', async () => {
  const dir = join(base, 'tree');
  mkdirSync(join(dir, 'a[1]/deep'), { recursive: true });
  // As evidence has it: a directory that is called like an object.
  mkdirSync(join(dir, 'a[1]/old.bpf.o'));
  mkdirSync(join(dir, 'empty'));
  for (const name of ['a[1]/x.bpf.o', 'a[1]/deep/y.bpf.o', 'a[1]/z.o', 'a[1]/old.bpf.o/log'])
    writeFileSync(join(dir, name), name);
  const find = (word: string) => findArtifacts(createHost({ env: {} }), dir, [word]);
  expect(await find('a[1]')).toEqual([join(dir, 'a[1]/deep/y.bpf.o'), join(dir, 'a[1]/x.bpf.o')]);
  expect(await find('.')).toEqual([join(dir, 'a[1]/deep/y.bpf.o'), join(dir, 'a[1]/x.bpf.o')]);
  // What it is, is reported where it is read.
  mkdirSync(join(dir, 'image'));
  writeFileSync(join(dir, 'image/oci-layout'), '{}');
  expect(await find('image')).toEqual([join(dir, 'image')]);
  await expect(find('empty')).rejects.toThrow(
    /artifacts empty: no file is called \*\*\/\*\.bpf\.o below .*empty; build/,
  );
});

describe('links', () => {
  const find = (...words: string[]) => findArtifacts(createHost({ env: {} }), repo, words);
  const at = (path: string) => join(repo, path);

  test('a pattern goes through no link to a directory, and has one file once', async () => {
    const circles = ['ping', 'pong', 'self'].map((name) => at(`build/${name}.bpf.o`));
    expect(await find('build/**/*.bpf.o')).toEqual([at('build/a.bpf.o'), ...circles, at('build/sub/b.bpf.o')]);
    expect(await find('latest*', 'build/a*.o')).toEqual([at('latest.bpf.o')]);
    expect(await find('latest.bpf.o')).toEqual([at('latest.bpf.o')]);
  });

  test('what cannot be read is not passed over: the object that the build did not make is missing from no check', async () => {
    expect(await find('gone*.o')).toEqual([at('gone.bpf.o')]);
    execFileSync('mkfifo', [at('build/sub/pipe.bpf.o')]);
    expect(await find('build/sub')).toEqual([at('build/sub/b.bpf.o'), at('build/sub/pipe.bpf.o')]);
    rmSync(at('build/sub/pipe.bpf.o'));
  });

  test.each([
    ['leak.bpf.o', /^artifacts leak\.bpf\.o: it is a link to .*outside\/d\.bpf\.o, outside of .*repo; name that place/],
    ['leak*', /^artifacts leak\*: .*leak\.bpf\.o: it is a link to .*outside\/d\.bpf\.o, outside of/],
    ['build/x/d.bpf.o', /is a link to .*outside\/d\.bpf\.o, outside of/],
    ['build/x/*.bpf.o', /is a link to .*outside\/d\.bpf\.o, outside of/],
    ['token.bpf.o', /is a link to .*, in \.git; name that place itself/],
  ])('%s leads out of the repository', async (word, message) => {
    await expect(find(word)).rejects.toThrow(message);
  });

  test('a link that leads to itself, or is too long to follow, is for the reader to report', async () => {
    expect(await find('build/s*.bpf.o')).toEqual([at('build/self.bpf.o')]);
    await expect(find('build/self.bpf.o/*.o')).rejects.toThrow(/no file matches this pattern/);
    expect(await find('build/self.bpf.o')).toEqual([at('build/self.bpf.o')]);
    expect(await find('long*.o')).toEqual([at('long.o')]);
    const tooLong = `${'n'.repeat(300)}.o`;
    expect(await find(tooLong)).toEqual([at(tooLong)]);
  });

  test('what the user names outside is taken', async () => {
    for (const word of ['../outside/d.bpf.o', '../outside/*.o', join(base, 'outside/d.bpf.o'), '../outside/d*'])
      expect(await find(word)).toEqual([join(base, 'outside/d.bpf.o')]);
    expect(await find('.git/c.bpf.o')).toEqual([at('.git/c.bpf.o')]);
  });

  test('a search ends when the run is cancelled', async () => {
    const aborted = findArtifacts(createHost({ env: {} }), repo, ['**/*.o'], undefined, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ name: 'CancelledError' });
  });
});

test.each([
  ['https://example.com/a.bpf.o', 'fetch it first'],
  ['s3://bucket/a.bpf.o', 'fetch it first'],
  ['ghcr.io/owner/repo:v1', 'fetch it first'],
  ['ghcr.io/owner/repo', 'fetch it first'],
  ['ghcr.io/owner/repo@sha256:0123', 'fetch it first'],
  ['localhost:5000/repo', 'fetch it first'],
  ['owner/repo:v1', 'fetch it first'],
  ['oci:layout:v1', 'fetch it first'],
  ['docker-archive:image.tar', 'fetch it first'],
  ['a.bpf.o,b.bpf.o', 'no commas'],
  ['- build/a.bpf.o', 'the path alone'],
  ['# build/a.bpf.o', 'the path alone'],
  ['"build/a.bpf.o"', 'the path alone'],
])('%s is not a path of an object', (word, why) => {
  expect(String(noFileName(word))).toContain(why);
});

test.each([
  'a.o',
  './x/a.bpf.o',
  'build/{a,b}.bpf.o',
  'v1.2/a.bpf.o',
  '../x:y/a.o',
  'build/conn',
  'a:b',
  'build.d/conn',
])('%s may be one', (word) => {
  expect(noFileName(word)).toBeUndefined();
});
