import { describe, expect, test } from 'vitest';
import { chooseKernels as chooseKernelsAnyWords } from '../../src/config/kernel-choice.ts';
import { localKernelBlock } from '../../src/config/local-kernel-block.ts';
import { checkLocalKernels, parseLocalKernels as parseLocalKernelsAnyWords } from '../../src/config/local-kernels.ts';
import { type LocalKernel, localKernelText, placeOfKernel } from '../../src/model/local-kernel.ts';
import { option } from '../../src/model/wording.ts';
import { inFlagWords } from '../in-flag-words.ts';

const parseLocalKernels = inFlagWords(parseLocalKernelsAnyWords);
const chooseKernels = inFlagWords(chooseKernelsAnyWords);

describe('--kernel', () => {
  test('names an image and what belongs to it; a path may have commas', () => {
    expect(parseLocalKernels(['bzImage', 'a,b/bzImage,modules=m,d,config=c,name=mine'])).toEqual([
      { image: 'bzImage' },
      { image: 'a,b/bzImage', modules: 'm,d', config: 'c', name: 'mine' },
    ]);
  });

  test('is the same again as text', () => {
    const text = 'out/bzImage,modules=out/mods,config=.config,name=mine';
    expect(parseLocalKernels([text]).map(localKernelText)).toEqual([text]);
  });

  test.each([
    ['', /it names no file; write --kernel arch\/x86\/boot\/bzImage/],
    [',modules=x', /it names no file/],
    ['b,modul=x', /there is no "modul"; did you mean "modules"\?/],
    ['b,zzz=x', /there is no "zzz"; there are modules, config, name, sha256, checksums, signature and gpgkey/],
    ['b,modules=', /modules is empty/],
    ['b,name=a,name=b', /name is there twice/],
    ['b,name=../x', /the name "\.\.\/x" is not an id/],
  ])('%j is rejected', (text, words) => {
    expect(() => parseLocalKernels([text])).toThrow(words);
  });

  test.each([
    ['ghcr.io/cilium/ci-kernels:6.12,modules=m', /modules does not go with a container image; remove it/],
    ['oci://ghcr.io/cilium/ci-kernels,sha256=00', /a digest is part of its name: HOST\/NAME@sha256:DIGEST/],
    ['bzImage,gpgkey=K', /gpgkey does not go with a file; remove it/],
  ])('%j says too much', (text, words) => {
    expect(() => parseLocalKernels([text])).toThrow(words);
  });

  test.each([
    ['ghcr.io/cilium/ci-kernels:6.12', 'image'],
    [`localhost:5000/kernel@sha256:${'a'.repeat(64)}`, 'image'],
    ['docker://ghcr.io/cilium/ci-kernels', 'image'],
    ['https://mirror.example/vmlinuz', 'address'],
    ['linux-6.12/vmlinux', 'file'],
    ['build.d/kernel', 'file'],
    ['./a:b/bzImage', 'file'],
    ['/boot/vmlinuz-6.1', 'file'],
  ])('%j is found as what it looks like', (image, place) => {
    expect(placeOfKernel({ image })).toBe(place);
  });

  test.each<[string, object | RegExp]>([
    [`out/bzImage,sha256=${'a'.repeat(64)}`, { source: 'file', image: '/work/out/bzImage', sha256: 'a'.repeat(64) }],
    ['oci://h.example/k:1', { source: 'oci', image: 'h.example/k:1' }],
    [
      'https://h.example/vmlinuz,signature=https://h.example/vmlinuz.sig,gpgkey=./key.asc',
      {
        source: 'url',
        image: 'https://h.example/vmlinuz',
        signature: 'https://h.example/vmlinuz.sig',
        gpgkey: ['/work/key.asc'],
      },
    ],
    ['https://h.example/vmlinuz', /--kernel x: nothing vouches for kernel\.image; add sha256/],
    ['https://h.example/vmlinuz,sha256=12', /sha256 must be the 64 hexadecimal digits/],
  ])('%j stands for a block', (text, expected) => {
    const [kernel] = parseLocalKernels([text]);
    const block = (): object => localKernelBlock('/work', kernel as LocalKernel, '--kernel x');
    if (expected instanceof RegExp) expect(block).toThrow(expected);
    else expect(block()).toEqual(expected);
  });

  test('twice the same is a slip', () => {
    expect(() => parseLocalKernels(['b', 'b'])).toThrow('--kernel b is given twice; remove one of them');
  });

  test('is enough where no other kernels are chosen, and changes nothing where some are', () => {
    const none = { matrix: '', quick: false, kernels: [], kernel: ['bzImage'] };
    expect(chooseKernels(none, 'test')).toEqual({ kind: 'ids', ids: [], origin: option('kernel') });
    expect(chooseKernels({ ...none, quick: true }, 'test')).toEqual({ kind: 'quick' });
    expect(() => chooseKernels({ ...none, kernel: [] }, 'test')).toThrow(/or a kernel of your own with --kernel FILE/);
  });
});

test.each([
  [{}, /localKernels\[0\]: write \{ image: "arch\/x86\/boot\/bzImage" \}/],
  [{ image: '' }, /write \{ image/],
  [
    { image: 'b', modules: 1 },
    /as texts what else is needed of modules, config, name, sha256, checksums, signature, gpgkey/,
  ],
  [{ image: 'b', initrd: 'x' }, /write \{ image/],
  [{ image: 'b', name: 'no id' }, /the name "no id" is not an id/],
])('the library rejects %j', (kernel, words) => {
  expect(() => checkLocalKernels([kernel as LocalKernel])).toThrow(words);
});
