import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellResult, Isolation } from '../../src/index.ts';
import { type Checked, check } from './support/check.ts';
import { example, fixture } from './support/places.ts';
import { privateCache } from './support/private-cache.ts';
import { scratchDir } from './support/scratch.ts';
import { templatesOf } from './support/templates.ts';
import { markedName, testimony, UNWRITTEN } from './support/witness.ts';

// No cell sees anything of another one, and a guest that was copied is as good as one that booted.
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'] as const;
const scratch = scratchDir();
const cache = privateCache(join(scratch, 'cache'), KERNELS);
const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
const templates = templatesOf(cache);

const WITNESS = fixture('witness');
const AGAIN = join(scratch, 'again.bpf.o');
const SECOND = join(scratch, 'second.bpf.o');
const UNWITNESSED = fixture('unwitnessed');
const PANIC = fixture('panic_init');
const ENDLESS = fixture('endless');
const SIMPLE = example('simple-pass');
/** The cell of an object of the run, by its place in the list of objects. */
function cellOf(run: Checked, artifact: number, kernel: string): CellResult {
  const found = run.report.results.find(
    ({ cell }) => cell.artifact === artifact && run.report.targets[cell.target]?.profile.id === kernel,
  );
  return found ?? expect.fail(`no cell ${artifact} on ${kernel}`);
}

const request = (artifacts: readonly string[], isolation: Isolation, concurrency: number) =>
  check(scratch, artifacts, { kernels: KERNELS, env, isolation, concurrency });

let before: Record<string, string>;
beforeAll(async () => {
  copyFileSync(WITNESS, AGAIN);
  // Two objects: then the names of the kernel are read before its guest is saved, and no later run saves it again for them.
  copyFileSync(SIMPLE, SECOND);
  const warm = await request([SIMPLE, SECOND], 'cell', 2);
  expect(warm.verdict).toMatchObject({ status: 'pass' });
  expect(templates.names()).toHaveLength(KERNELS.length);
  before = templates.digests();
});

describe('an object that leaves traces, the same again, one that would show them, and the first in booted guests', () => {
  let copied: Checked;
  let booted: Checked;
  let started: number;
  let between: number;
  let ended: number;
  beforeAll(async () => {
    // A clock that goes on where the saved guest stopped is behind by more than is allowed below.
    await sleep(5000);
    started = Math.floor(Date.now() / 1000);
    // One at a time: each has every chance to find what the one before left behind.
    copied = await request([WITNESS, AGAIN, UNWITNESSED], 'cell', 1);
    between = Math.ceil(Date.now() / 1000);
    booted = await request([WITNESS], 'boot', 2);
    ended = Math.ceil(Date.now() / 1000);
  });

  const eachTime = (kernel: string) => [
    testimony(cellOf(copied, 0, kernel)),
    testimony(cellOf(copied, 1, kernel)),
    testimony(cellOf(booted, 0, kernel)),
  ];

  test.each(KERNELS)('guests are copies where they should be, on %s', (kernel) => {
    for (const artifact of [0, 1, 2]) expect(cellOf(copied, artifact, kernel).guest?.isolation).toBe('cell');
    expect(cellOf(booted, 0, kernel).guest?.isolation).toBe('boot');
    expect(copied.report.results.every(({ retriedAfter }) => retriedAfter === undefined)).toBe(true);
  });

  test.each(KERNELS)('a map pinned by the first is not there for the second, on %s', (kernel) => {
    expect(eachTime(kernel).map(({ runs }) => runs)).toEqual([0, 0, 0]);
  });

  test.each(KERNELS)('as many maps were made before as in a guest that booted, on %s', (kernel) => {
    const ids = eachTime(kernel).map(({ mapId }) => mapId);
    expect(ids[0]).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(1);
  });

  test.each(KERNELS)('the cgroup of the first is not there for the second, on %s', (kernel) => {
    expect(eachTime(kernel).map(({ cgroups }) => cgroups)).toEqual([1, 1, 1]);
  });

  test.each(KERNELS)('no program of an earlier cell is still attached, on %s', (kernel) => {
    expect(markedName(cellOf(copied, 0, kernel))).not.toBe(UNWRITTEN);
    expect(markedName(cellOf(copied, 2, kernel))).toBe(UNWRITTEN);
  });

  test.each(KERNELS)('the clock is right, on %s', (kernel) => {
    const [first, second, boot] = eachTime(kernel).map(({ clock }) => clock);
    for (const clock of [first, second]) {
      expect(clock).toBeGreaterThanOrEqual(started);
      expect(clock).toBeLessThanOrEqual(between);
    }
    expect(boot).toBeGreaterThanOrEqual(started);
    expect(boot).toBeLessThanOrEqual(ended);
  });

  test('random numbers differ in every guest', () => {
    const numbers = KERNELS.flatMap((kernel) => eachTime(kernel).map(({ random }) => random));
    expect(new Set(numbers).size).toBe(3 * KERNELS.length);
  });
});

/** A cell that went as if it were alone. */
function expectUntouched(cell: CellResult): void {
  expect(cell).toMatchObject({ outcome: { status: 'pass' }, retriedAfter: undefined, guest: { isolation: 'cell' } });
  expect(testimony(cell)).toMatchObject({ runs: 0, cgroups: 1 });
}

describe('an object that makes the kernel panic, between others', () => {
  let run: Checked;
  beforeAll(async () => {
    run = await request([WITNESS, PANIC, AGAIN], 'cell', 2);
  });

  test.each(KERNELS)('costs its own cell on %s', (kernel) => {
    const cell = cellOf(run, 1, kernel);
    expect(cell.outcome).toMatchObject({ status: 'infra_error', cause: 'guest_crash' });
    expect(cell.retriedAfter).toContain('panic');
    expect(cell.guest?.isolation).toBe('boot');
  });

  test.each(KERNELS)('leaves the cells beside and after it untouched on %s', (kernel) => {
    for (const artifact of [0, 2]) expectUntouched(cellOf(run, artifact, kernel));
  });

  test('every cell has exactly one result', () => {
    const cells = run.report.results.map(({ cell }) => `${cell.artifact}/${cell.target}`);
    expect(cells).toHaveLength(3 * KERNELS.length);
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('an object that never lets go of the processor, between others', () => {
  /** `bpf_loop` is younger than the other kernel. */
  const kernel = 'debian-13-7.3';
  let run: Checked;
  beforeAll(async () => {
    const options = { kernels: [kernel], env, concurrency: 2, timeoutMs: 15_000 };
    run = await check(scratch, [WITNESS, ENDLESS, AGAIN], options);
  });

  test('costs its own cell, and is ended by its time-out', () => {
    const cell = cellOf(run, 1, kernel);
    // The second try has to boot first, which a busy machine may not manage in time.
    expect(cell.outcome).toMatchObject({ status: 'infra_error', cause: expect.stringMatching(/timeout/) });
    expect(cell.retriedAfter).toMatch(/no complete response within \d+ ms/);
  });

  test('leaves the cells beside and after it untouched', () => {
    for (const artifact of [0, 2]) expectUntouched(cellOf(run, artifact, kernel));
  });
});

test('after all that the saved guests are, byte for byte, what they were', () => {
  expect(templates.digests()).toEqual(before);
});
