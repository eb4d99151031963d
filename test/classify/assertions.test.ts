import { describe, expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { words } from '../../src/findings/words.ts';
import type { Assertion } from '../../src/model/evidence.ts';
import type { MapExpectation, TestExpectations } from '../../src/model/test-expectations.ts';
import * as fx from '../fixtures/evidence.ts';

const map = (part: Partial<MapExpectation>): MapExpectation => ({
  map: 'hits',
  key: undefined,
  value: undefined,
  min: undefined,
  grows: false,
  minEntries: undefined,
  ...part,
});
const run = { program: 'on_packet', dataIn: '00', ctxIn: '', repeat: 1, retval: undefined, dataOut: undefined };
const ring = { source: 'map', map: 'ring', min: 2, contains: undefined } as const;
const only = (part: Partial<TestExpectations>): TestExpectations => ({
  maps: [],
  variables: [],
  events: [],
  run: [],
  ...part,
});

/** The outcome when the guest says `seen` of one expectation, and that it holds. */
function outcome(expected: TestExpectations, seen: string, part: Partial<Assertion> = {}, required = true) {
  const [kind, subject] = expected.maps[0]
    ? (['map', 'hits'] as const)
    : expected.variables[0]
      ? (['variable', 'n'] as const)
      : expected.events[0]
        ? (['event', 'ring'] as const)
        : (['run', 'on_packet'] as const);
  const assertion: Assertion = { kind, subject, status: 'pass', wanted: '', seen, error: '', ...part };
  const stage = fx.functional('t', {
    command: '',
    exit_code: -1,
    status: assertion.status === 'pass' ? 'pass' : 'fail',
    assertions: [assertion],
  });
  const evidence = fx.passing();
  const at = evidence.stages.findIndex(({ stage: kindOf }) => kindOf === 'exit');
  return classify({
    evidence: { ...evidence, stages: evidence.stages.toSpliced(at, 0, stage) },
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [fx.functionalTest('t', { command: '', expect: expected, required })],
  });
}

describe('what the guest saw decides, and not that it says pass', () => {
  test.each([
    ['a key that is there', only({ maps: [map({ key: 0 })] }), 'found=true', 'found=false'],
    ['a value', only({ maps: [map({ key: 0, value: 5 })] }), 'found=true value=5 size=4', 'found=true value=6 size=4'],
    [
      'a value below zero',
      only({ maps: [map({ key: 0, value: -2 })] }),
      'found=true value=4294967294 size=4',
      'found=true value=4294967294 size=8',
    ],
    [
      'a value as bytes',
      only({ maps: [map({ key: 0, value: '0102' })] }),
      'found=true length=2 bytes=x0102',
      'found=true length=3 bytes=x010200',
    ],
    ['a least value', only({ maps: [map({ min: 3 })] }), 'entries=1 value=3 size=8', 'entries=9 value=2 size=8'],
    [
      'growth',
      only({ maps: [map({ grows: true })] }),
      'entries=1 value=3 size=8 before=2',
      'entries=1 value=3 size=8 before=3',
    ],
    ['entries', only({ maps: [map({ minEntries: 2 })] }), 'entries=2', 'entries=1'],
    [
      'a variable',
      only({ variables: [{ variable: 'n', value: undefined, min: 2, grows: true }] }),
      'found=true value=2 size=4 before=0',
      'found=true value=2 size=4 before=2',
    ],
    ['records', only({ events: [ring] }), 'records=9 matching=2', 'records=9 matching=1'],
    ['a return value', only({ run: [{ ...run, retval: -1 }] }), 'retval=4294967295', 'retval=1'],
    [
      'an output',
      only({ run: [{ ...run, dataOut: 'ff' }] }),
      'retval=0 length=1 data_out=xff',
      'retval=0 length=2 data_out=xff',
    ],
    ['just running', only({ run: [run] }), 'retval=7', 'errno=-22'],
  ])('%s', (_, expected, good, bad) => {
    expect(outcome(expected, good)).toMatchObject({ status: 'pass' });
    expect(outcome(expected, bad)).toMatchObject({ status: 'fail', failedStage: 'functional' });
    expect(outcome(expected, 'value=abc entries= = x')).toMatchObject({ status: 'fail' });
    expect(outcome(expected, `${good} size=-1 value=99999999999999999999`)).toBeDefined();
    expect(outcome(expected, bad.replace(/size=\d/, 'size=-99999999999'))).toMatchObject({ status: 'fail' });
    expect(outcome(expected, good, { status: 'fail' })).toMatchObject({ status: 'fail' });
    expect(outcome(expected, good, { subject: 'another' })).toMatchObject({ status: 'fail' });
  });

  test('bytes beyond what is reported are compared by the guest alone', () => {
    const value = 'ab'.repeat(300);
    const expected = only({ maps: [map({ key: 0, value })] });
    expect(outcome(expected, `found=true length=300 bytes=x${value.slice(0, 512)}`)).toMatchObject({ status: 'pass' });
  });
});

test('an optional test is a warning', () => {
  const result = outcome(only({ maps: [map({ key: 0 })] }), 'found=false', { status: 'fail' }, false);
  expect(result).toMatchObject({ status: 'pass', findings: [{ code: 'FUNCTIONAL_TEST_FAILURE', subject: 't' }] });
});

function wordsOf(result: ReturnType<typeof outcome>) {
  const finding = result.status === 'fail' ? result.findings[0] : undefined;
  if (finding === undefined) throw new Error('nothing was found');
  return { finding, ...words(finding) };
}

test('the finding says what was wanted and what was seen', () => {
  const failed = { status: 'fail', error: 'the value is too small' } as const;
  const reported = wordsOf(outcome(only({ maps: [map({ key: 7, min: 3 })] }), 'found=true value=1 size=8', failed));
  expect(reported.finding.args).toMatchObject({
    reason: 'expectation',
    kind: 'map',
    expected_of: 'hits',
    wanted: 'key=7 min=3',
    seen: 'found=true value=1 size=8',
  });
  expect(reported.title).toBe('functional test t: map hits: the value is too small');
  expect(reported.explanation).toBe('Expected of map hits: key 7, value at least 3. Seen: value 1.');
});

test('a program that the kernel cannot run by itself is not a fault of the program', () => {
  const reported = wordsOf(outcome(only({ run: [run] }), 'errno=-524', { status: 'fail', error: 'no' }));
  expect(reported.finding.args).toMatchObject({ cause: 'test_run_unsupported' });
  expect(reported.title).toMatch(/this kernel cannot run .* programs by BPF_PROG_TEST_RUN/);
});

test('a test that was not looked at fails', () => {
  const result = classify({
    evidence: fx.passing(),
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [fx.functionalTest('t', { command: '', expect: only({ run: [run] }) })],
  });
  expect(result).toMatchObject({ status: 'fail', findings: [{ args: { reason: 'not_run' } }] });
});

test('of several expectations that do not hold all are reported, what a program returned first', () => {
  const expected = only({ maps: [map({ key: 7, value: 3 })], run: [{ ...run, retval: 1 }] });
  const said = [
    { kind: 'map', subject: 'hits', wanted: '', seen: 'found=true value=0 size=8', status: 'fail', error: 'wrong' },
    { kind: 'run', subject: run.program, wanted: '', seen: 'retval=2', status: 'fail', error: 'another return value' },
  ] as const;
  const stage = fx.functional('t', { status: 'fail', error: 'hits: wrong', assertions: [...said] });
  const result = classify({
    evidence: fx.evidence([fx.open(), fx.load(), stage, fx.exit()]),
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [fx.functionalTest('t', { command: '', expect: expected })],
  });
  const reported = wordsOf(result);
  expect(reported.title).toBe(`functional test t: program ${run.program}: it returned 2, expected 1`);
  expect(reported.explanation).toContain('Also map hits: expected key 7, value 3; seen value 0.');
  expect(reported.remediation).not.toMatch(/trigger/);
  expect(reported.finding.evidence?.text).toContain('another return value');
});

test('what libbpf said in the output of a test stands in the finding', () => {
  const stderr =
    "libbpf: map 'events': failed to create: Invalid argument(-22)\nlibbpf: failed to load object 'x'\nbye\n";
  const stage = fx.functional('t', {
    status: 'fail',
    exit_code: 1,
    error: 'exit code 1, expected 0',
    stderr_tail: stderr,
  });
  const result = classify({
    evidence: fx.evidence([fx.open(), fx.load(), stage, fx.exit()]),
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [fx.functionalTest('t', { command: './loader' })],
  });
  expect(wordsOf(result).explanation).toBe(
    "Exit code 1, expected 0. Its output says: map 'events': failed to create: Invalid argument(-22).",
  );
});

test('a tool that the guest does not have is not a fault of the object', () => {
  const stage = fx.functional('t', { status: 'fail', exit_code: 127, stderr_tail: 'sh: bpftool: not found\n' });
  const result = classify({
    evidence: fx.evidence([fx.open(), fx.load(), stage, fx.exit()]),
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [fx.functionalTest('t', { command: 'bpftool map show' })],
  });
  expect(result).toMatchObject({
    status: 'infra_error',
    cause: 'command_unrunnable',
    message: expect.stringMatching(/the declared assets; bring the program along \(an asset\), or run it in /),
  });
});
