import { describe, expect, test } from 'vitest';
import { inRepository, repositoryPath, type Sources } from '../../src/classify/source-paths.ts';
import type { SourceLocation } from '../../src/model/finding.ts';

const FILES = ['src/conn.bpf.c', 'src/headers/common.h', 'other/headers/common.h', 'exec.bpf.c', 'test/exec.bpf.c'];
const ROOT = '/home/me/agent';

describe('the file that a path of the compiler means', () => {
  test.each<[string, string, string | undefined]>([
    ['below the root', '/home/me/agent/src/conn.bpf.c', 'src/conn.bpf.c'],
    ['counted from the root', './src/conn.bpf.c', 'src/conn.bpf.c'],
    ['in a container', '/build/agent/src/conn.bpf.c', 'src/conn.bpf.c'],
    ['by a name that only one file has', 'conn.bpf.c', 'src/conn.bpf.c'],
    ['of two that end alike, the one that shares more', '/build/src/headers/common.h', 'src/headers/common.h'],
    ['of two that fit as well, none', '/build/headers/common.h', undefined],
    ['by a bare name that several have, elsewhere', '/build/exec.bpf.c', undefined],
    ['by a bare name that counts from the root', 'exec.bpf.c', 'exec.bpf.c'],
    ['of nobody', '/usr/include/bpf/bpf_helpers.h', undefined],
    ['empty', '', undefined],
    ['a root that only begins alike', '/home/me/agent2/other.c', undefined],
  ])('%s: %s', (_, file, path) => {
    expect(repositoryPath(file, ROOT, FILES)).toBe(path);
  });
});

describe('a location in the repository', () => {
  const lines = ['#include <x.h>', '', 'int a;', '\treturn *value;', 'int b;'];
  const sources: Sources = new Map([['conn.bpf.c', { path: 'src/conn.bpf.c', lines }]]);
  const location = (line: number, text: string): SourceLocation => ({
    file: 'conn.bpf.c',
    line,
    column: 3,
    text,
    function: 'f',
    insn: 1,
    certainty: 'exact',
  });

  test.each<[string, number, string, object]>([
    ['says what was compiled', 4, '  return *value;', { line: 4, match: 'exact' }],
    ['moved', 2, 'return *value;', { line: 4, match: 'shifted' }],
    ['changed', 4, 'return 0;', { line: 4, match: 'stale' }],
    ['without a text proves nothing', 2, '', { line: 2, match: 'stale' }],
    ['moved too far', 40, 'int a;', { line: 40, match: 'stale' }],
  ])('%s', (_, line, text, expected) => {
    expect(inRepository(location(line, text), sources).repository).toEqual({ path: 'src/conn.bpf.c', ...expected });
  });

  test('of another file stays as it is', () => {
    const other = { ...location(1, 'x'), file: 'other.c' };
    expect(inRepository(other, sources)).toBe(other);
  });
});
