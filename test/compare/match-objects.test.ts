import { expect, test } from 'vitest';
import { matchObjects } from '../../src/compare/match-objects.ts';
import { objectsAt } from '../../src/model/object-names.ts';

const named = (paths: string[]) => objectsAt(paths.map((path) => ({ path })));
const match = (older: string[], newer: string[]) => matchObjects(named(older), named(newer), 'main.json');

test('one object on each side is the same one, whatever it is called', () => {
  expect(match(['/a/x.o'], ['/b/y.o'])).toEqual([0]);
});

test('objects of one file name are matched by their paths, not by the name', () => {
  expect(match(['/r/pkg/conn/b.o', '/r/pkg/dns/b.o'], ['/r/pkg/dns/b.o', '/r/pkg/conn/b.o'])).toEqual([1, 0]);
  expect(match(['/r/pkg/conn/b.o', '/r/pkg/dns/b.o'], ['/other/pkg/conn/b.o', '/other/pkg/dns/b.o'])).toEqual([0, 1]);
});

test('each older object is taken once', () => {
  expect(match(['/r/a/x.o', '/r/y.o'], ['/r/a/x.o', '/r/b/x.o', '/r/y.o'])).toEqual([0, undefined, 1]);
});

test('a tree that moved: the root that most agree on decides before longer tails elsewhere', () => {
  expect(match(['/old/a/x.o', '/old/b/y.o'], ['/new/v/a/x.o', '/new/a/x.o', '/new/b/y.o'])).toEqual([undefined, 0, 1]);
});

test('the longest common end where directories were renamed', () => {
  expect(match(['/r/src/conn/x.o', '/r/src/dns/x.o'], ['/r/bpf/dns/x.o', '/r/bpf/conn/x.o'])).toEqual([1, 0]);
  expect(match(['/r/a.o', '/r/b.o'], ['/r/c.o', '/r/build/a.o'])).toEqual([undefined, 0]);
});

test('two that are meant alike are an error with both names', () => {
  expect(() => match(['/r/a/x.o', '/r/b/x.o'], ['/r/c/x.o', '/r/y.o'])).toThrow(
    '"x" may be "a/x.o" or "b/x.o" of main.json',
  );
  expect(() => match(['/r/a/x.o', '/r/y.o'], ['/r/b/x.o', '/r/c/x.o'])).toThrow(
    '"b/x.o" and "c/x.o" may both be "x" of main.json',
  );
});

test('names that somebody gave come first; equal names decide between equal paths', () => {
  const older = [
    { name: 'strict', path: '/r/x.o' },
    { name: 'loose', path: '/r/x.o' },
  ];
  expect(matchObjects(older, [...older].reverse(), 'main.json')).toEqual([1, 0]);
  const renamed = [older[0] as (typeof older)[0], { name: 'lax', path: '/r/x.o' }];
  expect(matchObjects(older, renamed, 'main.json')).toEqual([0, 1]);
  expect(() => matchObjects(older, [{ name: 'x', path: '/r/x.o' }], 'main.json')).toThrow('"strict" or "loose"');
});

test('objects of two versions of an image, a package or a program', () => {
  const image = (tag: string) => ['conn', 'dns'].map((name) => `oci://ghcr.io/owner/gadget${tag}[${name}.bpf.o]`);
  expect(match(image(':v1'), image(':v2').reverse())).toEqual([1, 0]);
  expect(match(image(':v1'), image(`@sha256:${'0'.repeat(64)}`))).toEqual([0, 1]);
  const images = (tag: string) => ['a', 'b'].map((name) => `oci://ghcr.io/owner/${name}:${tag}`);
  expect(match(images('v1'), images('v2').reverse())).toEqual([1, 0]);
  expect(match(['/d/agent_1.deb[x.bpf.o]', '/d/agent_1.deb[y.bpf.o]'], ['/d/agent_2.deb[y.bpf.o]'])).toEqual([1]);
  expect(match(['/d/agent-1[main._X]', '/d/other.o'], ['/d/agent-2[main._X]', '/d/other.o'])).toEqual([0, 1]);
});

test('an object of another file that is meant alike, or that an offset names, is none of the older ones', () => {
  expect(match(['/d/a_1.deb[x.o]', '/d/b_1.deb[x.o]'], ['/d/a_2.deb[x.o]', '/d/b_2.deb[x.o]'])).toEqual([
    undefined,
    undefined,
  ]);
  expect(match(['/d/agent-1@0x20', '/d/x.o'], ['/d/agent-2@0x20', '/d/x.o'])).toEqual([undefined, 1]);
  expect(match(['/d/a[1].o', '/d/x.o'], ['/d/b[1].o', '/d/x.o'])).toEqual([undefined, 1]);
});

test('a thousand objects of one file name', () => {
  const paths = (root: string) => Array.from({ length: 700 }, (_, index) => `${root}/pkg/${index}/bpf_bpfel.o`);
  expect(match(paths('/old'), paths('/new')).every((position, index) => position === index)).toBe(true);
});
