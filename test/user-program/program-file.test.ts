import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readProgramFile } from '../../src/user-program/program-file.ts';

const PROGRAM = readFileSync('/usr/bin/env');

/** Bytes without any pattern that are the same in every run. */
function noise(seed: string): Buffer {
  return createHash('sha512').update(seed).digest();
}

describe('readProgramFile', () => {
  test('a dynamic program of this machine', () => {
    const file = readProgramFile(PROGRAM);
    expect(file).toMatchObject({ kind: 'elf', bits: 64, machine: 62, type: 3, rpath: [] });
    expect(file.kind === 'elf' && file.interpreter).toMatch(/ld-linux-x86-64\.so\.2$/);
    expect(file.kind === 'elf' && file.needed).toContain('libc.so.6');
  });

  test.each([
    ['#!/bin/sh\nx', '/bin/sh', ''],
    ['#! /usr/bin/env  python3 -u\r\n', '/usr/bin/env', 'python3 -u'],
    ['#!/bin/awk', '/bin/awk', ''],
  ])('the script %j', (text, interpreter, argument) => {
    expect(readProgramFile(Buffer.from(text))).toEqual({ kind: 'script', interpreter, argument });
  });

  test.each(['', '#!', '#!\n/bin/sh', 'text', '\x7fELF'])('%j is nothing of that', (text) => {
    expect(readProgramFile(Buffer.from(text, 'latin1'))).toEqual({ kind: 'other' });
  });

  test('cut or spoilt bytes are read without a throw, in bounded time', () => {
    for (let length = 0; length < 2048; length += 7) expect(readProgramFile(PROGRAM.subarray(0, length))).toBeDefined();
    for (let round = 0; round < 2000; round++) {
      const bytes = Buffer.from(PROGRAM.subarray(0, 16_384));
      const where = noise(String(round));
      // Headers first: that is where offsets and sizes are.
      for (let hit = 0; hit < 6; hit++) bytes[where.readUInt16LE(hit * 4) % 1024] = where[hit * 4 + 2] ?? 0;
      const file = readProgramFile(bytes);
      if (file.kind === 'elf') expect(file.needed.length).toBeLessThanOrEqual(512);
    }
  });
});
