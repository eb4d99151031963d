import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runIn } from './run-in.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fetch-userland-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test('each architecture whose shell cannot be had is named, and the JSON is whole', async () => {
  const closed = { DEBIAN: 'debian', DEBIAN_SECURITY: 'debian-security' };
  const mirrors = Object.entries(closed).map(([name, path]) => [
    `BPFCOMPAT_${name}_MIRROR`,
    `http://127.0.0.1:9/${path}`,
  ]);
  const env = { ...Object.fromEntries(mirrors), PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(cwd, 'store') };
  const { exitCode, out, err } = await runIn(cwd, ['kernels', 'fetch', '--userland', '--json'], false, env);
  expect(exitCode).toBe(1);
  const error = expect.stringContaining('127.0.0.1');
  expect(JSON.parse(out)).toEqual({
    kernels: [],
    userland: [
      { arch: 'x86_64', error },
      { arch: 'aarch64', error },
    ],
  });
  expect(err).toContain('bpfcompat: userland of aarch64: ');
});
