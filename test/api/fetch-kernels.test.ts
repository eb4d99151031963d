import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetchKernels } from '../../src/api/kernels.ts';
import { serveFiles } from '../fakes/file-server.ts';

const COUNT = 6;
const AT_A_TIME = 4;

test('some kernels are fetched at a time and no more, and one that fails does not stop the others', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-fetch-'));
  await using server = await serveFiles(join(cwd, 'nothing'));
  // A request for the index of a suite waits until as many are waiting as may.
  let waiting: (() => void)[] = [];
  let most = 0;
  server.intercept = (path, response) => {
    if (!path.endsWith('/InRelease')) return false;
    waiting.push(() => response.writeHead(404).end());
    most = Math.max(most, waiting.length);
    const outcome = (): void => {
      const all = waiting;
      waiting = [];
      for (const one of all) one();
    };
    if (waiting.length >= AT_A_TIME) setTimeout(outcome, 500);
    else if (waiting.length === 1) setTimeout(outcome, 10_000);
    return true;
  };
  mkdirSync(join(cwd, 'vm/profiles'), { recursive: true });
  const ids = Array.from({ length: COUNT }, (_, i) => `k${i}-6.1`);
  for (const [i, id] of ids.entries()) {
    const kernel = `{source: deb, archive: debian, suite: suite${i}, package: linux-x}`;
    const text = `id: ${id}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nkernel: ${kernel}\n`;
    writeFileSync(join(cwd, `vm/profiles/${id}.yaml`), text);
  }
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: cwd,
    BPFCOMPAT_CACHE_DIR: join(cwd, 'cache'),
    BPFCOMPAT_DEBIAN_MIRROR: server.url,
  };
  try {
    const begun: string[] = [];
    const ended: string[] = [];
    const failed = await fetchKernels({
      env,
      cwd,
      choice: { kind: 'ids', ids: [...ids, 'rhel-8-4.18'], origin: 'test' },
      onStart: (id) => begun.push(id),
      onEnd: (id, result) => ended.push(`${id} ${result instanceof Error ? result.message : 'is there'}`),
    });
    expect(failed).toBe(COUNT + 1);
    expect(begun).toEqual([...ids, 'rhel-8-4.18']);
    expect(ended).toHaveLength(COUNT + 1);
    expect(ended.find((line) => line.startsWith('rhel'))).toContain('need a subscription');
    expect(most).toBe(AT_A_TIME);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}, 120_000);
