import { describe, expect, test } from 'vitest';
import type { TestExpectations } from '../../src/model/test-expectations.ts';
import { emptyMap } from '../../src/object/map-facts.ts';
import { checkExpectedNames } from '../../src/run/expected-names.ts';
import type { Subject } from '../../src/run/subject.ts';
import { functionalTest } from '../fixtures/evidence.ts';

const MAP = { key: undefined, value: undefined, min: 1, grows: false, minEntries: undefined } as const;

/** Only what is looked at: names, types of maps and whether all was read. */
function subject(problems: readonly string[] = []): Subject {
  const maps = [
    { ...emptyMap('hits', 'btf', '.maps', 0), typeId: 2, type: 'array' },
    { ...emptyMap('ring', 'btf', '.maps', 8), typeId: 27, type: 'ringbuf' },
  ];
  const facts = { ok: true, maps, programs: [{ name: 'on_exec' }], problems, btf: undefined };
  return { artifact: { basename: 'a.bpf.o' }, facts } as unknown as Subject;
}

function check(expected: Partial<TestExpectations>, of = subject()): void {
  const expect = { maps: [], variables: [], events: [], run: [], ...expected };
  checkExpectedNames([functionalTest('t', { expect })], of);
}

const run = (program: string) => ({ program, dataIn: '', ctxIn: '', repeat: 1, retval: undefined, dataOut: undefined });

describe('names that tests expect something of', () => {
  test('all there', () => {
    check({
      maps: [{ ...MAP, map: 'hits' }],
      events: [
        { source: 'map', map: 'ring', min: 1, contains: undefined },
        { source: 'trace_pipe', min: 1, contains: 'x' },
      ],
      run: [run('on_exec')],
    });
  });

  test.each([
    [
      { maps: [{ ...MAP, map: 'hit', origin: 'm.yaml:3:4' }] },
      'm.yaml:3:4: test "t" expects something of map "hit", which a.bpf.o does not have; did you mean "hits"?',
    ],
    [
      { maps: [{ ...MAP, map: 'zzz' }] },
      'test "t" expects something of map "zzz", which a.bpf.o does not have; it has "hits" and "ring"',
    ],
    [
      { events: [{ source: 'map', map: 'hits', min: 1, contains: undefined }] },
      'test "t" expects events of map "hits", which is of type array and has no records; name a ring buffer or a perf event array',
    ],
    [
      { run: [run('on_exit')] },
      'test "t" expects something of program "on_exit", which a.bpf.o does not have; did you mean "on_exec"?',
    ],
  ] as const)('%#', (expected, message) => {
    expect(() => check(expected as Partial<TestExpectations>)).toThrow(message);
  });

  test('variables of an object without BTF, and an object that could not be read whole, are left to the guest', () => {
    check({ variables: [{ variable: 'v', value: 1, min: undefined, grows: false }] });
    check({ maps: [{ ...MAP, map: 'zzz' }] }, subject(['a section is cut']));
    check({ maps: [{ ...MAP, map: 'zzz' }] }, { ...subject(), facts: undefined });
  });
});
