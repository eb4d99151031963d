import { expect, test } from 'vitest';
import { caseLoaders, loaderSettings } from '../../src/api/suite-loaders.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { readSuite } from '../../src/config/suite.ts';
import type { GuestLoader, LoaderChoice } from '../../src/model/guest-loader.ts';
import { target } from '../fixtures/run.ts';

const TARGETS = [target('debian-12-6.1')];

/** Every library is there, in the version that was named. */
async function findLoader({ name, version }: LoaderChoice): Promise<GuestLoader | undefined> {
  if (name === 'libbpf' && version === '') return undefined;
  return { name, version: version || '1', sha256: `${name}${version}`, sizeBytes: 1, path: '/l', entries: [] };
}

async function loadersOf(defaults: string, own: string, manifest = '') {
  const text = `name: s\ndefaults: {kernels: [debian-12-6.1]${defaults}}\ncases:\n  - {name: a, ${own}}\n`;
  const [source] = readSuite({ file: 's.yaml', text }).cases;
  if (source === undefined) return expect.fail('the suite has no case');
  const read = manifest === '' ? undefined : readManifest({ file: 'm.yaml', text: manifest });
  const { named, loaders } = await caseLoaders(source, read, TARGETS, { findLoader });
  const { loader, loaders: others } = loaderSettings(named);
  return { flags: [loader, others], gate: loaders?.gate?.name, beside: loaders?.beside.map((one) => one?.name) };
}

const CASE = 'artifact: a.o';

test.each([
  ['the defaults', ', loader: aya', CASE, '', 'aya'],
  ['the manifest before the defaults', ', loader: aya', CASE, 'loader: ebpf-go@0.16\n', 'ebpf-go'],
  ['the case before both', ', loader: aya', `${CASE}, loader: bpftool`, 'loader: ebpf-go\n', 'bpftool'],
  ["libbpf, which is the validator's", ', loader: aya', `${CASE}, loader: libbpf`, '', undefined],
  ['none that is named', '', CASE, '', undefined],
  ['none for a command beside defaults', ', loader: aya', 'command: ./load', 'loader: ebpf-go\n', undefined],
])('the loader of a case is that of %s', async (_, defaults, own, manifest, name) => {
  const { gate } = await loadersOf(defaults, own, manifest);
  expect(gate).toBe(name);
});

test('loaders that are run besides are named in the same way, and both become flags of a run of the case alone', async () => {
  expect(await loadersOf(', loaders: [aya, ebpf-go]', `${CASE}, loader: ebpf-go`)).toEqual({
    flags: ['ebpf-go', ['aya', 'ebpf-go']],
    gate: 'ebpf-go',
    beside: ['aya'],
  });
  expect(await loadersOf('', CASE, 'loaders: [libbpf@1.1]\n')).toMatchObject({ gate: undefined, beside: ['libbpf'] });
});

test.each([
  ['a name', 'loader: eb', /^s\.yaml:4:\d+: cases\[0\]\.loader "eb" is not known/],
  ['a version', 'loader: aya@x', /^s\.yaml:4:\d+: cases\[0\]\.loader "aya@x": "x" is not a version; write aya@1\.2/],
  ['one of several', 'loaders: [aya, gone]', /^s\.yaml:4:\d+: cases\[0\]\.loaders\[1\] "gone" is not known/],
  [
    'a budget',
    'loader: aya, max_insns: 5000',
    /^s\.yaml:4:\d+: max_insns has no effect with s\.yaml:4:\d+: loader aya, which/,
  ],
  ['a mode', 'loader: aya, validation_mode: behavior', /^s\.yaml:4:\d+: validation_mode: behavior has no effect with/],
  ['a command', 'command: ./load, loader: aya', /^s\.yaml:4:\d+: loader aya has no effect: command/],
])('%s that is wrong is an error with its line', async (_, keys, words) => {
  await expect(loadersOf('', `${CASE}, ${keys}`)).rejects.toThrow(words);
});
