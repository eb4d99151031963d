import { expect, test } from 'vitest';
import { noFileName } from '../../src/run/find-artifacts.ts';

test.each([
  ['https://example.com/a.bpf.o', 'fetch it first'],
  ['ghcr.io/owner/repo:v1', 'fetch it first'],
  ['a.bpf.o,b.bpf.o', 'no commas'],
  ['- build/a.bpf.o', 'the path alone'],
  ['# build/a.bpf.o', 'the path alone'],
  ['"build/a.bpf.o"', 'the path alone'],
])('%s is no path of an object', (word, why) => {
  expect(noFileName(word)).toContain(why);
});

test.each(['a.o', './x/a.bpf.o', 'build/{a,b}.bpf.o', 'v1.2/a.bpf.o', '../x:y/a.o'])('%s may be one', (word) => {
  expect(noFileName(word)).toBeUndefined();
});
