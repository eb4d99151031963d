import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { directoryPrefix, sweepLeftovers, temporaryName } from '../../src/host/leftovers.ts';

it('what a killed process left is swept; what lives, and what is not ours, stays', async () => {
  const { files } = createHost({ env: {} });
  await using dir = await files.tempDir('bpfcompat-leftovers-test-');
  const gone = String(spawnSync('true').pid);
  const ofGone = (name: string): string => name.replace(`-${process.pid}`, `-${gone}`);
  const file = temporaryName('report.json');
  const directory = `${directoryPrefix('bpfcompat-accel-')}abcDEF`;
  const outside = ofGone(directory).replace(/\d+/, '1');
  const kept = [file, directory, outside, 'report.json', '.report.json.tmp', `bpfcompat-${gone}`];
  for (const name of [file, ofGone(file), 'report.json', '.report.json.tmp'])
    await writeFile(join(dir.path, name), 'x');
  for (const name of [directory, ofGone(directory), outside, `bpfcompat-${gone}`]) {
    await mkdir(join(dir.path, name));
    await writeFile(join(dir.path, name, 'inside'), 'x');
  }
  await files.sweep(dir.path);
  expect((await files.list(dir.path)).sort()).toEqual(kept.sort());
  await files.sweep(join(dir.path, 'nowhere'));
});

it('temporary directories are named so', async () => {
  const { files } = createHost({ env: {} });
  await using dir = await files.tempDir('bpfcompat-');
  expect(basename(dir.path)).toMatch(new RegExp(`^bpfcompat-\\d+-${process.pid}-[A-Za-z0-9]{6}$`));
});

it('every temporary directory has a name by which it is swept', async () => {
  const src = join(import.meta.dirname, '../../src');
  const names = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(names.map((name) => readFile(join(src, name), 'utf8')));
  const prefixes = texts.flatMap((text) => [...text.matchAll(/\btempDir\('([^']*)'/g)].map(([, prefix]) => prefix));
  expect(prefixes.length).toBeGreaterThan(20);
  // The directory of a profile, where these lie, is removed by the next one that works on the profile.
  const swept = prefixes.filter((prefix) => prefix !== 'fetch-' && prefix !== 'offers-');
  expect(swept.filter((prefix) => !/^bpfcompat-(?:[a-z]+-)?$/.test(prefix ?? ''))).toEqual([]);
});

it('what another user left stays: it may be a trap for whoever removes it', async () => {
  const { files } = createHost({ env: {} });
  await using dir = await files.tempDir('bpfcompat-leftovers-test-');
  // No process has this number.
  const name = `${directoryPrefix('bpfcompat-').replace(String(process.pid), '4194305')}abcdef`;
  await mkdir(join(dir.path, name));
  await sweepLeftovers(dir.path, (process.getuid?.() ?? 0) + 1);
  expect(await readdir(dir.path)).toEqual([name]);
  await sweepLeftovers(dir.path);
  expect(await readdir(dir.path)).toEqual([]);
});
