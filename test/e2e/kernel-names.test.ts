import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CellResult } from '../../src/index.ts';
import { type Checked, check } from './support/check.ts';
import { ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// The names of a kernel are read before a guest is saved, and in a guest that is not when the first one is missed. What
// that saves is measured by the part `failing` of the benchmark.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];
const OBJECTS = ['attach_kprobe_syscall_name', 'extern_ksym_missing'].map((name) =>
  join(ROOT, `test/confusion/objects/${name}.bpf.o`),
);

const stagesOf = ({ evidence }: CellResult): readonly { stage: string }[] => evidence?.stages ?? [];
const said = (cell: CellResult): unknown[] =>
  stagesOf(cell).filter(({ stage }) => ['symbol', 'attach', 'externs'].includes(stage));
/** Times and addresses differ from guest to guest. */
const same = (stages: unknown[]): unknown[] =>
  JSON.parse(JSON.stringify(stages).replace(/"elapsed_us":\d+/g, '"elapsed_us":0'));

test('a saved guest says the same of a missing name as one that booted', async () => {
  const request = (isolation: 'cell' | 'boot'): Promise<Checked> =>
    check(scratch, OBJECTS, { kernels: KERNELS, isolation });
  const copied = (await request('cell')).report.results;
  const booted = (await request('boot')).report.results;
  expect(copied.length).toBe(OBJECTS.length * KERNELS.length);
  for (const [index, cell] of copied.entries()) {
    const other = booted[index]!;
    expect(cell.guest?.isolation).toBe('cell');
    expect(other.guest?.isolation).toBe('boot');
    expect(stagesOf(cell).some(({ stage }) => stage === 'symbol')).toBe(true);
    expect(same(said(cell))).toEqual(same(said(other)));
  }
}, 600_000);
