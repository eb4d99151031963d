import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/config/commands.ts';
import { keyOf, OPTIONS, optionsOf } from '../../src/config/options.ts';
import { parseArgs as parseArgsAnyWords } from '../../src/config/parse-args.ts';
import type { TestOptions } from '../../src/config/test-options.ts';
import { UsageError } from '../../src/model/errors.ts';
import { FORMATS } from '../../src/model/formats.ts';
import { inFlags, option, spell } from '../../src/model/wording.ts';
import { inFlagWords } from '../in-flag-words.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const parseArgs = inFlagWords(parseArgsAnyWords);

const MINIMAL = ['test', '--artifact', 'a.bpf.o', '--quick', '--out', 'r.json'];

function testOptions(...more: string[]): TestOptions {
  const parsed = parseArgs([...MINIMAL, ...more]);
  if (parsed.command !== 'test') throw new Error(`parsed as ${parsed.command}`);
  return parsed.options;
}

const errorOf = (...argv: string[]) => usageErrorOf(() => parseArgs(argv));

describe('commands', () => {
  test.each([
    [[], undefined, 1],
    [['help'], undefined, 0],
    [['-h'], undefined, 0],
    [['--help'], undefined, 0],
    [['help', 'test'], 'test', 0],
    [['help', 'kernels'], 'kernels', 0],
    [['help', 'kernels', 'fetch'], 'kernels fetch', 0],
    [['test', '--help'], 'test', 0],
    [['test', '--artifact', 'x', '-h'], 'test', 0],
    [['kernels', '-help'], 'kernels', 0],
    [['kernels', 'help'], 'kernels', 0],
    [['kernels', 'prune', '--help'], 'kernels prune', 0],
  ])('%j is help', (argv, topic, exitCode) => {
    expect(parseArgs(argv)).toEqual({ command: 'help', topic, exitCode });
  });

  test.each([
    [['version'], 'version', { json: false }],
    [['--version'], 'version', { json: false }],
    [['-version', '--json'], 'version', { json: true }],
    [['env', '-markdown'], 'env', { json: false, markdown: true }],
    [['doctor', '--offline'], 'doctor', { json: false, noColor: false, offline: true, release: false }],
    [
      ['kernels', 'list'],
      'kernels list',
      { search: [], allowProfileOverride: false, noLock: false, json: false, noColor: false },
    ],
    [
      ['kernels', 'prune', '--keep', 'a,b'],
      'kernels prune',
      { all: false, keep: ['a', 'b'], json: false, noColor: false },
    ],
    [['profile', 'list', '--matrix', 'quick'], 'profile list', { matrix: 'quick' }],
  ])('%j', (argv, command, options) => {
    expect(parseArgs(argv)).toEqual({ command, options });
  });

  test.each([
    [['kernels', 'fetch', '--all'], { kind: 'all' }],
    [['kernels', 'fetch', '--quick'], { kind: 'quick' }],
    [['kernels', 'fetch', 'a', '--json', 'b'], { kind: 'ids', ids: ['a', 'b'], origin: 'kernels fetch' }],
    [['kernels', 'fetch', '--', '-a'], { kind: 'ids', ids: ['-a'], origin: 'kernels fetch' }],
    [['kernels', 'fetch', '--kernels', 'a, b,'], { kind: 'ids', ids: ['a', 'b'], origin: option('kernels') }],
  ])('%j', (argv, kernels) => {
    expect(parseArgs(argv)).toMatchObject({ command: 'kernels fetch', options: { kernels } });
  });

  test('words behind `kernels list` are looked for as those of --search', () => {
    const options = { search: ['x', 'rocky', '5.14'] };
    expect(parseArgs(['kernels', 'list', '--search', 'x', 'rocky', '5.14'])).toMatchObject({ options });
  });

  test.each([
    [['tset'], 'unknown command "tset"; did you mean "test"? see \'bpfcompat help\''],
    [['--artifact'], 'unknown command "--artifact"; flags come after the command, see \'bpfcompat help\''],
    [['help', 'nope'], 'unknown command "nope"; see \'bpfcompat help\'; for a file or directory write ./nope'],
    [['kernels'], "'kernels' needs a second word: list, fetch or prune"],
    [['kernels', 'ftech'], 'unknown command "kernels ftech"; did you mean "fetch"? use kernels list, fetch or prune'],
    [['profile', 'lst'], 'unknown command "profile lst"; did you mean "list"? use profile list'],
    [['__proto__'], 'unknown command "__proto__"; see \'bpfcompat help\'; for a file or directory write ./__proto__'],
    [['build'], 'unknown command "build"; see \'bpfcompat help\'; for a file or directory write ./build'],
    [['--quick'], 'unknown command "--quick"; flags come after the command, see \'bpfcompat help\''],
  ])('%j is rejected', (argv, message) => {
    const error = errorOf(...argv);
    expect(error.code).toBe('unknown_command');
    expect(error.message).toBe(message);
  });
});

describe('check', () => {
  const PLACES = { out: 'bpfcompat-report/report.json', markdown: 'bpfcompat-report/report.md' };

  test.each([
    [['my.bpf.o'], ['my.bpf.o'], { kind: 'quick' }],
    [['check', 'my.bpf.o', 'other.o'], ['my.bpf.o', 'other.o'], { kind: 'quick' }],
    [['build/*.bpf.o', '--quick'], ['build/*.bpf.o'], { kind: 'quick' }],
    [['./build', '--matrix', 'lts'], ['./build'], { kind: 'matrix', value: 'lts' }],
    [['--matrix', 'lts', 'a.o'], ['a.o'], { kind: 'matrix', value: 'lts' }],
    [['check', '--artifact', 'a.o', 'b.o'], ['a.o', 'b.o'], { kind: 'quick' }],
    // Neither a directory that follows the kernels nor a file with a vendor's name is one.
    [
      ['--kernels', 'x', 'build', 'debian-12.tar', 'rocky', './debian-12-6.1'],
      ['build', 'debian-12.tar', 'rocky', './debian-12-6.1'],
      { ids: ['x'] },
    ],
    [['a.o', '--kernel', './bzImage'], ['a.o'], { kind: 'ids', ids: [], origin: option('kernel') }],
  ])('%j', (argv, artifacts, kernels) => {
    expect(parseArgs(argv)).toMatchObject({ command: 'check', options: { ...PLACES, artifacts, kernels } });
  });

  test('its flags are those of test, and help is its own', () => {
    expect(parseArgs(['a.o', '--out', '-'])).toMatchObject({ options: { out: '-', markdown: '' } });
    expect(parseArgs(['a.o', '--json'])).toMatchObject({ options: { ...PLACES, json: true } });
    expect(parseArgs(['a.o', '--help'])).toMatchObject({ command: 'help', topic: 'check' });
    expect(parseArgs(['test', '--artifact', 'a.o', '--quick', '--json'])).toMatchObject({ options: { out: '-' } });
  });

  test.each([
    [['check'], "'check' needs an object; write bpfcompat check my.bpf.o"],
    [['suite.yaml'], /a suite file is run by 'bpfcompat suite --suite suite\.yaml'/],
    [['report.json'], /a report is shown by 'bpfcompat explain report\.json'/],
    [['src/my.bpf.c'], /compile it first: clang -O2 -g -target bpf -c src\/my\.bpf\.c/],
    [['a.o', 'a.o'], /given twice/],
    [
      ['a.o', '--kernels', 'debian-12-6.1', 'debian-13-7.3'],
      /called like a kernel: .*--kernels debian-12-6\.1,debian-13-7\.3/,
    ],
    [['a.o', '--kernels', 'debian-12-6.1', 'ubuntu>=22.04'], /called like a kernel/],
    [['watch', 'a.o', '--kernels', 'debian-12-6.1', 'amazon-linux-2023-6.1'], /called like a kernel/],
    [
      ['test', '--artifact', 'a.o', '--kernels', 'debian-12-6.1', 'debian-13-6.12-arm64', '--out', 'r'],
      /called like a kernel/,
    ],
  ])('%j is an error that says what to do', (argv, message) => {
    expect(() => parseArgs(argv)).toThrow(message);
  });
});

describe('flag syntax', () => {
  test('-x and --x, with a space or =', () => {
    for (const argv of [['-out', 'x'], ['--out', 'x'], ['-out=x'], ['--out=x']])
      expect(testOptions(...argv).out).toBe('x');
    expect(testOptions('--markdown=a=b').markdown).toBe('a=b');
    expect(testOptions('--markdown=').markdown).toBe('');
    expect(testOptions('--markdown', '-').markdown).toBe('-');
    expect(testOptions('--markdown', '-5').markdown).toBe('-5');
  });

  test('what the last one overrules is reported', () => {
    const notesOf = (...more: string[]): string[] => {
      const notes: string[] = [];
      parseArgs([...MINIMAL, ...more], {}, (note) => notes.push(spell(note, inFlags)));
      return notes;
    };
    expect(notesOf('--markdown', 'a.md', '--markdown=b.md', '--markdown', 'b.md')).toEqual([
      '--markdown is given twice; "b.md" counts, and not "a.md"',
    ]);
    expect(notesOf('--artifact', 'b.bpf.o', '--strict-libbpf', '--strict-libbpf')).toEqual([]);
    expect(notesOf('--markdown', 'a.md', '--markdown=b.md', '--quiet')).toEqual([]);
  });

  test('the last one wins; --artifact collects', () => {
    expect(testOptions('--markdown', 'a', '--markdown', 'b').markdown).toBe('b');
    expect(testOptions('--artifact=b.o', '-artifact', 'c.o').artifacts).toEqual(['a.bpf.o', 'b.o', 'c.o']);
  });

  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('boolean word %s', (word) => {
    expect(testOptions(`--keep-vm-on-failure=${word}`).keepVmOnFailure).toBe(true);
  });

  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('boolean word %s', (word) => {
    expect(testOptions('--keep-vm-on-failure', `--keep-vm-on-failure=${word}`).keepVmOnFailure).toBe(false);
  });

  test('a command instead of an object, in either spelling', () => {
    const plain = ['--quick', '--out', 'r', '--artifact', 'a.o'];
    const long = ['--command', 'x -v', '--command-binary=./x', '--command-expect-exit', '3'];
    expect(parseArgs(['test', ...plain, ...long])).toMatchObject({
      command: 'test',
      options: { artifacts: ['a.o'], command: { command: 'x -v', binary: './x', expectExitCode: 3 } },
    });
    expect(parseArgs(['test-command', ...plain, '--cmd', 'x -v', '--bin', './x', '--expect-exit=3'])).toMatchObject({
      command: 'test-command',
      options: {
        artifacts: ['a.o'],
        runner: 'vm',
        validationMode: undefined,
        command: {
          command: 'x -v',
          binary: './x',
          expectExitCode: 3,
          flags: { command: option('cmd'), binary: option('bin') },
        },
      },
    });
    expect(parseArgs(['test', '--command=id', '--quick', '--out=r'])).toMatchObject({ options: { artifacts: [] } });
    expect(parseArgs(['test', ...plain])).toMatchObject({ options: { command: undefined } });
  });

  test.each([
    [
      ['test', '--quick', 'false'],
      'unexpected_argument',
      'unexpected argument "false"; --quick takes a value only with "=": --quick=false',
    ],
    [
      ['test', 'a.o'],
      'unexpected_argument',
      "unexpected argument \"a.o\"; write --artifact a.o, several objects as a pattern in quotes: --artifact 'build/*.bpf.o'; 'test' takes flags only, see 'bpfcompat test --help'",
    ],
    [['test', '--', '--quick'], 'unexpected_argument', 'unexpected argument "--quick"; \'test\' takes flags only'],
    [['test', '-'], 'unexpected_argument', 'unexpected argument "-"'],
    [['test', '---quick'], 'unknown_flag', '"---quick" is not a flag; flags look like --name or --name=value'],
    [['test', '--=x'], 'unknown_flag', '"--=x" is not a flag'],
    [
      ['test', '--artefact', 'x'],
      'unknown_flag',
      'unknown flag "--artefact" of \'test\'; did you mean "--artifact"? see \'bpfcompat test --help\'',
    ],
    [['suite', 'suite.yaml'], 'unexpected_argument', 'unexpected argument "suite.yaml"; write --suite suite.yaml; '],
    [['report-summary', 'r.json'], 'unexpected_argument', 'write --report r.json; '],
    [['compare', 'a', 'b'], 'unexpected_argument', 'write --base-report OLD.json --head-report NEW.json'],
    [['test', '--output', 'x'], 'unknown_flag', 'unknown flag "--output" of \'test\'; did you mean "--out"?'],
    [['test', '-o', 'x'], 'unknown_flag', 'unknown flag "-o" of \'test\'; did you mean "--out"?'],
    [['test', '--zzzzzz=1'], 'unknown_flag', "unknown flag \"--zzzzzz\" of 'test'; see 'bpfcompat test --help'"],
    [['test', '--constructor'], 'unknown_flag', 'unknown flag "--constructor"'],
    [['version', '--quick'], 'unknown_flag', 'unknown flag "--quick" of \'version\''],
    [['test', '--out'], 'flag_value', '--out needs a value; write --out VALUE or --out=VALUE'],
    [
      ['test', '--out', '--markdown', 'x'],
      'flag_value',
      '--out needs a value, but --markdown follows; if that is the value, write --out=--markdown',
    ],
    [
      ['test', '--quick=maybe'],
      'flag_value',
      '--quick must be true or false, not "maybe"; write --quick or --quick=false',
    ],
    [['test', '--quick=yes'], 'flag_value', '--quick must be true or false, not "yes"'],
    [['test', '--quick='], 'flag_value', '--quick must be true or false, not ""'],
    [['test', '--concurrency', '0'], 'flag_value', '--concurrency must be a whole number from 1 to 256, not "0"'],
    [['test', '--concurrency', 'two'], 'flag_value', '--concurrency must be a whole number from 1 to 256, not "two"'],
    [
      ['test', '--timeout', '30'],
      'flag_value',
      '--timeout must be a duration, not "30"; write a number with a unit (ns us ms s m h), for example 90s, 1m30s or 1.5h',
    ],
    [['test', '--timeout=0'], 'flag_value', '--timeout must be more than 0, not "0"'],
    [['test', '--timeout=-5s'], 'flag_value', '--timeout must be more than 0, not "-5s"'],
    [['test', '--timeout=200h'], 'flag_value', '--timeout must be from 1ms to 168h, not "200h"'],
    [['test', '--disk-resize=-1'], 'flag_value', '--disk-resize must be a whole number from 0 to 1024, not "-1"'],
  ])('%j is rejected', (argv, code, message) => {
    const error = errorOf(...argv);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('test', () => {
  test('defaults', () => {
    expect(testOptions()).toEqual({
      artifacts: ['a.bpf.o'],
      kernels: { kind: 'quick' },
      out: 'r.json',
      markdown: '',
      manifest: '',
      artifactName: '',
      artifactVersion: '',
      artifactVariant: '',
      artifactUri: '',
      validationMode: undefined,
      loader: { strictLibbpf: false, rodata: new Map(), attachTargets: new Map() },
      baseline: '',
      failOn: undefined,
      shard: undefined,
      files: Object.fromEntries(FORMATS.map(({ name }) => [name, ''])),
      json: false,
      workdir: '.bpfcompat',
      runner: 'vm',
      concurrency: 2,
      isolation: 'cell',
      timeoutMs: 180_000,
      diskResize: 0,
      keepVmOnFailure: false,
      sample: false,
      acceptInferred: false,
      facts: '',
      offline: false,
      refreshKernels: false,
      allowProfileOverride: false,
      localKernels: [],
      lock: 'use',
      noColor: false,
      quiet: false,
      notes: [],
    });
  });

  test.each([
    ['load_only', 'load_only'],
    ['load-only', 'load_only'],
    ['LoadOnly', 'load_only'],
    ['load_attach', 'load_attach'],
    ['LOAD-ATTACH', 'load_attach'],
    ['loadattach', 'load_attach'],
    ['Behavior', 'behavior'],
    ['', undefined],
  ])('mode %j', (word, mode) => {
    expect(testOptions('--validation-mode', word).validationMode).toBe(mode);
  });

  test('values arrive', () => {
    const options = testOptions(
      '--timeout=1m30s',
      '--concurrency=8',
      '--artifact-uri=HTTPS://x.example/a.o',
      '--artifact-name=conn',
      '--artifact-version=1.2',
      '--artifact-variant=ringbuf',
      '--manifest=m.yaml',
      '--workdir=/tmp/w',
      '--refresh-kernels',
      '--quiet',
      '--no-color',
    );
    expect(options).toMatchObject({
      timeoutMs: 90_000,
      concurrency: 8,
      artifactUri: 'HTTPS://x.example/a.o',
      artifactName: 'conn',
      artifactVersion: '1.2',
      artifactVariant: 'ringbuf',
      manifest: 'm.yaml',
      workdir: '/tmp/w',
      refreshKernels: true,
      quiet: true,
      noColor: true,
    });
  });

  test('--disk-resize is for the image lane', () => {
    expect(testOptions('--disk-resize=8').notes.map((note) => spell(note, inFlags))).toEqual([
      '--disk-resize has an effect on the image lane alone (--lane): other guests run from memory',
    ]);
    expect(testOptions('--disk-resize=8', '--lane', 'image')).toMatchObject({ notes: [], diskResize: 8 });
  });

  test('NO_COLOR counts when it is not empty, a flag beats it', () => {
    const noColor = (env: Record<string, string>, ...more: string[]) => {
      const parsed = parseArgs([...MINIMAL, ...more], env);
      return parsed.command === 'test' && parsed.options.noColor;
    };
    expect(noColor({})).toBe(false);
    expect(noColor({ NO_COLOR: '' })).toBe(false);
    expect(noColor({ NO_COLOR: '1' })).toBe(true);
    expect(noColor({ NO_COLOR: '1' }, '--no-color=false')).toBe(false);
  });

  test.each([
    [['test'], 'missing_flag', '--artifact is missing; add it, for example --artifact build/my.bpf.o'],
    [['test', '--artifact', '', '--quick', '--out=o'], 'missing_flag', '--artifact is missing'],
    [
      ['test', '--artifact=a', '--out=o'],
      'missing_flag',
      'no kernels are chosen; add --quick, --matrix FILE or --kernels ID,ID',
    ],
    [['test', '--artifact=a', '--out=o', '--kernels=,'], 'missing_flag', 'no kernels are chosen'],
    [['test', '--artifact=a', '--quick'], 'missing_flag', '--out is missing; add it, for example --out report.json'],
    [[...MINIMAL, '--matrix=m'], 'flag_conflict', '--matrix and --quick both choose kernels; give only one of them'],
    [[...MINIMAL, '--kernels=a'], 'flag_conflict', '--kernels and --quick both choose kernels'],
    [[...MINIMAL, '--markdown=r.json'], 'flag_conflict', '--out and --markdown are the same file "r.json"; choose two'],
    [[...MINIMAL, '--artifact=a.bpf.o'], 'flag_conflict', '--artifact a.bpf.o is given twice; remove one of them'],
    [
      [...MINIMAL, '--artifact=b', '--artifact-name=n'],
      'flag_conflict',
      '--artifact-name names one object, but 2 are given',
    ],
    [[...MINIMAL, '--workdir='], 'flag_conflict', '--workdir is empty; name a directory or leave the flag out'],
    [
      [...MINIMAL, '--offline', '--refresh-kernels'],
      'flag_conflict',
      '--refresh-kernels needs the network, which --offline forbids',
    ],
    [
      [...MINIMAL, '--runner=host'],
      'not_available',
      '--runner host would load an unproven object into the kernel of this machine and is not available',
    ],
    [[...MINIMAL, '--runner=host', '--unsafe-allow-host-runner'], 'not_available', 'is not available'],
    [
      [...MINIMAL, '--runner=frecracker'],
      'flag_value',
      '--runner "frecracker" is not known; did you mean "firecracker"? use vm, virtme-ng or firecracker',
    ],
    [['test', '--command', 'uname -a', '--quick'], 'missing_flag', '--out is missing'],
    [['test', '--command', ' ', '--quick', '--out', 'r'], 'flag_value', '--command is empty; write the command'],
    [[...MINIMAL, '--command-binary', 'x'], 'missing_flag', '--command-binary needs --command; add'],
    [[...MINIMAL, '--command-expect-exit=0'], 'missing_flag', '--command-expect-exit needs --command'],
    [[...MINIMAL, '--command', 'id', '--command-expect-exit=256'], 'flag_value', '--command-expect-exit'],
    [
      [...MINIMAL, '--command', 'id', '--set-rodata', 'x=1'],
      'flag_conflict',
      '--set-rodata has no effect with --command: the guest loads nothing by itself; remove one of them',
    ],
    [['test-command', '--quick', '--out', 'r'], 'missing_flag', '--cmd is missing; add it'],
    [['test-command', '--cmd', 'id', '--out', 'r'], 'missing_flag', 'no kernels are chosen'],
    [['test-command', '--cmd', 'id', '--runner', 'vm'], 'unknown_flag', 'unknown flag "--runner"'],
    [
      [...MINIMAL, '--validation-mode=load_attch'],
      'flag_value',
      '--validation-mode "load_attch" is not known; did you mean "load_attach"? use load_only, load_attach or behavior',
    ],
    [
      [...MINIMAL, '--artifact-uri=ftp://x/y'],
      'flag_value',
      '--artifact-uri "ftp://x/y" is not a URL; use one that starts with https://, http:// or file://',
    ],
  ])('%j is rejected', (argv, code, message) => {
    const error = errorOf(...argv);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test.each([
    [['kernels', 'fetch'], 'no kernels are chosen; add --all, ids, --quick, --matrix FILE or --kernels ID,ID'],
    [['kernels', 'fetch', 'a', '--all'], '--all and ids both choose kernels; give only one of them'],
    [['kernels', 'prune', '--all', '--keep=a'], '--all and --keep contradict each other; give only one of them'],
    [['profile', 'list'], '--matrix is missing; add it, for example --matrix quick'],
  ])('%j is rejected', (argv, message) => {
    expect(errorOf(...argv).message).toContain(message);
  });
});

describe('the options table', () => {
  test('no command has a flag twice, names and defaults are well formed', () => {
    for (const { name: command } of COMMANDS) {
      const names = optionsOf(command).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
    for (const option of OPTIONS) {
      expect(option.name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(option.description).not.toMatch(/\.$/);
      expect(option.type === 'boolean').toBe(!('placeholder' in option));
    }
  });

  test('names in results', () => {
    const row = { default: '', description: '', commands: [] };
    expect(keyOf({ ...row, name: 'keep-vm-on-failure', type: 'boolean' })).toBe('keepVmOnFailure');
    expect(keyOf({ ...row, name: 'timeout', type: 'duration' })).toBe('timeoutMs');
  });
});

describe('no command line makes it throw anything but UsageError', () => {
  const parses = (argv: readonly string[]) => {
    try {
      parseArgs(argv, { NO_COLOR: '1' });
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).not.toBe('');
    }
  };

  test('random words', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }), parses), { numRuns: 1000 });
  });

  test('real words in random order', () => {
    const words = [
      ...COMMANDS.flatMap(({ name }) => name.split(' ')),
      ...OPTIONS.flatMap(({ name }) => [`--${name}`, `-${name}`, `--${name}=`, `--${name}=1`, `--${name}=x`]),
      ...[
        '--',
        '-',
        '---',
        '-=',
        '--=',
        '',
        '1',
        '5s',
        'true',
        'a,b',
        '__proto__',
        '--__proto__=1',
        '-h',
        '--help',
        'help',
      ],
    ];
    const command = fc.constantFrom(...COMMANDS.map(({ name }) => name.split(' ')));
    const rest = fc.array(fc.constantFrom(...words), { maxLength: 10 });
    fc.assert(
      fc.property(fc.tuple(command, rest), ([first, more]) => parses([...first, ...more])),
      { numRuns: 3000 },
    );
  });
});

test('watch of a suite leaves to it what it says itself', () => {
  const parsed = parseArgs(['watch', '--suite', 's.yaml', '--concurrency', '3']);
  expect(parsed).toMatchObject({
    command: 'watch',
    options: { suite: 's.yaml', concurrency: 3, timeoutMs: undefined, workdir: '', isolation: 'cell' },
  });
  expect(() => parseArgs(['watch', '--suite', 's.yaml', '--quick'])).toThrow(
    '--suite and --quick: the suite file says that itself; remove one of them',
  );
  expect(() => parseArgs(['watch', '--quick'])).toThrow(/--artifact is missing/);
  expect(() => parseArgs(['watch', '--suite', 's.yaml', 'a.o'])).toThrow(/--suite and --artifact: the suite file says/);
  expect(parseArgs(['watch', 'a.o', './build'])).toMatchObject({
    options: { artifacts: ['a.o', './build'], kernels: { kind: 'quick' } },
  });
  expect(parseArgs(['watch', 'a.o', '--matrix', 'lts'])).toMatchObject({
    options: { kernels: { kind: 'matrix', value: 'lts' } },
  });
});

describe('builds of kernels', () => {
  test('what a lock is for', () => {
    expect(testOptions('--locked').lock).toBe('require');
    expect(testOptions('--no-lock').lock).toBe('ignore');
    expect(parseArgs(['lock'])).toMatchObject({
      command: 'lock',
      options: { kernels: undefined, suite: '', check: false },
    });
    expect(parseArgs(['lock', '--matrix', 'quick', '--check'])).toMatchObject({
      options: { kernels: { kind: 'matrix', value: 'quick' }, check: true },
    });
  });

  test('the flags of bisect', () => {
    expect(
      parseArgs(['bisect', '--artifact', 'a.o', '--good', 'a@1', '--bad', 'a', '--set-rodata', 'x=1']),
    ).toMatchObject({
      command: 'bisect',
      options: {
        artifact: 'a.o',
        good: 'a@1',
        bad: 'a',
        timeoutMs: 180_000,
        loader: { rodata: new Map([['x', '1']]) },
      },
    });
  });

  test.each([
    [[...MINIMAL, '--locked', '--no-lock'], 'flag_conflict', '--locked and --no-lock contradict each other'],
    [['suite', '--suite', 's.yaml', '--locked', '--no-lock'], 'flag_conflict', '--locked and --no-lock'],
    [['lock', '--suite', 's.yaml', '--quick'], 'flag_conflict', '--suite says itself which kernels'],
    [['bisect', '--good', 'a', '--bad', 'b'], 'missing_flag', '--artifact is missing'],
    [['bisect', '--artifact', 'a.o', '--bad', 'b'], 'missing_flag', '--good is missing; add it, for example --good'],
    [['bisect', '--artifact', 'a.o', '--good', 'b'], 'missing_flag', '--bad is missing'],
    [['kernel-sweep'], 'missing_flag', '--profile is missing'],
    [['kernel-sweep', '--profile', 'a', '--target-timeout', '5'], 'flag_value', '--target-timeout "5"'],
    [['kernel-sweep', '--profile', 'a', '--count', '0'], 'flag_value', '--count'],
  ])('%j is rejected', (argv, code, message) => {
    const error = errorOf(...argv);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});
