import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectionOf } from '../../src/api/inspection.ts';
import { contextFields, contextStructure } from '../../src/object/context-reads.ts';
import { lineAtOffset } from '../../src/object/lines.ts';
import { predict } from '../../src/object/predict.ts';
import { coreAccesses, readObject, sourceLine } from '../../src/object/read-object.ts';
import { inspectText } from '../../src/report/inspect-text.ts';
import { buildBtf, buildElf, insns, LOCAL_FUNCTION } from './elf-builder.ts';
import { compile } from './libbpf-view.ts';

/** Tries per property; raise it to look longer: FUZZ_RUNS=100000 npx vitest run test/object/hostile */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 400);
const TIME = 120_000 + RUNS * 20;
/** Nothing may take more of the processor, in milliseconds; ordinary objects take one. */
const LIMIT = 10_000;

/** Everything that is ever requested of an object. */
function useAll(bytes: Uint8Array): void {
  const started = process.cpuUsage();
  const facts = readObject(bytes);
  if (facts.ok) {
    const [program] = facts.programs;
    const named = program ?? { name: 'nobody' };
    for (const insn of [0, 1, -1, 4095, Number.NaN, 2 ** 40]) sourceLine(facts, named, insn);
    lineAtOffset(facts, facts.functions[0]?.sectionName ?? '', 8);
    coreAccesses(facts, named);
    predict(facts, '5.10.0-31-amd64');
    const object = { path: 'x.bpf.o', size_bytes: bytes.length, sha256: '', ...inspectionOf(facts) };
    JSON.stringify(object);
    for (const line of inspectText(object, { width: 80, color: false }).split('\n')) {
      expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  }
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(LIMIT);
}

let dir = '';
let seeds: Uint8Array[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-hostile-'));
  seeds = ['v1', 'v3'].map((cpu) => new Uint8Array(readFileSync(compile('layout', dir, cpu))));
}, 300_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('cut off at every byte', { timeout: TIME }, () => {
  for (const bytes of seeds) for (let end = 0; end <= bytes.length; end++) useAll(bytes.subarray(0, end));
});

test('flipped bits', { timeout: TIME }, () => {
  const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7)), {
    minLength: 1,
    maxLength: 24,
  });
  fc.assert(
    fc.property(fc.nat(1), flips, (index, list) => {
      const bytes = Uint8Array.from(seeds[index] ?? []);
      for (const [where, bit] of list) {
        const at = Math.floor(where * (bytes.length - 1));
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      }
      useAll(bytes);
    }),
    { numRuns: RUNS },
  );
});

const EXTREME = fc.constantFrom(0, 1, 2, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff);

/** Offset and size of each section of a seed. */
function placesOf(bytes: Uint8Array): { readonly offset: number; readonly size: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = Number(view.getBigUint64(40, true));
  return Array.from({ length: view.getUint16(60, true) }, (_, index) => {
    const entry = table + index * 64;
    const offset = Number(view.getBigUint64(entry + 24, true));
    return { offset, size: Number(view.getBigUint64(entry + 32, true)) };
  }).filter(({ offset, size }) => size > 0 && offset + size <= bytes.length);
}

test('words of sections and of the section table replaced', { timeout: TIME }, () => {
  const edit = fc.tuple(
    fc.nat(1000),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.oneof(EXTREME, fc.nat(0xffff), fc.nat()),
  );
  fc.assert(
    fc.property(fc.nat(1), fc.boolean(), fc.array(edit, { minLength: 1, maxLength: 12 }), (index, inTable, edits) => {
      const bytes = Uint8Array.from(seeds[index] ?? []);
      const view = new DataView(bytes.buffer);
      const table = Number(view.getBigUint64(40, true));
      const places = inTable ? [{ offset: table, size: bytes.length - table }] : placesOf(bytes);
      for (const [which, where, value] of edits) {
        const place = places[which % places.length];
        if (!place || place.size < 4) continue;
        view.setUint32(place.offset + Math.floor((where * (place.size - 4)) / 4) * 4, value, true);
      }
      useAll(bytes);
    }),
    { numRuns: RUNS * 2 },
  );
});

test('random sections', { timeout: TIME }, () => {
  const name = fc.constantFrom(
    '.BTF',
    '.BTF.ext',
    '.text',
    'xdp',
    '?tc',
    'maps',
    '.maps',
    '.rodata',
    'license',
    '.struct_ops',
  );
  const section = fc.record({
    name,
    type: fc.constantFrom(0, 1, 2, 3, 8, 9, 0xffff_ffff),
    executable: fc.boolean(),
    info: fc.nat(12),
    bytes: fc.uint8Array({ maxLength: 400 }),
  });
  const symbol = fc.record({
    name: fc.string({ maxLength: 20 }),
    section: name,
    value: fc.nat(500),
    size: fc.nat(500),
    info: fc.nat(255),
  });
  fc.assert(
    fc.property(fc.array(section, { maxLength: 10 }), fc.array(symbol, { maxLength: 10 }), (sections, symbols) => {
      useAll(buildElf(sections, symbols));
    }),
    { numRuns: RUNS },
  );
});

test('types that refer to each other in any way', { timeout: TIME }, () => {
  const strings = new TextEncoder().encode('\0.maps\0type\0key\0value\0values\0.ksyms\0.rodata\0bpf_timer\0');
  // Kinds with a tail are as frequent as those that only refer on, so that chains and cycles come up.
  const type = fc
    .tuple(
      fc.nat(60),
      fc.integer({ min: 1, max: 19 }),
      fc.nat(3),
      fc.boolean(),
      fc.nat(40),
      fc.array(fc.nat(60), { minLength: 12, maxLength: 12 }),
    )
    .map(([nameAt, kind, count, flag, ref, tail]) => {
      const words = {
        1: 1,
        3: 3,
        4: 3 * count,
        5: 3 * count,
        6: 2 * count,
        13: 2 * count,
        14: 1,
        15: 3 * count,
        17: 1,
        19: 3 * count,
      };
      const info = ((flag ? 0x8000_0000 : 0) | (kind << 24) | count) >>> 0;
      return [nameAt, info, ref, ...tail.slice(0, words[kind as keyof typeof words] ?? 0)];
    });
  const core = fc.array(fc.tuple(fc.nat(40), fc.nat(50), fc.nat(13)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(type, { minLength: 1, maxLength: 40 }), core, (types, records) => {
      const ext = [0xeb9f | (1 << 16), 32, 0, 0, 0, 0, 0, 12 + records.length * 16, 16, 1, records.length];
      const words = [...ext, ...records.flatMap(([id, access, kind]) => [0, id, access, kind])];
      useAll(
        buildElf(
          [
            { name: '.maps', bytes: new Uint8Array(64) },
            { name: '.maps\0', executable: true, bytes: insns([[0xb7], [0x95]]) },
            { name: '.BTF', bytes: buildBtf(types.flat(), strings) },
            { name: '.BTF.ext', bytes: new Uint8Array(Uint32Array.from(words).buffer) },
          ],
          [{ name: 'f', section: '.maps\0', size: 16 }],
        ),
      );
    }),
    { numRuns: RUNS * 2 },
  );
});

describe('large and meant to be slow', () => {
  test('a context with as many members as BTF allows, and as many reads as are followed', { timeout: 120_000 }, () => {
    const MEMBERS = 65_535;
    const strings = new TextEncoder().encode('\0slow\0first\0');
    // 1 void pointer to 2 struct of members of type 3, an array of none; 4 int; 5 prototype; 6 function.
    const types = [
      ...[0, 2 << 24, 2],
      ...[6, (4 << 24) | MEMBERS, 8, ...Array.from({ length: MEMBERS }, () => [6, 3, 0]).flat()],
      ...[0, 3 << 24, 0, 4, 4, 0],
      ...[6, 1 << 24, 4, 32],
      ...[0, (13 << 24) | 1, 4, 0, 1],
      ...[1, (12 << 24) | 1, 5],
    ];
    // r2 = *(u8 *)(r1 + 0)
    const code = insns([...Array.from({ length: 65_000 }, () => [0x71, 0x12] as const), [0xb7], [0x95]]);
    const bytes = buildElf(
      [
        { name: 'tracepoint/syscalls/sys_enter_openat', executable: true, bytes: code },
        { name: '.BTF', bytes: buildBtf(types, strings) },
      ],
      [{ name: 'slow', section: 'tracepoint/syscalls/sys_enter_openat', size: code.length }],
    );
    const facts = readObject(bytes);
    if (!facts.ok) throw new Error('it is an object');
    const [program] = facts.programs;
    if (program === undefined) throw new Error('it has a program');
    expect(contextStructure(facts, program)?.fields[0]).toMatchObject({ name: 'first', size: 0 });
    const started = process.cpuUsage();
    expect(contextFields(facts, program)).toEqual([]);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(3000);
  });

  test('sections that all hold the whole file', { timeout: TIME }, () => {
    const count = 20_000;
    const at = { offset: 0, size: 8 * 1024 * 1024 };
    const sections = Array.from({ length: count }, (_, i) => ({ name: i % 2 ? 'xdp' : '.BTF', executable: true, at }));
    useAll(buildElf([{ name: 'filler', bytes: new Uint8Array(8 * 1024 * 1024) }, ...sections]));
  });

  test('functions that all call all others', { timeout: TIME }, () => {
    const count = 1000;
    const calls = Array.from({ length: count }, (_, i) => [0x85, 0x10, 0, i * count] as const);
    const body = insns(
      calls.flatMap((_, i) => calls.map((_c, j) => [0x85, 0x10, 0, (j - i) * count - j - 1] as const)),
    );
    const symbols = calls.map((_, i) => ({ name: `f${i}`, section: 'xdp', value: i * count * 8, size: count * 8 }));
    useAll(buildElf([{ name: 'xdp', executable: true, bytes: body }], symbols));
  });

  test('functions that lie over each other', { timeout: TIME }, () => {
    const bytes = new Uint8Array(4 * 1024 * 1024).fill(0xb7);
    const symbols = Array.from({ length: 20_000 }, (_, i) => ({
      name: `f${i}`,
      section: 'xdp',
      size: bytes.length,
      info: i % 2 ? LOCAL_FUNCTION : 0x12,
    }));
    useAll(buildElf([{ name: 'xdp', executable: true, bytes }], symbols));
  });

  test('a program of a million jumps to each other', { timeout: TIME }, () => {
    const list = Array.from({ length: 1_000_000 }, (_, i) => [i % 2 ? 0x05 : 0x15, 0, i % 3 ? 1 : -2] as const);
    const bytes = insns(list);
    useAll(buildElf([{ name: 'xdp', executable: true, bytes }], [{ name: 'f', section: 'xdp', size: bytes.length }]));
  });

  test('long names, many times', { timeout: TIME }, () => {
    const name = 'n'.repeat(100_000);
    const symbols = Array.from({ length: 30_000 }, () => ({ name, info: 0x10 }));
    useAll(buildElf([{ name: 'xdp', executable: true, bytes: insns([[0x95]]) }], symbols));
  });
});
