import { expect, test } from 'vitest';
import { noFileName } from '../../src/run/find-artifacts.ts';

test.each([
  ['https://example.com/a.bpf.o', 'fetch it first'],
  ['s3://bucket/a.bpf.o', 'fetch it first'],
  ['ghcr.io/owner/repo:v1', 'fetch it first'],
  ['ghcr.io/owner/repo', 'fetch it first'],
  ['ghcr.io/owner/repo@sha256:0123', 'fetch it first'],
  ['localhost:5000/repo', 'fetch it first'],
  ['owner/repo:v1', 'fetch it first'],
  ['oci:layout:v1', 'fetch it first'],
  ['docker-archive:image.tar', 'fetch it first'],
  ['a.bpf.o,b.bpf.o', 'no commas'],
  ['- build/a.bpf.o', 'the path alone'],
  ['# build/a.bpf.o', 'the path alone'],
  ['"build/a.bpf.o"', 'the path alone'],
])('%s is no path of an object', (word, why) => {
  expect(noFileName(word)).toContain(why);
});

test.each([
  'a.o',
  './x/a.bpf.o',
  'build/{a,b}.bpf.o',
  'v1.2/a.bpf.o',
  '../x:y/a.o',
  'build/conn',
  'a:b',
  'build.d/conn',
])('%s may be one', (word) => {
  expect(noFileName(word)).toBeUndefined();
});
