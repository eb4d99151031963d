import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { haveWaiting, type LoaderName } from '../../src/model/guest-loader.ts';
import { findLoader } from '../../src/run/find-loaders.ts';

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-loaders-'));
const host = createHost({ env: { BPFCOMPAT_LOADERS_DIR: dir } });
const find = (name: LoaderName, version = '') => findLoader({ host, root: '/nowhere' }, { name, version });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function build(loaders: readonly [name: LoaderName, version: string][], waits?: boolean): void {
  const entries = loaders.map(([name, version]) => {
    const file = `${name}-${version}`;
    writeFileSync(join(dir, file), file);
    return { name, version, waits, files: [{ file, path: `/bpfcompat/loaders/${file}`, sha256: sha256(file) }] };
  });
  writeFileSync(join(dir, 'loaders.json'), JSON.stringify({ loaders: entries }));
}

test('the newest one that fits, with the bytes that its digest names', async () => {
  build([
    ['ebpf-go', '0.9.1'],
    ['ebpf-go', '0.16.0'],
    ['ebpf-go', '0.22.0'],
    ['libbpf', '1.1.2'],
  ]);
  expect(await find('libbpf')).toBeUndefined();
  expect(await find('libbpf', '1.1')).toMatchObject({ version: '1.1.2' });
  expect(await find('ebpf-go')).toMatchObject({ version: '0.22.0', path: '/bpfcompat/loaders/ebpf-go-0.22.0' });
  expect(await find('ebpf-go', '0.16')).toMatchObject({ version: '0.16.0', sha256: sha256('ebpf-go-0.16.0') });
});

test('one that can wait has a mark beside it in the guest', async () => {
  build([['aya', '0.13.1']]);
  expect((await find('aya'))?.entries.map(({ path }) => path)).toEqual(['/bpfcompat/loaders/aya-0.13.1']);
  build([['aya', '0.13.1']], true);
  const { entries = [] } = (await find('aya')) ?? {};
  expect(entries.map(({ path }) => path)).toEqual([
    '/bpfcompat/loaders/aya-0.13.1',
    '/bpfcompat/loaders/aya-0.13.1.waits',
  ]);
  expect(haveWaiting(entries)).toBe(true);
});

test('what is not there, and what is not what was built', async () => {
  build([['ebpf-go', '0.16.0']]);
  await expect(find('ebpf-go', '0.1')).rejects.toThrow(/ebpf-go@0.1 is not in .*, which has ebpf-go@0.16.0; build it/);
  await expect(find('aya')).rejects.toThrow(/aya is not in .*; build it with: make loaders/);
  writeFileSync(join(dir, 'ebpf-go-0.16.0'), 'changed');
  await expect(find('ebpf-go')).rejects.toThrow('not the file that loaders.json names by its digest');
  writeFileSync(join(dir, 'loaders.json'), '{"loaders":[{"name":"ebpf-go","version":"../x","files":[]}]}');
  await expect(find('ebpf-go')).rejects.toThrow('loaders.json cannot be read; build it again');
});
