import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { evictTemplates, touchTemplate } from '../../../src/guests/snapshot/evict.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { TempDir } from '../../../src/host/host.ts';

const MB = 1024 * 1024;
const host = createHost({ env: {} });
let root: TempDir;

beforeEach(async () => {
  root = await host.files.tempDir('bpfcompat-evict-test-');
});
afterEach(() => root[Symbol.asyncDispose]());

const at = (name: string): string => join(root.path, name);

/** A template of one megabyte that was last used `age` seconds ago. */
async function template(name: string, age: number): Promise<string> {
  const dir = at(name);
  await mkdir(dir);
  await writeFile(join(dir, 'ram'), Buffer.alloc(MB, 1));
  await touchTemplate(host, dir);
  const used = Date.now() / 1000 - age;
  await utimes(join(dir, 'used'), used, used);
  return dir;
}

const left = async (): Promise<string[]> => (await host.files.list(root.path)).sort();

it('removes nothing within the bound', async () => {
  await template('a', 10);
  await template('b', 20);
  await evictTemplates(host, root.path, 3 * MB, at('a'));
  expect(await left()).toEqual(['a', 'b']);
});

it('removes what was not used for longest, and no more than needed', async () => {
  for (const [name, age] of [
    ['new', 1],
    ['oldest', 40],
    ['old', 30],
    ['newer', 2],
  ] as const)
    await template(name, age);
  await evictTemplates(host, root.path, 2.5 * MB, at('new'));
  expect(await left()).toEqual(['new', 'newer']);
});

it('counts a use, not the age', async () => {
  await template('first', 40);
  await template('second', 30);
  await touchTemplate(host, at('first'));
  await evictTemplates(host, root.path, 1.5 * MB, at('first'));
  expect(await left()).toEqual(['first']);
});

it('keeps the one that was just made, however small the bound', async () => {
  await template('made', 50);
  await template('other', 1);
  await evictTemplates(host, root.path, 0, at('made'));
  expect(await left()).toEqual(['made']);
});

it('counts what a sparse file takes, not how long it is', async () => {
  for (const name of ['a', 'b']) {
    await mkdir(at(name));
    await host.files.createSparse(join(at(name), 'ram'), 256 * MB, 0o600);
  }
  await evictTemplates(host, root.path, MB, at('a'));
  expect(await left()).toEqual(['a', 'b']);
});

it('counts a template that was never finished, and leaves alone what is none', async () => {
  await mkdir(at('half'));
  await writeFile(join(at('half'), 'ram'), Buffer.alloc(MB, 1));
  await utimes(join(at('half'), 'ram'), 1, 1);
  await mkdir(at('empty'));
  await template('good', 1);
  await evictTemplates(host, root.path, 1.5 * MB, at('good'));
  expect(await left()).toEqual(['empty', 'good']);
});
