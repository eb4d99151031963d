import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkObjectHeader, MAX_OBJECT_BYTES } from '../../src/object/header.ts';

interface Fields {
  readonly elfClass?: number;
  readonly order?: number;
  readonly type?: number;
  readonly machine?: number;
  readonly sections?: number;
  readonly entrySize?: number;
  readonly table?: bigint;
}

const SECTION = 64;

/** Header, 16 bytes of content in section 1, then the section table. */
function objectBytes(fields: Fields = {}): Uint8Array {
  const { elfClass = 2, order = 1, type = 1, machine = 247, sections = 2, entrySize = SECTION, table = 80n } = fields;
  const bytes = new Uint8Array(80 + 2 * SECTION);
  const view = new DataView(bytes.buffer);
  const little = order === 1;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, elfClass, order, 1]);
  view.setUint16(16, type, little);
  view.setUint16(18, machine, little);
  view.setBigUint64(40, table, little);
  view.setUint16(58, entrySize, little);
  view.setUint16(60, sections, little);
  setSection(bytes, 1, { type: 1, offset: 64n, size: 16n });
  return bytes;
}

function setSection(
  bytes: Uint8Array,
  index: number,
  section: { type: number; offset: bigint; size: bigint },
): Uint8Array {
  const view = new DataView(bytes.buffer);
  const entry = 80 + index * SECTION;
  view.setUint32(entry + 4, section.type, true);
  view.setBigUint64(entry + 24, section.offset, true);
  view.setBigUint64(entry + 32, section.size, true);
  return bytes;
}

const text = (value: string) => new TextEncoder().encode(value);
const BIG = 0xffff_ffff_ffff_ffffn;

describe('plausible objects', () => {
  test.each([
    ['eBPF', objectBytes()],
    ['without a machine, as old compilers wrote them', objectBytes({ machine: 0 })],
    [
      'with the section count in section 0',
      setSection(objectBytes({ sections: 0 }), 0, { type: 0, offset: 0n, size: 2n }),
    ],
    ['with a section that has no bytes', setSection(objectBytes(), 1, { type: 8, offset: 64n, size: 1_000_000n })],
    ['with bytes behind the table', new Uint8Array([...objectBytes(), 1, 2, 3])],
  ])('%s', (_, bytes) => {
    expect(checkObjectHeader(bytes)).toBeUndefined();
  });

  test('a part of a larger buffer', () => {
    const bytes = objectBytes();
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 7);
    expect(checkObjectHeader(larger.subarray(7))).toBeUndefined();
  });
});

describe('problems', () => {
  test.each([
    ['empty', new Uint8Array(), 'the file is empty; build it again'],
    [
      'not_elf',
      text('not an object\n'),
      'this is a text file, not an ELF object; compile it with clang -O2 -g -target bpf -c',
    ],
    ['not_elf', text('x'), 'this is a text file'],
    ['not_elf', new Uint8Array([0, 1, 2]), 'this is a binary file of an unknown kind'],
    [
      'not_elf',
      new Uint8Array([0x42, 0x43, 0xc0, 0xde, 0, 0]),
      'this is LLVM bitcode, not an ELF object; finish the build with llc',
    ],
    ['not_elf', text('!<arch>\n'), 'this is a static library, not an ELF object; give the .bpf.o inside it'],
    [
      'not_elf',
      new Uint8Array([0x1f, 0x8b, 8, 0]),
      'this is a gzip file, not an ELF object; objects are plain files: take the .bpf.o out of it',
    ],
    ['not_elf', text('#!/bin/sh\n'), 'this is a script, not an ELF object; compile it'],
    ['not_elf', objectBytes({ order: 3 }), 'its ELF header is damaged (unknown byte order)'],
    ['not_elf', objectBytes({ entrySize: 40 }), 'its ELF header is damaged (section entries of 40 bytes)'],
    ['truncated', new Uint8Array([0x7f]), 'the ELF object is cut off'],
    ['truncated', objectBytes().subarray(0, 19), 'the ELF object is cut off (19 bytes, the ELF header needs 64)'],
    ['truncated', objectBytes().subarray(0, 63), 'the ELF object is cut off (63 bytes, the ELF header needs 64)'],
    [
      'truncated',
      objectBytes().subarray(0, 207),
      'the ELF object is cut off (2 section entries at 80, file has 207 bytes); copy it again',
    ],
    ['truncated', objectBytes({ table: BIG }), 'the ELF object is cut off (section table at 18446744073709551615'],
    ['truncated', objectBytes({ sections: 0xffff }), '65535 section entries at 80'],
    [
      'truncated',
      setSection(objectBytes({ sections: 0 }), 0, { type: 0, offset: 0n, size: BIG }),
      'section entries at 80',
    ],
    [
      'truncated',
      setSection(objectBytes(), 1, { type: 1, offset: 200n, size: 9n }),
      'section 1 ends at 209, file has 208 bytes',
    ],
    ['truncated', setSection(objectBytes(), 1, { type: 1, offset: BIG, size: BIG }), 'section 1 ends at'],
    [
      'wrong_machine',
      objectBytes({ machine: 62 }),
      'this is an ELF file for x86_64, not for eBPF; compile it with clang',
    ],
    ['wrong_machine', objectBytes({ machine: 183 }), 'this is an ELF file for aarch64, not for eBPF'],
    ['wrong_machine', objectBytes({ machine: 3, elfClass: 1 }), 'this is an ELF file for 32-bit x86, not for eBPF'],
    ['wrong_machine', objectBytes({ machine: 22, order: 2 }), 'this is an ELF file for s390x, not for eBPF'],
    ['wrong_machine', objectBytes({ machine: 12345 }), 'this is an ELF file for machine 12345, not for eBPF'],
    ['not_64bit', objectBytes({ elfClass: 1 }), 'this is not a 64-bit ELF object, eBPF objects always are'],
    [
      'big_endian',
      objectBytes({ order: 2 }),
      'this object is big-endian, the kernels here are little-endian; compile it with -target bpfel',
    ],
    ['not_relocatable', objectBytes({ type: 2 }), 'this is a linked ELF file, not an object file;'],
    ['not_relocatable', objectBytes({ type: 3 }), 'this is a linked ELF file'],
    ['empty', objectBytes({ table: 0n }), 'it has no sections, so there are no programs in it; build it again'],
    ['empty', objectBytes({ sections: 1 }), 'it has no sections'],
  ])('%s %#', (reason, bytes, message) => {
    const problem = checkObjectHeader(bytes);
    expect(problem?.reason).toBe(reason);
    expect(problem?.message).toContain(message);
    expect(problem?.detail).not.toBe('');
  });

  test('too large', () => {
    expect(checkObjectHeader(new Uint8Array(MAX_OBJECT_BYTES + 1))?.reason).toBe('too_large');
  });
});

describe('never throws', () => {
  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void checkObjectHeader(bytes)));
  });

  test('a good object cut anywhere is rejected', () => {
    const whole = objectBytes();
    for (let length = 0; length < whole.length; length++) {
      expect(checkObjectHeader(whole.subarray(0, length))?.reason).toBe(length === 0 ? 'empty' : 'truncated');
    }
  });

  test('a good object with damaged bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(207), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = objectBytes();
        for (const [at, value] of changes) bytes[at] = value;
        checkObjectHeader(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});
