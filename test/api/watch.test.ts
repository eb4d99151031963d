import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancelledError, watch } from '../../src/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-watch-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what is not there yet is said before it is waited for', async () => {
  writeFileSync(join(dir, 'empty.bpf.o'), '');
  const stop = new AbortController();
  const said: string[] = [];
  const watching = watch({
    artifacts: ['a.bpf.o', 'empty.bpf.o'],
    kernels: ['debian-12-6.1'],
    offline: true,
    cwd: dir,
    env: { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(dir, 'store') },
    signal: stop.signal,
    onResult: () => said.push('a result'),
    onIdle: (problem) => {
      said.push(String(problem));
      stop.abort();
    },
  });
  await expect(watching).rejects.toBeInstanceOf(CancelledError);
  expect(said).toEqual([`${dir}/a.bpf.o, ${dir}/empty.bpf.o: no such file, or an empty one; waiting for it`]);
});
