import { describe, expect, test } from 'vitest';
import { readManifest } from '../../src/config/manifest.ts';
import { attachModeOf, modeNote, requiredPrograms, strictNote, testsOf, tuningLines } from '../../src/config/tuning.ts';

const read = (text: string) => readManifest({ file: 'compat.yaml', text });

test('tuningLines: one line per setting, in the order of the guest protocol', () => {
  const manifest = read(`
maps:
  - {name: rings, max_entries: cpus, inner_ringbuf_bytes: 262144}
  - {name: by_netns, max_entries: 512, inner_map: {type: hash, key_size: 4, value_size: 8, max_entries: 64}}
program_types: [{program: socket/1, type: socket_filter}]
program_variants:
  - {group: walker, programs: [{name: a, requires_helper: bpf_loop}, {name: b, probe: trial_load}, {name: c}]}
  - {group: both, programs: [{name: d, requires_helper: 130, probe: trial_load}]}
probe_companions: [x, y]
`);
  expect(tuningLines(manifest)).toEqual([
    'set_map_max_entries=rings=cpus',
    'set_map_inner_ringbuf=rings=262144',
    'set_map_max_entries=by_netns=512',
    'set_map_inner_map=by_netns=hash:4:8:64',
    'set_prog_type=socket/1=socket_filter',
    'prog_variants=walker=a:181,b:trial,c',
    'prog_variants=both=d:trial',
    'probe_companions=x,y',
  ]);
  expect(tuningLines(read(''))).toEqual([]);
});

describe('what the loader would do', () => {
  const manifest = read(`
programs: [{name: a, attach_target: vfs_read}, {name: b, autoload: no}, {name: c, autoload: yes}]
set_rodata: {pid: 1, comm: bash}
maps: [{name: m, max_entries: 4}]
`);
  const settings = {
    strictLibbpf: false,
    rodata: new Map([['pid', '7']]),
    attachTargets: new Map([['d', 'tc:entry']]),
  };

  test('the command line wins over the manifest', () => {
    expect(tuningLines(manifest, settings)).toEqual([
      'set_map_max_entries=m=4',
      'set_rodata=pid=7',
      'set_rodata=comm=bash',
      'set_attach_target=a=vfs_read',
      'set_attach_target=d=tc:entry',
      'set_autoload=b=off',
      'set_autoload=c=on',
    ]);
    expect(tuningLines(undefined, settings)).toEqual(['set_rodata=pid=7', 'set_attach_target=d=tc:entry']);
    expect(tuningLines(undefined)).toEqual([]);
  });

  test('strict: nothing but that, and a note about what the manifest wants', () => {
    const strict = { ...settings, strictLibbpf: true };
    expect(tuningLines(manifest, strict)).toEqual(['strict_libbpf=true']);
    expect(tuningLines(read('strict_libbpf: true'))).toEqual(['strict_libbpf=true']);
    expect(strictNote(manifest, strict)).toBe('--strict-libbpf: 6 settings of compat.yaml for the load left out');
    expect(strictNote(read('programs: [{name: a}]'), strict)).toBeUndefined();
    expect(strictNote(manifest, settings)).toBeUndefined();
  });
});

describe('attachModeOf', () => {
  const required = read('programs: [{name: a, attach: {required: true}}, {name: b}]');
  test.each([
    ['load_only', required, 'disabled'],
    ['load_only', undefined, 'disabled'],
    ['load_attach', required, 'required'],
    ['behavior', required, 'required'],
    [undefined, required, 'required'],
    [undefined, read('programs: [{name: b}]'), 'best-effort'],
    [undefined, undefined, 'best-effort'],
  ] as const)('%s', (mode, manifest, expected) => {
    expect(attachModeOf(mode, manifest)).toBe(expected);
  });

  test('requiredPrograms', () => {
    expect(requiredPrograms(required)).toEqual(['a']);
    expect(requiredPrograms(undefined)).toEqual([]);
  });
});

describe('functional tests', () => {
  const manifest = read(`functional_tests:
  - {name: one, command: "echo a=b", timeout: 1500ms, expect_exit_code: 3, expect_stdout_contains: "a b"}
  - {name: two, command: cat /x, required: false, expect_stderr_contains: "No such"}
`);

  test('run without a mode and in behavior only', () => {
    expect(testsOf(undefined, manifest)).toHaveLength(2);
    expect(testsOf('behavior', manifest)).toHaveLength(2);
    expect(testsOf('load_only', manifest)).toEqual([]);
    expect(testsOf('load_attach', manifest)).toEqual([]);
    expect(testsOf(undefined, undefined)).toEqual([]);
    expect(modeNote('load_only', manifest)).toMatch(
      /^validation mode load_only: 2 functional tests.* of .*\.yaml not run$/,
    );
    expect(modeNote('load_attach', manifest)).toMatch(
      /^validation mode load_attach: 2 functional tests of .* not run$/,
    );
    expect(modeNote('behavior', manifest)).toBeUndefined();
    expect(modeNote(undefined, manifest)).toBeUndefined();
    expect(modeNote('load_only', undefined)).toBeUndefined();
  });
});
