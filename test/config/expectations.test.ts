import { describe, expect, test } from 'vitest';
import { parseBytes, parseContent, parseOperand } from '../../src/config/expect-values.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { withFunctionalTest } from '../../src/config/merge-manifest.ts';
import { readSuite } from '../../src/config/suite.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const manifest = (expectation: string): string => `functional_tests:\n  - name: t\n    expect: ${expectation}\n`;
const read = (expectation: string) => readManifest({ file: 'm.yaml', text: manifest(expectation) }).functionalTests[0];

describe('numbers and bytes', () => {
  test.each([
    ['1', 1],
    ['-2', -2],
    ['0x1f', 31],
    ['10000000', 10_000_000],
    ['0', 0],
    ['01000000', '01000000'],
    ['0x01 00 00 00', '01000000'],
    ['0x01 0x00 0x0 2', '01000002'],
    ['hex 10000000', '10000000'],
    ['hex:1000', '1000'],
    ['HEX AB cd', 'abcd'],
    ['deadbeef', 'deadbeef'],
    ['one', undefined],
    ['001', undefined],
    ['0x0g 00', undefined],
    ['hex 123', undefined],
  ])('%s is %s', (text, parsed) => {
    expect(parseOperand(text)).toBe(parsed);
  });

  test('bytes are never numbers where only bytes can stand', () => {
    expect(parseBytes('10')).toBe('10');
    expect(parseBytes('0x1f2e')).toBe('1f2e');
    expect(parseBytes('')).toBe('');
  });

  test('content is a text unless it says that it is bytes', () => {
    expect(parseContent('de ad')).toBe('6465206164');
    expect(parseContent('0xde ad')).toBe('dead');
    expect(parseContent('hex de ad')).toBe('dead');
    expect(parseContent('0xno')).toBeUndefined();
  });
});

test('a test without a command, in the words of the model', () => {
  const expectation = `
      maps:
        - {name: .bss, key: 0, min: 1, grows: yes}
        - {name: hits, min_entries: 2}
      variables:
        - {name: "stats.hits[2]", min: 5}
      events:
        - {map: ring, min: 3, contains: conn}
        - {trace_pipe: "seen it"}
      run:
        - {program: pass_all, data_in: 00 01, retval: -1}`;
  expect(read(expectation)).toEqual({
    name: 't',
    command: '',
    required: true,
    timeoutSeconds: 10,
    expectExitCode: 0,
    expectStdoutContains: '',
    expectStderrContains: '',
    expect: {
      maps: [
        { map: '.bss', key: 0, value: undefined, min: 1, grows: true, minEntries: undefined, origin: 'm.yaml:5:18' },
        {
          map: 'hits',
          key: undefined,
          value: undefined,
          min: undefined,
          grows: false,
          minEntries: 2,
          origin: 'm.yaml:6:18',
        },
      ],
      variables: [{ variable: 'stats.hits[2]', value: undefined, min: 5, grows: false, origin: 'm.yaml:8:18' }],
      events: [
        { source: 'map', map: 'ring', min: 3, contains: '636f6e6e', origin: 'm.yaml:10:17' },
        { source: 'trace_pipe', min: 1, contains: 'seen it' },
      ],
      run: [
        {
          program: 'pass_all',
          dataIn: '0001',
          ctxIn: '',
          repeat: 1,
          retval: -1,
          dataOut: undefined,
          origin: 'm.yaml:13:21',
        },
      ],
    },
  });
});

test.each([
  [
    '{maps: [{name: a}]}',
    '3:21: functional_tests[0].expect.maps[0] expects nothing; add key, value, min, grows: true or min_entries',
  ],
  [
    '{maps: [{name: a, key: x}]}',
    '3:36: functional_tests[0].expect.maps[0].key "x" is not allowed; use a whole number, or bytes',
  ],
  ['{maps: [{nmae: a, key: 1}]}', 'unknown key "nmae" in functional_tests[0].expect.maps[0]; did you mean "name"?'],
  ['{maps: [{name: a, key: 1, min_entries: 1}]}', 'min_entries cannot be combined with key'],
  ['{maps: [{name: a, value: "01"}]}', 'value is bytes, which cannot be added up over the whole map; add the key'],
  ['{variables: [{name: hits}]}', 'variables[0] expects nothing; add value, min or grows: true'],
  ['{variables: [{name: "a b", min: 1}]}', 'variables[0].name "a b" is not allowed; use the name of a global variable'],
  ['{events: [{min: 1}]}', 'events[0] says nothing about where events come from; add map or trace_pipe'],
  ['{events: [{map: a, trace_pipe: b}]}', 'events[0] has both map and trace_pipe; make two items of them'],
  [
    '{events: [{trace_pipe: b, contains: c}]}',
    'contains belongs to map; the text a line must contain stands in trace_pipe',
  ],
  ['{events: [{map: a, min: 10001}]}', 'min must be a whole number from 1 to 10000'],
  ['{event: [{map: a}]}', 'unknown key "event" in functional_tests[0].expect; did you mean "events"?'],
  [
    '{run: [{program: p, data_in: 0x1}, {program: p, data_in: zz}]}',
    'run[1].data_in "zz" is not allowed; use bytes as hex digits',
  ],
  ['{run: [{program: p, retval: 4294967296}]}', 'retval must be a whole number from -2147483648 to 4294967295'],
  ['{run: [{data_in: "00"}]}', 'run[0].program is missing; add it'],
  ['{}', 'functional_tests[0].command is missing; add it, or say under expect what maps'],
  ['{maps: []}', 'functional_tests[0].command is missing; add it'],
])('%s is rejected', (expectation, message) => {
  const error = usageErrorOf(() => read(expectation));
  expect(error.code).toBe('manifest_invalid');
  expect(error.message).toContain(message);
});

test('what speaks of a command needs one', () => {
  const text = 'functional_tests: [{name: t, expect_stdout_contains: a, expect: {maps: [{name: a, min: 1}]}}]';
  const { message } = usageErrorOf(() => readManifest({ file: 'm.yaml', text }));
  expect(message).toBe('m.yaml:1:54: functional_tests[0].expect_stdout_contains needs a command; add one');
});

test('no more than 64 items in one test', () => {
  const items = Array(40).fill('{name: a, min: 1}').join(', ');
  const { message } = usageErrorOf(() =>
    read(`{maps: [${items}], run: [${Array(25).fill('{program: p}').join(', ')}]}`),
  );
  expect(message).toContain('expect has 65 items; at most 64 are allowed in one test');
});

test('a case of a suite: its positions, and the manifest that is made of it', () => {
  const suite = readSuite({
    file: 's.yaml',
    text: `name: s
cases:
  - name: c
    artifact: a.o
    kernels: [debian-12-6.1]
    test:
      mode: behavior
      expect:
        maps: [{name: hits, key: "07 00", value: 5}, {name: sum, min: 3, grows: true}]
        variables: [{name: v, value: "01 02", grows: true}, {name: w, value: 3}]
        events: [{map: ring, contains: 0x00ff}, {trace_pipe: "a line", min: 2}]
        run: [{program: p, data_in: 00 01, ctx_in: "02", repeat: 3, retval: 1, data_out: "03"}]
`,
  });
  const added = suite.cases[0]?.test;
  expect(added?.expect?.maps[0]?.origin).toBe('s.yaml:9:23');
  if (added === undefined) return;
  const again = readManifest({ file: 'm.yaml', text: withFunctionalTest('', added) }).functionalTests[0];
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, entry) => (key === 'origin' ? undefined : entry)));
  expect(plain(again)).toEqual(plain(added));
});
