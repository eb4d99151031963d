import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { grouped } from '../../src/model/once-per.ts';
import { kernelsAround, type Row } from '../confusion/cells.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';
import { mistakes, OBJECTS, type Results, request, unexplained } from './support/confusion.ts';
import { scratchDir } from './support/scratch.ts';

const KERNELS = [
  'debian-11-5.10',
  'debian-12-6.1',
  'debian-12-6.12',
  'debian-13-6.12',
  'debian-13-6.16',
  'debian-13-6.17',
  'debian-13-6.18',
  'debian-13-6.19',
  'debian-13-7.0',
  'debian-13-7.1',
  'debian-13-7.2',
  'debian-13-7.3',
];
/** What does the same on all of them runs on the oldest, the newest and one of these. */
const BETWEEN = ['debian-12-6.1', 'debian-13-6.12'];

const scratch = scratchDir();
/** Every object on every kernel, as `npm run test:confusion` wants it: four times the work of both sides of each change. */
const WHOLE = process.env['BPFCOMPAT_TEST_ALL_KERNELS'] === '1';
const pathOf = ({ object }: Row): string => join(OBJECTS, `${object}.bpf.o`);
const requested = (row: Row): readonly string[] => (WHOLE ? KERNELS : kernelsAround(row, KERNELS, BETWEEN));
const wrong = (row: Row): string[] => mistakes(row, requested(row), results);
let results: Results;

beforeAll(async () => {
  results = new Map();
  for (const rows of grouped(EXPECTATIONS, (row) => requested(row).join()).values())
    results = new Map([...results, ...(await request(scratch, rows.map(pathOf), rows.slice(0, 1).flatMap(requested)))]);
  // A thousand questions; a busy machine needs more than the minutes that one file of tests has otherwise.
}, 1_500_000);

test('every object has its row, and every row its object', () => {
  const objects = readdirSync(OBJECTS).filter((name) => name.endsWith('.bpf.c'));
  expect(EXPECTATIONS.map(({ object }) => `${object}.bpf.c`).sort()).toEqual(objects.sort());
  expect(objects.length).toBeGreaterThanOrEqual(60);
});

test.each(EXPECTATIONS.map((row) => [row.object, row] as const))('%s', (_, row) => {
  expect(wrong(row).join('\n')).toBe('');
});

test('all cells are reported right, nothing stays unknown, and every guest responds', () => {
  expect(EXPECTATIONS.flatMap(wrong)).toEqual([]);
  expect(results.size).toBe(EXPECTATIONS.flatMap(requested).length);
  expect(unexplained(results)).toEqual([]);
});
