import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** A directory with the example's object and source, as somebody's checkout has them. */
function checkout(name: string, inGit: boolean): string {
  const dir = join(scratch, name);
  mkdirSync(join(dir, EXAMPLE), { recursive: true });
  mkdirSync(join(dir, 'build'));
  copyFileSync(join(ROOT, EXAMPLE, 'simple_pass.bpf.c'), join(dir, EXAMPLE, 'simple_pass.bpf.c'));
  copyFileSync(OBJECT, join(dir, 'build/simple_pass.bpf.o'));
  const git = (...args: string[]): unknown => execFileSync('git', ['-C', dir, ...args], { stdio: 'ignore' });
  if (inGit) {
    git('init', '-q');
    git('add', EXAMPLE);
  }
  return join(dir, 'build/simple_pass.bpf.o');
}

async function sourcesOf(object: string) {
  const facts = readObject(readFileSync(object));
  if (!facts.ok) throw new Error('the example is no object');
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
