import { describe, expect, test } from 'vitest';
import { checkRequiredProfiles, readManifest } from '../../src/config/manifest.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const CONTRACT_EXAMPLE = `name: conn-tracer
programs:
  - name: on_connect
    section: fentry/tcp_v4_connect
    type: tracing
    attach: {kind: fentry, symbol: tcp_v4_connect, required: true}
required_profiles: [ubuntu-22.04-5.15]
maps:
  - {name: rings, max_entries: cpus, inner_ringbuf_bytes: 262144}
  - {name: by_netns, max_entries: 512, inner_map: {type: hash, key_size: 4, value_size: 8, max_entries: 64}}
program_types: [{program: socket1, type: socket_filter}]
program_variants:
  - group: walker
    programs: [{name: walk_loop, requires_helper: bpf_loop}, {name: walk_iter, probe: trial_load}, {name: walk_plain}]
probe_companions: [tail_entry]
functional_tests:
  - {name: counter-moves, command: "cat /sys/kernel/tracing/trace", timeout: 5s, expect_stdout_contains: conn}
metadata: {owner: net-team}
`;

const read = (text: string) => readManifest({ file: 'compat.yaml', text });
const errorOf = (text: string) => usageErrorOf(() => read(text));

describe('readManifest', () => {
  test('the example of the contract', () => {
    expect(read(CONTRACT_EXAMPLE)).toEqual({
      file: 'compat.yaml',
      name: 'conn-tracer',
      programs: [
        {
          name: 'on_connect',
          section: 'fentry/tcp_v4_connect',
          type: 'tracing',
          attach: { kind: 'fentry', category: '', name: '', symbol: 'tcp_v4_connect', required: true },
          attachTarget: '',
          autoload: undefined,
        },
      ],
      requiredProfiles: ['ubuntu-22.04-5.15'],
      requiredProfileOrigins: ['compat.yaml:7:21'],
      assets: [],
      functionalTests: [
        {
          name: 'counter-moves',
          command: 'cat /sys/kernel/tracing/trace',
          required: true,
          timeoutSeconds: 5,
          expectExitCode: 0,
          expectStdoutContains: 'conn',
          expectStderrContains: '',
        },
      ],
      maps: [
        { name: 'rings', maxEntries: 'cpus', innerRingbufBytes: 262144, innerMap: undefined },
        {
          name: 'by_netns',
          maxEntries: 512,
          innerRingbufBytes: undefined,
          innerMap: { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 64 },
        },
      ],
      programTypes: [{ program: 'socket1', type: 'socket_filter' }],
      programVariants: [
        {
          group: 'walker',
          programs: [
            { name: 'walk_loop', requiresHelper: 181, trialLoad: false },
            { name: 'walk_iter', requiresHelper: undefined, trialLoad: true },
            { name: 'walk_plain', requiresHelper: undefined, trialLoad: false },
          ],
        },
      ],
      probeCompanions: ['tail_entry'],
      rodata: new Map(),
      strictLibbpf: false,
      modules: { load: [], forbid: [] },
      loaders: { gate: undefined, beside: undefined },
      failOn: undefined,
      minKernel: undefined,
      expectations: [],
      metadata: { owner: 'net-team' },
    });
  });

  test('an empty file is a manifest without demands', () => {
    expect(read('')).toMatchObject({ name: '', programs: [], requiredProfiles: [], functionalTests: [], metadata: {} });
    expect(read('programs:\nmaps: []\n')).toMatchObject({ programs: [], maps: [] });
  });

  test('modules, with dashes as the kernel has them', () => {
    const text = 'modules: {load: [nf-conntrack, xfs], forbid: [btrfs]}';
    expect(read(text).modules).toEqual({ load: ['nf_conntrack', 'xfs'], forbid: ['btrfs'] });
    expect(errorOf('modules: {load: [xfs, md-mod], forbid: [md_mod]}').message).toBe(
      'compat.yaml:1:23: module md_mod is in modules.forbid, too; remove it from one of them',
    );
    expect(errorOf('modules: {load: [../xfs]}').message).toMatch(/use the name of a kernel module, as lsmod has it/);
    expect(errorOf('modules: {loads: [xfs]}').message).toMatch(/load/);
  });

  test('defaults and free values', () => {
    const manifest = read(`
programs: [{name: 10, attach: }]
functional_tests:
  - name: block
    command: |
      echo a
maps: [{name: m, max_entries: "1_000"}]
metadata: {a: {b: [1, 2.50]}, c: }
`);
    expect(manifest.programs).toEqual([
      {
        name: '10',
        section: '',
        type: '',
        attach: { kind: '', category: '', name: '', symbol: '', required: false },
        attachTarget: '',
        autoload: undefined,
      },
    ]);
    expect(manifest.functionalTests[0]?.command).toBe('echo a');
    expect(manifest.maps[0]?.maxEntries).toBe(1000);
    expect(manifest.metadata).toEqual({ a: { b: ['1', '2.50'] }, c: undefined });
  });

  test('what the loader of the object would do', () => {
    const manifest = read(`
programs: [{name: a, attach_target: "xdp:prog0"}, {name: b, autoload: off}, {name: c, autoload: yes}]
set_rodata: {pid: 0x10, cfg.port: "80", "names[1]": bash, empty: ""}
`);
    expect(manifest.programs.map(({ attachTarget, autoload }) => [attachTarget, autoload])).toEqual([
      ['xdp:prog0', undefined],
      ['', false],
      ['', true],
    ]);
    expect([...manifest.rodata]).toEqual([
      ['pid', '0x10'],
      ['cfg.port', '80'],
      ['names[1]', 'bash'],
      ['empty', ''],
    ]);
    expect(read('strict_libbpf: yes').strictLibbpf).toBe(true);
  });

  test('times are rounded up to whole seconds, texts are trimmed', () => {
    const [first, second] = read(`functional_tests:
  - {name: " t ", command: " echo a ", timeout: 1.2s, required: no, expect_exit_code: "3", expect_stdout_contains: "  x y  "}
  - {name: u, command: x}
`).functionalTests;
    expect(first).toEqual({
      name: 't',
      command: 'echo a',
      required: false,
      timeoutSeconds: 2,
      expectExitCode: 3,
      expectStdoutContains: 'x y',
      expectStderrContains: '',
    });
    expect(second).toMatchObject({ required: true, timeoutSeconds: 10, expectExitCode: 0 });
  });

  test.each([
    ['bpf_probe_read_kernel', 113],
    ['bpf_ringbuf_output', 130],
    ['bpf_ringbuf_reserve', 131],
    ['bpf_get_current_task_btf', 158],
    ['bpf_loop', 181],
    ['7', 7],
  ])('helper %s', (name, id) => {
    const { programVariants } = read(`program_variants: [{group: g, programs: [{name: p, requires_helper: ${name}}]}]`);
    expect(programVariants[0]?.programs[0]?.requiresHelper).toBe(id);
  });
});

test('an empty map is an empty file', () => {
  expect(read('{}\n')).toEqual(read(''));
});

describe('what is rejected, with its place', () => {
  const KEYS = '(known keys: name, section, type, attach, attach_target, autoload)';
  test.each([
    ['name: conn\ncolour: red', '2:1: unknown key "colour"; remove it'],
    ['a: [1', '1:4: not valid YAML: the bracket [ that opens here is not closed; add the closing ]'],
    ['int f() {\n  a: [1\n', '1:1: this is not a manifest: it has none'],
    ['colour: red', '1:1: this is not a manifest: it has none of the keys of one'],
    ['requird_profiles: []', '1:1: unknown key "requird_profiles"; did you mean "required_profiles"?'],
    ['programs: x', '1:11: programs must be a list (lines that start with "- "), not a text'],
    ['programs:\n  - {section: x}', '2:5: programs[0].name is missing; add it'],
    ['programs:\n  - name:', '2:5: programs[0].name has no value; give it one'],
    ['programs:\n  - name: ""', '2:11: programs[0].name is empty; give it a value'],
    [
      'programs:\n  - {name: a, sectoin: b}',
      `2:15: unknown key "sectoin" in programs[0]; did you mean "section"? ${KEYS}`,
    ],
    [
      'programs:\n  - name: a\n  - name: a',
      '3:11: programs[1].name "a" is a duplicate (first in line 2); keep one of them',
    ],
    [
      'programs:\n  - name: "a\\nb"',
      '2:11: programs[0].name must be one line of text; remove line breaks and control characters',
    ],
    ['programs:\n  -', '2:4: programs[0] has no value; give it one'],
    [
      'programs: [{name: a, attach: {kind: fentri}}]',
      '1:37: programs[0].attach.kind "fentri" is not known; did you mean "fentry"? use tracepoint, raw_tracepoint,',
    ],
    [
      'programs: [{name: a, attach: {required: 1}}]',
      '1:41: programs[0].attach.required must be true or false, not "1"',
    ],
    [
      'programs: [{name: a, attach: {requird: yes}}]',
      '1:31: unknown key "requird" in programs[0].attach; did you mean "required"?',
    ],
    ['required_profiles: [""]', '1:21: required_profiles[0] is empty; use an id of'],
    ['required_profiles: [a/b]', '1:21: required_profiles[0] "a/b" is not allowed; use an id of'],
    [
      'required_profiles:\n- a\n- a',
      '3:3: required_profiles[1] "a" is a duplicate (first in line 2); keep one of them',
    ],
    ['functional_tests: [{name: t}]', '1:20: functional_tests[0].command is missing; add it'],
    ['functional_tests: [{name: t, command: "a\\rb"}]', '1:39: functional_tests[0].command must be one line of text;'],
    [
      `functional_tests: [{name: t, command: ${'x'.repeat(1001)}}]`,
      '1:39: functional_tests[0].command is 1001 bytes long; at most 1000 are allowed, shorten it',
    ],
    [
      `functional_tests: [{name: t, command: ${'\u00e4'.repeat(501)}}]`,
      '1:39: functional_tests[0].command is 1002 bytes long;',
    ],
    [
      'functional_tests: [{name: t, command: x, timeout: 5}]',
      '1:51: functional_tests[0].timeout must be a duration, not "5"; write a number with a unit',
    ],
    [
      'functional_tests: [{name: t, command: x, timeout: 0s}]',
      '1:51: functional_tests[0].timeout must be more than 0, not "0s"',
    ],
    [
      'functional_tests: [{name: t, command: x, timeout: 5m1s}]',
      '1:51: functional_tests[0].timeout must be at most 5m, not "5m1s"',
    ],
    [
      'functional_tests: [{name: t, command: x, expect_exit_code: 256}]',
      '1:60: functional_tests[0].expect_exit_code must be a whole number from 0 to 255, not "256"',
    ],
    [
      'functional_tests: [{name: t, command: x}, {name: " t ", command: y}]',
      '1:50: functional_tests[1].name "t" is a duplicate (first in line 1); keep one of them',
    ],
    [
      `functional_tests: [${Array.from({ length: 33 }, (_, i) => `{name: t${i}, command: x}`).join(', ')}]`,
      '1:19: functional_tests has 33 entries; at most 32 are allowed',
    ],
    ['maps: [{name: m}]', '1:8: maps[0] sets nothing; add max_entries, inner_ringbuf_bytes or inner_map'],
    [
      'maps: [{name: "m-1", max_entries: 1}]',
      '1:15: maps[0].name "m-1" is not allowed; use a name of 1 to 64 letters, digits, "_" and "."',
    ],
    [
      'maps: [{name: m, max_entries: 0}]',
      '1:31: maps[0].max_entries must be a whole number from 1 to 4294967295 or the word cpus, not "0"',
    ],
    [
      'maps: [{name: m, max_entries: 1}, {name: m, max_entries: 2}]',
      '1:42: maps[1].name "m" is a duplicate (first in line 1); keep one of them',
    ],
    [
      'maps: [{name: m, inner_ringbuf_bytes: 4294967296}]',
      '1:39: maps[0].inner_ringbuf_bytes must be a whole number from 1 to 4294967295, not "4294967296"',
    ],
    [
      'maps: [{name: m, inner_map: {type: hash, key_size: 4, value_size: 8}}]',
      '1:29: maps[0].inner_map.max_entries is missing; add it',
    ],
    [
      'maps: [{name: m, inner_map: {type: lpm_trie, key_size: 4, value_size: 8, max_entries: 1}}]',
      '1:36: maps[0].inner_map.type "lpm_trie" is not known; use hash, array,',
    ],
    ['program_types: [{program: "a b", type: xdp}]', '1:27: program_types[0].program "a b" is not allowed;'],
    ['program_types: [{program: a, type: xpd}]', '1:36: program_types[0].type "xpd" is not known; did you mean "xdp"?'],
    [
      'program_variants: [{group: g, programs: []}]',
      '1:41: program_variants[0].programs is empty; list at least one entry',
    ],
    [
      'program_variants: [{group: g, programs: [{name: p, requires_helper: bpf_lop}]}]',
      '1:69: program_variants[0].programs[0].requires_helper "bpf_lop" is not known; use the helper\'s number or one of',
    ],
    [
      'program_variants: [{group: g, programs: [{name: p, probe: load}]}]',
      '1:59: program_variants[0].programs[0].probe "load" is not known; use trial_load',
    ],
    [
      'program_variants:\n- {group: g, programs: [{name: p}]}\n- {group: h, programs: [{name: p}]}',
      '3:32: program "p" is already in group "g"; a program may be in one group only, remove it from one of them',
    ],
    ['probe_companions: [a, a]', '1:23: probe_companions[1] "a" is a duplicate (first in line 1); keep one of them'],
    [
      'programs: [{name: a, autoload: no, attach: {required: yes}}]',
      '1:32: program "a" must be attached and is not loaded; remove autoload or attach.required',
    ],
    [
      'programs: [{name: a, autoload: on}]\nprogram_variants: [{group: g, programs: [{name: a}]}]',
      '1:32: group "g" decides whether program "a" is loaded; remove autoload, or the program from the group',
    ],
    [
      'programs: [{name: a, attach_target: "a b"}]',
      '1:37: programs[0].attach_target "a b" is not allowed; use a function of the kernel (vfs_read),',
    ],
    [
      'set_rodata: {a b: 1}',
      '1:19: set_rodata.a b is not a name that can be set; use the name of a global variable, name.member or name[3]',
    ],
    ['set_rodata: {a: [1]}', '1:17: set_rodata.a must be'],
    ['strict_libbpf: maybe', '1:16: strict_libbpf must be true or false, not "maybe"'],
    [
      'strict_libbpf: true\nset_rodata: {a: 1}',
      '2:13: strict_libbpf loads the object unchanged; remove it or set_rodata',
    ],
    ['strict_libbpf: true\nprograms: [{name: a, autoload: no}]', '2:32: strict_libbpf loads the object unchanged;'],
    ['metadata: [a]', '1:11: metadata must be a map (lines of "key: value"), not a list'],
    ['- a', '1:1: the file must be a map (lines of "key: value"), not a list'],
  ])('%j', (text, expected) => {
    const error = errorOf(text);
    expect(error.code).toBe('manifest_invalid');
    expect(error.message.split('\n')[0]).toContain(`compat.yaml:${expected}`);
  });

  test('all problems at once, in the order of the file', () => {
    const lines = errorOf(
      'programs:\n  - nam: a\n    attach: {kind: x}\n  - name: b\n  - name: b\nextra: 1\n',
    ).message.split('\n');
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'compat.yaml:2:5',
      'compat.yaml:2:5',
      'compat.yaml:3:20',
      'compat.yaml:5:11',
      'compat.yaml:6:1',
    ]);
  });

  test('at most ten are listed', () => {
    const lines = errorOf(
      ['name: conn', ...Array.from({ length: 14 }, (_, i) => `key${i}: 1`)].join('\n'),
    ).message.split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toBe('compat.yaml: and 4 more');
  });
});

describe('checkRequiredProfiles', () => {
  const manifest = read('required_profiles:\n  - debian-12-6.1\n  - debian-13-6.2\n');

  test('passes when all are chosen', () => {
    checkRequiredProfiles(manifest, ['debian-12-6.1', 'debian-13-6.2', 'x'], 'matrix quick');
  });

  test('names file, line and column of each that is not', () => {
    const error = usageErrorOf(() => checkRequiredProfiles(manifest, ['debian-13-6.12'], 'matrix quick'));
    expect(error.code).toBe('required_profile_missing');
    expect(error.message.split('\n')[1]).toBe(
      'compat.yaml:3:5: required profile "debian-13-6.2" is not among the kernels of matrix quick; did you mean "debian-13-6.12"? add it there or remove it from required_profiles',
    );
    expect(error.message).toContain('compat.yaml:2:5: required profile "debian-12-6.1"');
  });
});

describe('what decides', () => {
  test('policy, promise and known incompatibilities', () => {
    const manifest = read(
      [
        'fail_on: regression',
        'min_kernel: 5.10',
        'expectations:',
        '  - {expect: fail, kernels: "<5.8", code: UNSUPPORTED_MAP_TYPE, reason: no ring buffer yet}',
        '  - {expect: fail, profiles: [debian-13-7.3], code: ATTACH_TARGET_NOT_FOUND, program: on_exec, subject: do_exec, reason: renamed}',
      ].join('\n'),
    );
    expect(manifest).toMatchObject({
      failOn: 'regression',
      minKernel: { number: [5, 10], origin: 'compat.yaml:2:13' },
      expectations: [
        { profiles: [], kernels: { text: '<5.8' }, reason: 'no ring buffer yet', origin: 'compat.yaml:4:5' },
        { profiles: ['debian-13-7.3'], kernels: undefined, program: 'on_exec', subject: 'do_exec' },
      ],
    });
  });

  test('fail-on as the flag is called, and nothing said', () => {
    expect(read('fail-on: any').failOn).toBe('any');
    expect(read('name: x')).toMatchObject({ failOn: undefined, minKernel: undefined, expectations: [] });
  });

  test.each([
    ['fail_on: sometimes', /^compat\.yaml:1:10: .*fail_on/],
    ['fail_on: any\nfail-on: never', /^compat\.yaml:2:10: fail-on is fail_on once more/],
    ['min_kernel: 5.10.3', /^compat\.yaml:1:13: .*must be the number of a kernel such as 5\.10/],
    [
      'expectations: [{expect: fail, code: UNSUPORTED_MAP_TYPE, reason: y, kernels: 5.4}]',
      /"UNSUPORTED_MAP_TYPE" is not known; did you mean "UNSUPPORTED_MAP_TYPE"\?/,
    ],
    [
      'expectations: [{expect: fail, code: LOADER_REJECTED, reason: y, kernels: 5.4}]',
      /^compat\.yaml:1:16: .*is every rejection of a library; add says:/,
    ],
    [
      'expectations: [{expect: fail, code: LOADER_REJECTED, reason: y, kernels: 5.4, subject: ""}]',
      /^compat\.yaml:1:16: .*is every rejection of a library; add says:/,
    ],
    [
      'expectations: [{expect: fail, code: UNKNOWN, reason: y}]',
      /^compat\.yaml:1:16: .*names no kernels; add profiles or/,
    ],
    [
      'expectations: [{expect: fail, code: UNKNOWN, reason: y, kernels: 5.4, profiles: [a]}]',
      /names kernels twice; keep only one/,
    ],
    [
      'expectations: [{expect: fail, code: UNKNOWN, reason: y, kernels: old}]',
      /:66: .*must be a range of kernels such as/,
    ],
    [
      'expectations: [{expect: fail, code: UNKNOWN, reason: y, kernels: "<5"}]',
      /:66: .*not "<5"; 5 lacks the minor number, write 5\.0 or/,
    ],
    ['min_kernel: 5', /:13: .*not "5"; 5 lacks the minor number/],
    ['expectations: [{expect: pass, code: UNKNOWN, reason: y, kernels: 5.4}]', /:25: .*expect/],
    ['expectations: [{expect: fail, code: lower, reason: y, kernels: 5.4}]', /:37: .*use a code of the report/],
    ['expectations: [{expect: fail, code: X, kernels: 5.4}]', /reason/],
    ['expectations: [{expect: fail, code: X, reason: "", kernels: 5.4}]', /reason is empty/],
  ])('%s', (text, message) => {
    expect(errorOf(text).message).toMatch(message);
  });
});

test('a key one level too high, or of another name, says what to write', () => {
  expect(errorOf('programs: [{name: p, required: true}]').message).toContain('; write attach: {required: true} (');
  expect(errorOf('programs: [{name: p, attach: {function: f}}]').message).toContain('; it is called symbol here (');
});
