import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { readObject } from '../../src/object/read-object.ts';
import { readSources } from '../../src/run/read-sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = 'examples/simple-pass';
const OBJECT = join(ROOT, EXAMPLE, 'simple_pass.bpf.o');
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-sources-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

function git(dir: string, ...args: string[]): string {
  const words = ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args];
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** A directory with the example's object and source, as somebody's checkout has them. */
function checkout(name: string, inGit: boolean): string {
  const dir = join(scratch, name);
  mkdirSync(join(dir, EXAMPLE), { recursive: true });
  mkdirSync(join(dir, 'build'));
  copyFileSync(join(ROOT, EXAMPLE, 'simple_pass.bpf.c'), join(dir, EXAMPLE, 'simple_pass.bpf.c'));
  copyFileSync(OBJECT, join(dir, 'build/simple_pass.bpf.o'));
  if (inGit) {
    git(dir, 'init', '-q');
    git(dir, 'add', EXAMPLE);
  }
  return join(dir, 'build/simple_pass.bpf.o');
}

async function sourcesOf(object: string) {
  const facts = readObject(readFileSync(object));
  if (!facts.ok) throw new Error('the example is not an object');
  return readSources(createHost({ env: process.env }), object, facts);
}

test('the sources of an object that lies in a git work tree are found', async () => {
  const sources = [...(await sourcesOf(checkout('ours', true))).values()];
  expect(sources.map(({ path }) => path)).toEqual([`${EXAMPLE}/simple_pass.bpf.c`]);
  expect(sources[0]?.lines.join('\n')).toBe(readFileSync(join(ROOT, EXAMPLE, 'simple_pass.bpf.c'), 'utf8'));
});

test('elsewhere there are none', async () => {
  expect((await sourcesOf(checkout('plain', false))).size).toBe(0);
});

/**
 * What git takes for a repository, with an index that is not whole and the missing part at a remote.
 * @param marker is made by whoever runs what the settings call the remote
 */
function hostileRepository(dir: string, worktree: string, marker: string): void {
  const from = join(scratch, 'hostile');
  if (!existsSync(from)) {
    for (const part of ['a', 'b/c']) {
      mkdirSync(join(from, part), { recursive: true });
      copyFileSync(OBJECT, join(from, part, 'file'));
    }
    git(from, 'init', '-q');
    git(from, 'add', '.');
    git(from, 'commit', '-qm', 'x');
    git(from, 'sparse-checkout', 'init', '--cone', '--sparse-index');
    git(from, 'sparse-checkout', 'set', 'a');
  }
  const tree = git(from, 'rev-parse', 'HEAD:b');
  for (const part of ['HEAD', 'index', 'objects', 'refs', 'info', 'config', 'config.worktree']) {
    cpSync(join(from, '.git', part), join(dir, part), { recursive: true });
  }
  rmSync(join(dir, 'objects', tree.slice(0, 2), tree.slice(2)));
  const settings = [
    ['core.bare', 'false'],
    ['core.worktree', worktree],
    ['core.repositoryformatversion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', dir],
    ['remote.origin.uploadpack', `touch ${marker}; false`],
    ['protocol.file.allow', 'always'],
  ] as const;
  for (const [key, value] of settings) git(scratch, 'config', '--file', join(dir, 'config'), key, value);
}

test('a committed directory that git takes for a repository runs nothing', async () => {
  const object = checkout('nested', true);
  const marker = join(scratch, 'ran-nested');
  hostileRepository(join(object, '..'), '.', marker);
  expect((await sourcesOf(object)).size).toBe(1);
  expect(existsSync(marker)).toBe(false);
});

test('nor do the settings of a repository that somebody unpacked', async () => {
  const object = checkout('unpacked', false);
  const marker = join(scratch, 'ran-unpacked');
  hostileRepository(join(object, '../../.git'), join(object, '../..'), marker);
  expect((await sourcesOf(object)).size).toBe(0);
  expect(existsSync(marker)).toBe(false);
});
