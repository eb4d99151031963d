import { describe, expect, test } from 'vitest';
import { kernelBtfProblem } from '../../src/object/kernel-btf.ts';

const STRUCT = 4;

interface Shape {
  readonly members?: readonly string[];
  readonly size?: number;
  readonly name?: number;
}

/** BTF with one structure, `pt_regs`. */
function btf({ members = ['r15', 'di'], size = 168, name }: Shape = {}): Buffer {
  const strings = Buffer.from(`\0pt_regs\0${members.join('\0')}\0`);
  const types = Buffer.alloc(12 + 12 * members.length);
  types.writeUInt32LE(name ?? 1, 0);
  types.writeUInt32LE((STRUCT << 24) | members.length, 4);
  types.writeUInt32LE(size, 8);
  for (const [index, member] of members.entries())
    types.writeUInt32LE(strings.indexOf(`\0${member}\0`) + 1, 12 + index * 12);
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  for (const [at, value] of [
    [4, 24],
    [12, types.length],
    [16, types.length],
    [20, strings.length],
  ] as const) {
    header.writeUInt32LE(value, at);
  }
  return Buffer.concat([header, types, strings]);
}

describe('BTF that the user brings along', () => {
  test('of the architecture of the kernel is taken', () => {
    expect(kernelBtfProblem(btf(), 'x86_64')).toBeUndefined();
    expect(kernelBtfProblem(btf({ members: ['user_regs', 'sp', 'pc', 'pstate'] }), 'aarch64')).toBeUndefined();
  });

  test('that was cut down to some types shows no architecture, and is taken', () => {
    expect(kernelBtfProblem(btf({ members: ['sp'] }), 'x86_64')).toBeUndefined();
  });

  test.each([
    ['no BTF', Buffer.from('#!/bin/sh\necho something else entirely\n'), /not BTF; name a raw BTF file/],
    ['a few bytes', Buffer.from('short'), /it has 5 bytes/],
    ['the end missing', btf().subarray(0, -4), /cut off: \d+ of \d+ bytes are there/],
    ['another byte order', btf().swap16().subarray(0, 60), /byte order of another architecture/],
    ['a module', btf({ name: 5000 }), /the BTF of a module/],
    ['arm64', btf({ members: ['user_regs', 'orig_x0'] }), /for aarch64, and this kernel is for x86_64/],
    ['32-bit x86', btf({ members: ['di', 'orig_ax'], size: 68 }), /for 32-bit x86/],
  ])('of %s is rejected with the reason', (_, bytes, words) => {
    expect(kernelBtfProblem(bytes, 'x86_64')).toMatch(words);
  });

  test('with a type that is unknown is rejected', () => {
    const bytes = btf();
    bytes.writeUInt32LE(30 << 24, 28);
    expect(kernelBtfProblem(bytes, 'x86_64')).toMatch(/unknown kind 30/);
  });
});
