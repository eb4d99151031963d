import { expect, test } from 'vitest';
import { distinctNames, objectsAt } from '../../src/model/object-names.ts';

const named = (paths: readonly string[]) => objectsAt(paths.map((path) => ({ path })));

test('a name that no other has stays as it is', () => {
  expect(distinctNames([])).toEqual([]);
  const paths = ['/r/a/conn.bpf.o', '/r/b/dns.bpf.o'];
  expect(named(paths).map(({ name }) => name)).toEqual(['conn', 'dns']);
});

test('twins are distinguished by the shortest end of their paths, wherever the tree lies', () => {
  const names = (root: string) =>
    named(['conn/bpf_bpfel.o', 'dns/bpf_bpfel.o', 'v2/dns/bpf_bpfel.o'].map((path) => `${root}/${path}`)).map(
      ({ name }) => name,
    );
  expect(names('/home/one/pkg')).toEqual(['conn/bpf_bpfel.o', 'dns/bpf_bpfel.o', 'v2/dns/bpf_bpfel.o']);
  expect(names('/w')).toEqual(names('/home/one/pkg'));
});

test('an object beside a directory with its twin', () => {
  expect(named(['/r/x.o', '/r/a/x.o', '/r/y.o']).map(({ name }) => name)).toEqual(['x.o', 'a/x.o', 'y']);
});

test('other extensions, names that collide with the end of a path, and the same path twice', () => {
  expect(named(['/r/conn.o', '/r/conn.bpf.o']).map(({ name }) => name)).toEqual(['conn.o', 'conn.bpf.o']);
  const reported = distinctNames([
    { name: 'x', path: '/r/a/x.o' },
    { name: 'x', path: '/r/b/x.o' },
    { name: 'a/x.o', path: '/r/c' },
  ]);
  expect(new Set(reported).size).toBe(3);
  const same = { name: 'x', path: '/r/x.o' };
  expect(distinctNames([same, same])).toEqual(['x (1)', 'x (2)']);
});

test('hundreds of twins are distinguished without comparing each with each', () => {
  let looked = 0;
  const objects = Array.from({ length: 2000 }, (_, index) => ({
    get name() {
      looked++;
      return 'x';
    },
    path: `/r/${index}/x.o`,
  }));
  expect(new Set(distinctNames(objects)).size).toBe(2000);
  expect(looked).toBeLessThan(5 * 2000);
});
