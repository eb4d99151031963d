import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { example, fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects with bits turned over: whatever they do to libbpf and to the kernel, every cell gets an honest result.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];
const SOURCES = [example('ringbuf-modern'), example('fentry-unlink'), fixture('many_programs')];
/** The same in every run; FUZZ_SEED finds others, FUZZ_RUNS makes more of them. */
const SEED = process.env['FUZZ_SEED'] ?? 'bpfcompat';
const PER_SOURCE = Number(process.env['FUZZ_RUNS'] ?? 18);
const ELF_HEADER = 64;
const SECTION_HEADER = 64;

/** Numbers without a pattern that depend on the seed alone. */
function numbers(seed: string): (limit: number) => number {
  let count = 0;
  return (limit) => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32LE(0) % limit;
}

/** Where a bit hurts: the header, the table of sections, or the bytes of one section. */
function regions(object: Buffer): [start: number, length: number][] {
  const table = Number(object.readBigUInt64LE(40));
  const count = object.readUInt16LE(60);
  const sections = Array.from({ length: count }, (_, index): [number, number] => {
    const at = table + index * SECTION_HEADER;
    return [Number(object.readBigUInt64LE(at + 24)), Number(object.readBigUInt64LE(at + 32))];
  });
  const whole = sections.filter(([start, length]) => length > 0 && start + length <= object.length);
  return [[0, ELF_HEADER], [table, count * SECTION_HEADER], ...whole];
}

function mutants(source: string): string[] {
  const good = readFileSync(source);
  const places = regions(good);
  return Array.from({ length: PER_SOURCE }, (_, index) => {
    const pick = numbers(`${SEED} ${basename(source)} ${index}`);
    const bytes = Buffer.from(good);
    const [start, length] = places[pick(places.length)] ?? [0, ELF_HEADER];
    for (let flips = 1 + pick(3); flips > 0; flips--) {
      const at = start + pick(length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
    }
    const path = join(scratch, `${basename(source, '.bpf.o')}-${index}.bpf.o`);
    writeFileSync(path, bytes);
    return path;
  });
}

const objects = SOURCES.flatMap(mutants);
let run: Checked;
beforeAll(async () => {
  run = await check(scratch, objects, { kernels: KERNELS, timeoutMs: 60_000 });
}, 300_000);

describe.each(KERNELS)('on %s', (kernel) => {
  test.each(objects.map((path) => [basename(path), path]))('%s gets a result', (_name, path) => {
    const target = targetOf(reportOf(run, path), kernel);
    expect(['pass', 'fail'], target.infra_error).toContain(target.status);
    if (target.status === 'fail') {
      expect(target.findings?.length).toBeGreaterThan(0);
      return;
    }
    // Some bits do not matter. Then everything was seen to work all the same: each program loaded.
    const programs = target.programs ?? [];
    expect(programs.length).toBeGreaterThan(0);
    for (const { load_status } of programs) expect(load_status).toBe('pass');
  });
});

test('most of them are rejected, and the program itself ends as always', () => {
  const failed = run.report.results.filter(({ outcome }) => outcome.status === 'fail');
  expect(failed.length).toBeGreaterThan(run.report.results.length / 3);
  expect(run.verdict.exitCode).toBe(2);
});
