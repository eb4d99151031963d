import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { openBundle } from '../../src/kernels/module-bundle.ts';

const host = createHost({ env: {} });
let dir: TempDir;
beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-bundle-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

const pathOf = (nth: number): string => join(dir.path, 'root', String(nth % 7), `module_${nth}.ko`);
/** No two alike, and together more than is held back before it is written. */
const contentOf = (nth: number): Buffer => Buffer.alloc(10_000 + nth, `module ${nth} `);

test('modules come out as they went in, and only those that are requested become files', async () => {
  const bundle = openBundle(host, join(dir.path, 'bundle'));
  for (let nth = 0; nth < 1000; nth++) await bundle.add(pathOf(nth), contentOf(nth));
  expect(readdirSync(dir.path)).toEqual(['bundle']);
  const wanted = [999, 0, 500, 998, 1];
  for (const nth of wanted) await bundle.place(pathOf(nth));
  for (const nth of wanted) expect(readFileSync(pathOf(nth)).equals(contentOf(nth))).toBe(true);
  const files = readdirSync(join(dir.path, 'root'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((name) => name.endsWith('.ko'))).toHaveLength(wanted.length);
});

test('what is added after something was placed is there as well, the last of one path counts', async () => {
  const bundle = openBundle(host, join(dir.path, 'below', 'bundle'));
  await bundle.add(pathOf(1), Buffer.from('old'));
  await bundle.place(pathOf(1));
  await bundle.add(pathOf(1), Buffer.from('newer'));
  await bundle.add(pathOf(2), Buffer.alloc(0));
  await bundle.place(pathOf(1));
  await bundle.place(pathOf(2));
  expect(readFileSync(pathOf(1), 'utf8')).toBe('newer');
  expect(readFileSync(pathOf(2))).toHaveLength(0);
});

test('a path that was never added is left alone', async () => {
  const bundle = openBundle(host, join(dir.path, 'bundle'));
  await bundle.place(pathOf(3));
  expect(existsSync(pathOf(3))).toBe(false);
});

test('a bundle that became shorter is no module', async () => {
  const bundle = openBundle(host, join(dir.path, 'bundle'));
  await bundle.add(pathOf(1), Buffer.from('one'));
  await bundle.place(pathOf(1));
  truncateSync(join(dir.path, 'bundle'), 1);
  await expect(bundle.place(pathOf(1))).rejects.toThrow(/was changed while it was in use/);
});
