import { describe, expect, test } from 'vitest';
import { ACTION_INPUTS } from '../../src/config/action-inputs.ts';
import { checkSettings, flagsFromInputs, inputVariable, readInputs } from '../../src/config/action-values.ts';
import { UsageError } from '../../src/model/errors.ts';

function inputs(values: Record<string, string>) {
  return readInputs(Object.fromEntries(Object.entries(values).map(([name, text]) => [inputVariable(name), text])));
}

function rejected(values: Record<string, string>): string {
  try {
    checkSettings(inputs(values));
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

describe('settings', () => {
  test('without anything they are the defaults', () => {
    expect(checkSettings(inputs({}))).toMatchObject({
      mode: 'run',
      jobSummary: 'all',
      annotations: true,
      maxAnnotations: 9,
      uploadEvidence: true,
      cache: true,
      requireKvm: false,
      installQemu: 'auto',
      comment: false,
    });
  });

  test.each([
    [{ cache: 'maybe' }, /^input cache must be true or false, not "maybe"$/],
    [{ mode: 'Plan' }, /^input mode must be run, plan or merge, not "Plan"; did you mean "plan"\?$/],
    [{ 'max-annotations': '10' }, /^input max-annotations must be a whole number from 0 to 9, not "10"$/],
    [{ 'retention-days': 'ever' }, /^input retention-days must be a whole number from 0 to 400/],
    [{ 'evidence-name': 'a:b' }, /^input evidence-name is "a:b"; GitHub takes no name/],
    [{ prebuilt: 'x' }, /^input prebuilt must be auto or never/],
  ])('%o names the input, what is wrong and what it takes', (values, message) => {
    expect(rejected(values)).toMatch(message);
  });

  test('words of the toolkit and of flags are both booleans', () => {
    for (const word of ['true', 'True', 'TRUE', '1'])
      expect(checkSettings(inputs({ comment: word })).comment).toBe(true);
    for (const word of ['false', 'False', 'FALSE', '0'])
      expect(checkSettings(inputs({ cache: word })).cache).toBe(false);
  });
});

describe('flags', () => {
  test('of a suite: only what the user set, so that the file keeps its words', () => {
    const flags = flagsFromInputs(inputs({ suite: 's.yaml', artifact: 'x.o' }), 'suite');
    expect(flags.sort()).toEqual([
      '--markdown=reports/bpfcompat-suite.md',
      '--out=reports/bpfcompat-suite.json',
      '--suite=s.yaml',
    ]);
    expect(flagsFromInputs(inputs({ suite: 's.yaml', timeout: '9m', concurrency: '7' }), 'suite')).toEqual(
      expect.arrayContaining(['--timeout=9m', '--concurrency=7']),
    );
  });

  test.each(['- a.bpf.o', '"a.bpf.o"', "'a.bpf.o'", 'a.bpf.o,', '# a.bpf.o', 'a.bpf.o # first', '[a.bpf.o, b.bpf.o]'])(
    'a line with something around it is rejected: %s',
    (line) => {
      const inputs = readInputs({ INPUT_ARTIFACT: `b.bpf.o\n${line}` });
      expect(() => flagsFromInputs(inputs, 'test')).toThrow(
        /^input artifact has the line .*one per line, with nothing around it/,
      );
    },
  );

  test('lines are repeated, lists are joined, a value may look like a flag', () => {
    const flags = flagsFromInputs(inputs({ artifact: ' a.o \n\n --out=/x\n', kernels: 'k1\nk2, k3' }), 'test');
    expect(flags).toEqual(expect.arrayContaining(['--artifact=a.o', '--artifact=--out=/x', '--kernels=k1,k2, k3']));
  });

  test('a boolean flag that is not a boolean is reported by its input', () => {
    expect(() => flagsFromInputs(inputs({ offline: 'perhaps' }), 'test')).toThrow(
      'input offline must be true or false, not "perhaps"',
    );
  });
});

test('every input of earlier versions is still there, with the default it had', () => {
  const defaults = Object.fromEntries(ACTION_INPUTS.map(({ name, default: text }) => [name, text]));
  const earlier = {
    suite: '',
    'suite-out': 'reports/bpfcompat-suite.json',
    'suite-markdown': 'reports/bpfcompat-suite.md',
    artifact: '',
    matrix: '',
    manifest: '',
    'validation-mode': '',
    timeout: '',
    concurrency: '',
    workdir: '',
    build: 'true',
    binary: './bin/bpfcompat',
    prebuilt: 'auto',
    command: '',
    'command-binary': '',
  };
  expect(defaults).toMatchObject(earlier);
  expect(Object.keys(defaults)).toEqual(
    expect.arrayContaining(['out', 'markdown', 'keep-vm-on-failure', 'command-expect-exit', 'disk-resize']),
  );
});
