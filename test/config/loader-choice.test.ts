import { describe, expect, test } from 'vitest';
import { parseLoader, parseLoaders } from '../../src/config/loader-choice.ts';
import { readLoaderSettings } from '../../src/config/loader-settings.ts';
import { inFlagWords } from '../in-flag-words.ts';

const NOTHING = { setRodata: [], setAttachTarget: [], strictLibbpf: false };
const read = inFlagWords((more: object) => readLoaderSettings({ ...NOTHING, ...more }));

test('names and versions', () => {
  expect(parseLoader('ebpf-go', 'loader')).toEqual({ name: 'ebpf-go', version: '' });
  expect(parseLoader('libbpf@1.1', 'loader')).toEqual({ name: 'libbpf', version: '1.1' });
  expect(parseLoaders(['aya', 'ebpf-go@0.16.0', 'aya'])).toHaveLength(2);
});

test('the flag is kept as it is: libbpf wins over what a manifest says', () => {
  expect(read({ loader: 'libbpf' })).toMatchObject({ loader: 'libbpf' });
  expect(read({})).not.toHaveProperty('loader');
  expect(read({ loader: 'libbpf@1.1' })).toMatchObject({ loader: 'libbpf@1.1' });
  expect(read({ loaders: ['aya'] })).toMatchObject({ loaders: ['aya'] });
});

describe('what is rejected', () => {
  test.each<[object, string]>([
    [{ loader: 'ebpfgo' }, '--loader "ebpfgo" is not known; did you mean "ebpf-go"?'],
    [{ loader: 'cilium' }, 'use libbpf, ebpf-go, aya or bpftool'],
    [{ loader: 'aya@' }, '--loader "aya@": "" is not a version; write aya@1.2 or aya@1.2.3'],
    [{ loaders: ['aya@new'] }, '--loaders "aya@new": "new" is not a version'],
    [{ loader: 'aya', setRodata: ['a=1'] }, '--set-rodata has no effect with --loader aya'],
    [{ loader: 'aya', btf: 'x.btf' }, '--btf has no effect with --loader aya'],
  ])('%j', (more, words) => {
    expect(() => read(more)).toThrow(words);
  });
});
