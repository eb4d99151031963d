import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { filesOf } from '../../src/server/evidence.ts';

let workdir: string;
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(workdir, path)), { recursive: true });
  writeFileSync(join(workdir, path), text);
};
const names = async (ids: readonly string[], maxBytes?: number) =>
  (await filesOf(ids, { host: createHost({ env: {} }), settings: { workdir } }, maxBytes)).map(({ name }) => name);

beforeAll(() => {
  workdir = mkdtempSync(join(tmpdir(), 'bpfcompat-evidence-'));
  for (const id of ['a', 'b']) put(`runs/${id}/targets/k/serial.log`, '0123456789');
  put('runs/a/targets/k/command.json', '{}');
  put('targets/k/serial.log', 'x');
  mkdirSync(join(workdir, 'runs/c/targets'), { recursive: true });
  symlinkSync(join(workdir, 'runs/a/targets/k'), join(workdir, 'runs/c/targets/k'));
  symlinkSync(tmpdir(), join(workdir, 'runs/d'));
});
afterAll(() => rmSync(workdir, { recursive: true }));

test('what guests said is in it, as far as it lies in the run', async () => {
  expect(await names(['a', 'b', 'c', 'd', 'none'])).toEqual(['a/targets/k/serial.log', 'b/targets/k/serial.log']);
});

test('all runs of a suite together have one bound', async () => {
  expect(await names(['a', 'b'], 15)).toEqual(['a/targets/k/serial.log']);
});

test('a report that calls its run by a path adds nothing', async () => {
  expect(await names(['..', '../runs/a', '', '.'])).toEqual([]);
});
