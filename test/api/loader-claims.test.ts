import { expect, test } from 'vitest';
import { checkLoaderClaims, loaderNotes } from '../../src/api/loader-claims.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { flaggedLoaders } from '../../src/config/named-loaders.ts';
import type { GuestLoader } from '../../src/model/guest-loader.ts';

const own = { name: 'libbpf', version: '1.1.2', sha256: 'a', sizeBytes: 1, path: '/l', entries: [] } as GuestLoader;
const other = { loader: { strictLibbpf: false, rodata: new Map(), attachTargets: new Map(), loader: 'libbpf@1.1' } };

function manifest(text: string) {
  return readManifest({ file: 'm.yaml', text });
}

const named = flaggedLoaders(other.loader);
const TEST = 'functional_tests:\n  - {name: t, command: "false"';

test.each([
  [
    '--max-insns',
    { ...other, maxInsns: 1 },
    undefined,
    /^maxInsns has no effect with loader\.loader: "libbpf@1\.1", which /,
  ],
  ['behavior', { ...other, mode: 'behavior' }, undefined, /^mode: "behavior" has no effect with loader\.loader/],
  ['a budget', other, 'max_insns: 5000\n', /^m\.yaml: max_insns have no effect with loader\.loader.*loader\.loaders$/],
  ['a required test', other, `${TEST}}\n`, /^m\.yaml: required functional tests have no effect/],
  ['a variable', other, 'set_rodata: {pid: 1}\n', /^m\.yaml: settings for the load have no effect/],
  [
    'a program that is not loaded',
    other,
    'programs:\n  - {name: p, autoload: off}\n',
    /^m\.yaml: settings for the load/,
  ],
] as const)('%s is an error beside another loader that decides, and none without', (_, options, text, words) => {
  const resolved = text === undefined ? undefined : manifest(text);
  expect(() => checkLoaderClaims({ gate: own, beside: [] }, named, options, resolved)).toThrow(words);
  expect(() => checkLoaderClaims({ gate: undefined, beside: [own] }, named, options, resolved)).not.toThrow();
  expect(() => checkLoaderClaims(undefined, named, options, resolved)).not.toThrow();
});

test.each([
  ['an optional test', `${TEST}, required: false}\n`, other],
  ['a program that has to attach', 'programs:\n  - {name: p, attach: {required: true}}\n', other],
  ['tests that the mode leaves out', `${TEST}}\n`, { ...other, mode: 'load_attach' as const }],
])('%s is none', (_, text, options) => {
  expect(() => checkLoaderClaims({ gate: own, beside: [] }, named, options, manifest(text))).not.toThrow();
});

test('what libbpf alone does is a note that names the others with their versions', () => {
  const both = manifest(`set_rodata: {pid: 1}\n${TEST}}\n`);
  expect(loaderNotes({ gate: undefined, beside: [own] }, undefined, both)).toEqual([
    "settings for the load and functional tests of m.yaml apply to the validator's own libbpf alone; libbpf@1.1.2 loads the object as it is",
  ]);
  expect(loaderNotes({ gate: undefined, beside: [own] }, 'load_attach', manifest(`${TEST}}\n`))).toEqual([]);
  expect(loaderNotes(undefined, undefined, both)).toEqual([]);
});
