import { describe, expect, test } from 'vitest';
import { chooseKernels as chooseKernelsAnyWords } from '../../src/config/kernel-choice.ts';
import { checkLocalKernels, parseLocalKernels as parseLocalKernelsAnyWords } from '../../src/config/local-kernels.ts';
import { type LocalKernel, localKernelText } from '../../src/model/local-kernel.ts';
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
    ['b,zzz=x', /there is no "zzz"; there are modules, config and name/],
    ['b,modules=', /modules is empty/],
    ['b,name=a,name=b', /name is there twice/],
    ['b,name=../x', /the name "\.\.\/x" is no id/],
  ])('%j is refused', (text, words) => {
    expect(() => parseLocalKernels([text])).toThrow(words);
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
  [{ image: 'b', modules: 1 }, /as texts what else is needed of modules, config, name/],
  [{ image: 'b', initrd: 'x' }, /write \{ image/],
  [{ image: 'b', name: 'no id' }, /the name "no id" is no id/],
])('the library refuses %j', (kernel, words) => {
  expect(() => checkLocalKernels([kernel as LocalKernel])).toThrow(words);
});
