import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ARM64_EXPECTATIONS, DIFFERENCES } from '../confusion/expectations/arm64.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';
import { mistakes, OBJECTS, type Results, request, unexplained } from './support/confusion.ts';
import { CONFUSED_ARM64 } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

const KERNELS = CONFUSED_ARM64;

const scratch = scratchDir();
const differ = new Set(DIFFERENCES.map(({ object }) => object));
/** What does the same on both architectures is requested there, too, when every object is requested on every kernel. */
const WHOLE = process.env['BPFCOMPAT_TEST_ALL_KERNELS'] === '1';
const ROWS = ARM64_EXPECTATIONS.filter(({ object }) => WHOLE || differ.has(object));
let results: Results;

beforeAll(async () => {
  const objects = ROWS.map(({ object }) => join(OBJECTS, `${object}.bpf.o`));
  results = new Map(await request(scratch, objects, KERNELS));
}, 3_000_000);

test('a difference is one of an object that there is', () => {
  const objects = new Set(EXPECTATIONS.map(({ object }) => object));
  expect(DIFFERENCES.filter(({ object }) => !objects.has(object))).toEqual([]);
  expect(differ.size).toBeGreaterThan(30);
});

test.each(ROWS.map((row) => [row.object, row] as const))('%s on arm64', (_, row) => {
  expect(mistakes(row, KERNELS, results).join('\n')).toBe('');
});

test('every guest of arm64 responds, and nothing stays unknown', () => {
  expect(results.size).toBe(ROWS.length * KERNELS.length);
  expect(unexplained(results)).toEqual([]);
});
