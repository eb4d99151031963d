import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../src/api/services.ts';
import { prepareVersions, versionsOf } from '../../src/api/versions.ts';
import { createHost } from '../../src/host/create-host.ts';

const host = createHost({ env: {} });
let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'versions-'));
  writeFileSync(join(cwd, 'old=x.bpf.o'), 'x');
});
afterAll(() => rmSync(cwd, { recursive: true }));

const versions = (artifacts: readonly string[], more = {}) => versionsOf(host, cwd, { artifacts, ...more });

describe('objects of several versions', () => {
  test('are named by a label; the first one is the baseline', async () => {
    expect(await versions(['v1=a/*.bpf.o', 'v2=ghcr.io/owner/x:2', 'v1=b.bpf.o'])).toEqual({
      baseline: { label: 'v1', artifacts: ['a/*.bpf.o', 'b.bpf.o'] },
      between: [],
      current: { label: 'v2', artifacts: ['ghcr.io/owner/x:2'] },
    });
  });

  test('may be more, of which the last is judged', async () => {
    expect(await versions(['a=1.bpf.o', 'b=2.bpf.o', 'c=3.bpf.o', 'd=4.bpf.o'])).toMatchObject({
      baseline: { label: 'a' },
      between: [{ label: 'b' }, { label: 'c' }],
      current: { label: 'd' },
    });
  });

  test('are none where no word has a label', async () => {
    expect(await versions(['a.bpf.o', './b=c.bpf.o', './old=x.bpf.o'])).toBeUndefined();
  });

  test('are not taken away by files that are called like them', async () => {
    for (const artifacts of [['old=x.bpf.o'], ['old=x.bpf.o', 'new=y.bpf.o']]) {
      await expect(versions(artifacts)).rejects.toMatchObject({ code: 'artifact_ambiguous' });
      await expect(versions(artifacts)).rejects.toThrow(/write \.\/old=x\.bpf\.o for the file/);
    }
  });

  test.each([
    [['a=x.bpf.o', 'y.bpf.o'], /y.bpf.o has no label/],
    [['a=x.bpf.o', 'a=y.bpf.o'], /all objects are of one version \(a\)/],
    [[...'abcdefghi'].map((label) => `${label}=x.bpf.o`), /objects of 9 versions, of at most 8/],
  ])('%j is an error', async (artifacts, words) => {
    await expect(versions(artifacts)).rejects.toThrow(words);
  });

  test('are matched before anything is booted', async () => {
    const object = readFileSync('examples/simple-pass/simple_pass.bpf.o');
    for (const place of ['old/a', 'old/b', 'new/c']) {
      mkdirSync(join(cwd, place), { recursive: true });
      writeFileSync(join(cwd, place, 'x.bpf.o'), object);
    }
    const artifacts = ['old=old/*/x.bpf.o', 'new=new/*/x.bpf.o'];
    const own = await versions(artifacts);
    if (own === undefined) throw new Error('both have a label');
    const environment = environmentOf({ cwd, env: { BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') } });
    const options = { artifacts, kernels: ['debian-12-6.1'], offline: true };
    await expect(prepareVersions(options, own, environment)).rejects.toMatchObject({ code: 'object_ambiguous' });
  });

  test.each([
    ['baseline', { baseline: 'main.json' }],
    ['sample', { sample: true }],
    ['shard', { shard: { index: 1, total: 2 } }],
  ])('do not go with %s', async (name, more) => {
    await expect(versions(['a=x.bpf.o', 'b=y.bpf.o'], more)).rejects.toThrow(new RegExp(`${name} cannot be combined`));
  });
});
