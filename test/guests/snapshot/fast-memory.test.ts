import { existsSync, mkdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fastMemory } from '../../../src/guests/snapshot/fast-memory.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { directoryPrefix } from '../../../src/host/leftovers.ts';

const host = createHost({ env: {} });
/** Higher than any process number of Linux. */
const NOBODY = 2 ** 22 + 1;
const PREFIX = `/dev/shm/${directoryPrefix('bpfcompat-ram-')}`;
const leftover = `${PREFIX.replace(`-${process.pid}-`, `-${NOBODY}-`)}abcdef`;
/** Of a container that shares the memory: its processes are not seen from here. */
const elsewhere = leftover.replace(/ram-\d+/, 'ram-1');
let ours: string;

beforeAll(async () => {
  ours = await mkdtemp(PREFIX);
});
afterAll(async () => {
  for (const path of [ours, elsewhere]) await rm(path, { recursive: true, force: true });
});

test('is a private directory that is gone afterwards', async () => {
  let path: string;
  {
    await using memory = await fastMemory(host, 4096, '/otherwise');
    path = memory.path;
    expect(path).toMatch(/^\/dev\/shm\//);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(existsSync(path)).toBe(false);
});

test('removes what a killed process left, and nothing of one that lives', async () => {
  mkdirSync(leftover);
  mkdirSync(elsewhere);
  await using _memory = await fastMemory(host, 4096, '/otherwise');
  expect(existsSync(leftover)).toBe(false);
  expect([ours, elsewhere].filter((path) => existsSync(path))).toEqual([ours, elsewhere]);
});

test('is the other directory where there is no room, and leaves that alone', async () => {
  {
    await using memory = await fastMemory(host, Number.MAX_SAFE_INTEGER, ours);
    expect(memory.path).toBe(ours);
  }
  expect(existsSync(ours)).toBe(true);
});
