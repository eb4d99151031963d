import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AssetRef } from '../../src/config/assets.ts';
import { createHost } from '../../src/host/create-host.ts';
import { joinAssets, loadAssets, undeclaredFiles } from '../../src/run/assets.ts';

const top = mkdtempSync(join(tmpdir(), 'bpfcompat-assets-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const host = createHost({ env: {} });
const dir = join(top, 'project');
mkdirSync(join(dir, 'scripts/lib'), { recursive: true });
writeFileSync(join(dir, 'scripts/run.sh'), '#!/bin/sh\n');
chmodSync(join(dir, 'scripts/run.sh'), 0o755);
writeFileSync(join(dir, 'scripts/lib/common.sh'), 'x=1\n');
symlinkSync('run.sh', join(dir, 'scripts/again'));
writeFileSync(join(top, 'secret'), 'outside\n');

const ref = (path: string, to = path): AssetRef => ({ path, to, origin: 'm.yaml:3:5' });
const load = (...refs: AssetRef[]) => loadAssets(host, { dir, cwd: top }, refs);

describe('loadAssets', () => {
  test('a directory with all that is in it; links inside are followed; the executable bit is kept', async () => {
    const { entries, facts } = await load(ref('scripts'));
    expect(entries).toMatchObject([
      { kind: 'file', path: '/bpfcompat/scripts/again', executable: true },
      { kind: 'file', path: '/bpfcompat/scripts/lib/common.sh', executable: false },
      { kind: 'file', path: '/bpfcompat/scripts/run.sh', executable: true },
    ]);
    expect(facts[1]).toEqual({
      path: 'scripts/lib/common.sh',
      source: join(dir, 'scripts/lib/common.sh'),
      sha256: '98752ee28d5484bdc2814fb70adb6a0b2fb31f6a9b8ee7ae81fd2fc9cf300b3b',
      sizeBytes: 4,
      executable: false,
    });
  });

  test('an absolute path goes where the file says', async () => {
    const { facts } = await load(ref(join(top, 'secret'), 'conf/secret'));
    expect(facts).toMatchObject([{ path: 'conf/secret', source: join(top, 'secret') }]);
  });

  test('a file of the machine stays there: what guests print is read by others', async () => {
    const outside = loadAssets(host, { dir, cwd: dir }, [ref(join(top, 'secret'), 'secret')]);
    await expect(outside).rejects.toThrow(/m\.yaml:3:5: asset .*secret lies outside of .*project; copy the file there/);
  });

  test('a relative path may leave the directory of the file, not the one the user works in', async () => {
    const { facts } = await load(ref('../secret', 'secret'));
    expect(facts).toMatchObject([{ path: 'secret', source: join(top, 'secret') }]);
    const outside = loadAssets(host, { dir, cwd: dir }, [ref('../secret', 'secret')]);
    await expect(outside).rejects.toThrow(/\.\.\/secret lies outside of .*project/);
  });

  test('the same file twice is one', async () => {
    const once = await load(ref('scripts'), ref('scripts/run.sh'));
    expect(once.entries).toHaveLength(3);
    expect(joinAssets(once, await load(ref('scripts/run.sh'))).entries).toHaveLength(3);
  });

  test.each([
    ['missing', ref('nowhere.sh'), 'asset_missing', /m\.yaml:3:5: asset .*nowhere\.sh is not there; make it/],
    ['a link out of the tree', ref('leak'), 'asset_outside', /is a link to .*secret, outside of .*; copy/],
    ['a link out of a directory', ref('leaky'), 'asset_outside', /outside of .*leaky/],
    ['a link that leads nowhere', ref('broken'), 'asset_missing', /is not there/],
    ['a link that leads back', ref('loop'), 'assets_too_deep', /leads back/],
    ['too large', ref('large'), 'assets_too_large', /64 MiB/],
    ['a device', ref('/dev/null', 'null'), 'asset_outside', /lies outside of/],
  ])('%s', async (_name, asset, code, words) => {
    if (asset.path === 'leak') symlinkSync('../secret', join(dir, 'leak'));
    if (asset.path === 'leaky') {
      mkdirSync(join(dir, 'leaky'));
      symlinkSync('../scripts/run.sh', join(dir, 'leaky/out'));
    }
    if (asset.path === 'broken') symlinkSync('gone', join(dir, 'broken'));
    if (asset.path === 'loop') {
      mkdirSync(join(dir, 'loop'));
      symlinkSync('.', join(dir, 'loop/again'));
    }
    if (asset.path === 'large') {
      writeFileSync(join(dir, 'large'), '');
      truncateSync(join(dir, 'large'), 65 * 1024 * 1024);
    }
    await expect(load(asset)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('links that lead to the same directories ever again come to an end', async () => {
    const deep = join(dir, 'again');
    for (let level = 0; level < 30; level++) {
      mkdirSync(join(deep, String(level)), { recursive: true });
      for (const name of ['a', 'b']) symlinkSync(`../${level + 1}`, join(deep, String(level), name));
    }
    mkdirSync(join(deep, '30'));
    // 2^30 ways lead to an empty directory, none deeper than a directory may be.
    await expect(load(ref('again'))).rejects.toMatchObject({ code: 'assets_too_large' });
  });

  test('nothing that git keeps reaches a guest, whatever leads there', async () => {
    const repo = join(top, 'repo');
    mkdirSync(join(repo, '.git'), { recursive: true });
    mkdirSync(join(repo, 'sub'));
    writeFileSync(join(repo, '.git/config'), 'token\n');
    writeFileSync(join(repo, 'sub/a'), 'a\n');
    const inRepo = (path: string) => loadAssets(host, { dir: repo, cwd: repo }, [ref(path)]);
    expect((await inRepo('.')).facts.map(({ path }) => path)).toEqual(['sub/a']);
    for (const [link, target] of [
      ['innocent', '.git/config'],
      ['also', '.git'],
    ] as const) {
      symlinkSync(target, join(repo, link));
      await expect(inRepo('.')).rejects.toThrow(
        new RegExp(`m\\.yaml:3:5: .*${link} is a link to .*, in \\.git.*; remove`),
      );
      await expect(inRepo(link)).rejects.toThrow(/lies in \.git/);
      rmSync(join(repo, link));
    }
  });

  test.each(['.bpfcompat', 'evidence'])('nothing of a work directory reaches a guest: %s', async (name) => {
    const repo = join(top, `work-${name}`);
    mkdirSync(join(repo, name, 'keys'), { recursive: true });
    mkdirSync(join(repo, name, 'registry'));
    writeFileSync(join(repo, name, 'keys/artifact-registry-signing-key.ed25519'), 'private\n');
    writeFileSync(join(repo, name, 'registry/runs.jsonl'), '{}\n');
    writeFileSync(join(repo, 'a'), 'a\n');
    const inRepo = (path: string) => loadAssets(host, { dir: repo, cwd: repo }, [ref(path, 'x')]);
    expect((await inRepo('.')).facts.map(({ path }) => path)).toEqual(['x/a']);
    for (const path of ['keys', 'keys/artifact-registry-signing-key.ed25519', 'registry/runs.jsonl'])
      await expect(inRepo(`${name}/${path}`)).rejects.toThrow(/lies in a work directory/);
    symlinkSync(join(name, 'keys'), join(repo, 'link'));
    await expect(inRepo('.')).rejects.toThrow(/link is a link to .*, in a work directory.*; remove it/);
  });

  test('two files for one place', async () => {
    const both = load(ref('scripts/run.sh', 'x'), ref('scripts/lib/common.sh', 'x'));
    await expect(both).rejects.toMatchObject({ code: 'asset_conflict' });
    const [first, second] = [await load(ref('scripts/run.sh', 'x')), await load(ref('scripts/lib/common.sh', 'x'))];
    expect(() => joinAssets(first, second)).toThrow(/both go to x/);
  });
});

describe('undeclaredFiles', () => {
  const notes = (command: string, shipped: string[] = []) => undeclaredFiles(host, dir, 'test "t"', command, shipped);

  test('a script that lies there and is not declared', async () => {
    expect(await notes('sh scripts/run.sh --fast')).toEqual([
      expect.stringMatching(/^test "t": scripts\/run\.sh lies beside .*assets: \[scripts\/run\.sh\]/),
    ]);
    expect(await notes('"$BPFCOMPAT_REMOTE_ROOT/scripts/run.sh"; true')).toHaveLength(1);
  });

  test('nothing where it is declared, absolute, or no file', async () => {
    expect(await notes('./scripts/run.sh', ['scripts/run.sh'])).toEqual([]);
    expect(await notes('ls scripts/lib', ['scripts/lib/common.sh'])).toEqual([]);
    expect(await notes('cat /sys/kernel/tracing/trace . .. $x/scripts/run.sh a.b 1.5')).toEqual([]);
  });
});
