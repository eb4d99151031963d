import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withPrinted } from '../../src/classify/altering.ts';
import { evidenceOfLoader } from '../../src/classify/loader-evidence.ts';
import { classifyLoader } from '../../src/classify/other-loader.ts';
import { words } from '../../src/findings/words.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import { firstStage, stagesOf } from '../../src/model/evidence.ts';
import { leavesOpen } from '../../src/model/finding.ts';
import type { LoaderReport } from '../../src/model/loader-report.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import { readObject } from '../../src/object/read-object.ts';
import { fixture } from '../e2e/support/places.ts';
import { loaderEvidence, loaderReport, rejectedBy } from '../fixtures/loader-evidence.ts';

const loader = { name: 'ebpf-go', version: '0.22.0', sha256: 'ab'.repeat(32), sizeBytes: 5_000_000 } as const;
const judge = (
  evidence: Evidence,
  programs: { name: string; section: string; required: boolean }[] = [],
  facts?: ObjectFacts,
) => classifyLoader(evidence, { loader, attachMode: 'best-effort', programs, facts });
const causeOf = (evidence: Evidence) => {
  const outcome = judge(evidence);
  return outcome.status === 'fail' ? outcome.findings[0] : outcome;
};

test('a report of a load that passed is a pass, and reads as evidence of one', () => {
  const evidence = loaderEvidence(loaderReport());
  expect(judge(evidence)).toEqual({ status: 'pass', findings: [] });
  const shown = evidenceOfLoader(evidence);
  expect(firstStage(shown, 'open')?.programs).toMatchObject([{ name: 'on_exec', section: 'kprobe/do_exit' }]);
  expect(stagesOf(shown, 'program')).toMatchObject([{ name: 'on_exec', status: 'pass' }]);
  expect(stagesOf(shown, 'functional')).toEqual([]);
});

describe('why a load is rejected', () => {
  test('the words of the verifier decide, as they do for libbpf', () => {
    const verifier_log = '0: (85) call unknown#999\ninvalid func unknown#999\nprocessed 1 insns (limit 1000000)';
    const load = {
      kind: 'program',
      subject: 'on_exec',
      errno: -22,
      error: 'program on_exec: load program',
      verifier_log,
    };
    expect(causeOf(loaderEvidence(rejectedBy({ ...load, kind: 'program' })))).toMatchObject({
      code: 'UNSUPPORTED_HELPER',
      decisive: true,
      subject: 'on_exec',
    });
  });

  test('a map that the kernel rejects is named', () => {
    const load = {
      kind: 'map',
      subject: 'events',
      errno: -1,
      error: 'map events: map create: operation not permitted',
    };
    const cause = causeOf(loaderEvidence(rejectedBy({ ...load, kind: 'map' })));
    expect(cause).toMatchObject({ subject: 'events', phase: 'map' });
  });

  test('where only the library spoke, its words are the cause', () => {
    const cause = causeOf(loaderEvidence(rejectedBy({ error: 'program on_exec: something of the library' })));
    expect(cause).toMatchObject({
      code: 'LOADER_REJECTED',
      args: {
        loader: 'ebpf-go',
        version: '0.22.0',
        reason: 'other',
        error: 'program on_exec: something of the library',
      },
    });
  });

  test.each([
    ['section_name', 'error parsing BPF object: invalid program section `iter/task`'],
    ['extern', 'asm relocation: CONFIG_X: unsupported binding: STB_WEAK'],
    ['extern', 'BTF error: Unable to determine the size of section `.ksyms`'],
    ['extern', 'load virtual .ksyms section: data section .ksyms: expected x to be *Void, not *btf.Var: not supported'],
    ['map_definition', 'map quotas: ArrayOfMaps requires InnerMap'],
    ['map_definition', 'map counts: pin type 2: not supported'],
    ['unsupported', 'map error: Unsupported map type found 31'],
    [
      'extern',
      'program p: resolve .kconfig: variable LINUX_KERNEL_VERSION must be a 32 bits integer, got Typedef:"__u32"',
    ],
    ['extern', 'program p: fixing up kfuncs: kfunc "hid_bpf_attach_prog": not supported'],
    ['legacy_map', 'load relocations: section "lirc": reference to "state" in section SHN_UNDEF+7: not supported'],
    ['legacy_map', 'error relocating `decoder`: section `7` not found, referenced by symbol `state` #10'],
    [
      'core_relocation',
      'error relocating `tp/x`: invalid access string `0:2:1` for type ``: array index out of bounds',
    ],
    ['kernel_type', 'map ops: struct_ops: "bpf_struct_ops_hid_bpf_ops" doesn\'t exist in kernel: not supported'],
    ['extern', 'program calls: Call at insn 1: symbol "elsewhere": unsatisfied program reference'],
    ['extern', 'error relocating `calls`: function 0x8 not found while relocating `calls`'],
    ['map_definition', 'load BTF maps: map flows: both key and key_size given'],
    ['map_definition', 'load BTF maps: map seen: unrecognized field max_entry in BTF map definition'],
    ['map_size', "load BTF maps: map flows: can't get size of BTF value: type *btf.Fwd: type is unsized"],
    ['btf', 'error parsing BPF object: BTF error: Unexpected BTF type id `11`'],
    ['btf', 'error parsing BPF object: no BTF parsed for object'],
    [
      'core_relocation',
      'error relocating `tp_btf/x`: error relocating irq_info, multiple candidate target types found',
    ],
    ['core_relocation', 'program probe: load program: bad CO-RE relocation: frame pointer is read only'],
    ['unsupported', 'map error: invalid map type 34'],
    ['unsupported', 'section ".struct_ops": got \'.struct_ops\' section: not supported'],
    ['attach_target', 'program p: load program: invalid argument: Tracing programs must provide btf_id'],
    ['attach_target', 'Unknown BTF type `md_flush_request`'],
    ['attach_target', 'program p: attach Tracing/TraceFEntry: fentry tc not supported'],
  ])('%s by the words of a library: %s', (reason, error) => {
    expect(causeOf(loaderEvidence(rejectedBy({ error })))).toMatchObject({ code: 'LOADER_REJECTED', args: { reason } });
  });

  test('a section that a library passed over with a warning is why the load fails', () => {
    const open = {
      ...loaderReport().open,
      log: 'libbpf: elf: skipping unrecognized data section(6) .struct_ops.link\n',
    };
    const report = { ...rejectedBy({ errno: -524, error: 'Unknown error 524' }), open };
    expect(causeOf(loaderEvidence(report))).toMatchObject({ code: 'LOADER_REJECTED', args: { reason: 'unsupported' } });
  });

  test('what an error says by itself is not what a warning before it says', () => {
    const open = {
      ...loaderReport().open,
      log: 'libbpf: elf: skipping unrecognized data section(6) .struct_ops.link\n',
    };
    const report = { ...rejectedBy({ error: 'map error: requires InnerMap' }), open };
    expect(causeOf(loaderEvidence(report))).toMatchObject({ args: { reason: 'map_definition' } });
  });

  test('a call that the library put where the kernel has no function is no helper of another kernel', () => {
    const verifier_log = '0: (85) call unknown#233685214\ninvalid func unknown#233685214\nprocessed 1 insns';
    const load = {
      kind: 'program',
      subject: 'on_exec',
      errno: -22,
      error: 'program on_exec: load',
      verifier_log,
    } as const;
    expect(causeOf(loaderEvidence(rejectedBy(load)))).toMatchObject({
      ...{ code: 'LOADER_REJECTED', args: { reason: 'extern' } },
    });
  });

  test.each([
    ['has no inner map', undefined, 'LOADER_CONTRACT', 'inner_map'],
    ['has one that the library does not make', {}, 'LOADER_REJECTED', 'unsupported'],
  ])('a map of maps that the kernel rejects and that %s', (_, inner, code, reason) => {
    const file = readObject(readFileSync(fixture('lacks_variable')));
    if (!('maps' in file)) return expect.fail('the object cannot be read');
    const map = { ...file.maps[0], name: 'quotas', typeId: 12, type: 'array_of_maps', keySize: 4, valueSize: 4, inner };
    const facts = { ...file, programs: [], maps: [map] } as unknown as ObjectFacts;
    const error = 'map error: failed to create map `quotas` with code -1: Invalid argument (os error 22)';
    const load = { kind: 'map', subject: 'quotas', errno: -22, error } as const;
    const outcome = judge(loaderEvidence({ ...rejectedBy(load), maps: [] }), [], facts);
    expect(outcome).toMatchObject({ findings: [{ code, subject: 'quotas', args: { reason }, decisive: true }] });
  });

  test('what the object says of a map counts where the library lists none, with the type in words of libbpf', () => {
    const file = readObject(readFileSync(fixture('lacks_variable')));
    if (!('maps' in file)) return expect.fail('the object cannot be read');
    const [map] = file.maps;
    const facts = {
      ...file,
      programs: [],
      maps: [{ ...map, name: 'stacks', typeId: 7, type: 'stack_trace', valueSize: 0 }],
    } as unknown as ObjectFacts;
    const error = 'map error: failed to create map `stacks` with code -1: Invalid argument (os error 22)';
    const load = { kind: 'map', subject: 'stacks', errno: -22, error } as const;
    const named = { name: 'stacks', type: 'StackTrace', key_size: 4, value_size: 0, max_entries: 0, flags: 0 };
    for (const maps of [[], [named]]) {
      const outcome = judge(loaderEvidence({ ...rejectedBy(load), maps }), [], facts);
      expect(outcome).toMatchObject({ findings: [{ code: 'LOADER_CONTRACT', args: { reason: 'map_key_value' } }] });
    }
  });

  test('a map that the library rejects without a call of the kernel is not a rejection of the kernel', () => {
    const load = { kind: 'map', subject: 'events', error: 'map events: ArrayOfMaps requires InnerMap' } as const;
    expect(causeOf(loaderEvidence(rejectedBy(load)))).toMatchObject({ code: 'LOADER_REJECTED', subject: 'events' });
  });

  test('an object that cannot be opened has no later stages', () => {
    const open = { status: 'fail', errno: 0, error: 'load BTF: unknown kind 25', log: '' } as const;
    const load = { ...loaderReport().load, status: 'skipped' } as const;
    const evidence = loaderEvidence(loaderReport({ open, load, programs: [], maps: [] }));
    expect(causeOf(evidence)).toMatchObject({ code: 'LOADER_REJECTED', phase: 'open' });
    expect(firstStage(evidenceOfLoader(evidence), 'load')).toBeUndefined();
  });
});

describe('a loader that does not report', () => {
  test.each([
    [{ exit_code: 139, stderr_tail: '' }, { args: { reason: 'crash', error: 'ended by SIGSEGV' } }],
    [{ exit_code: 2, stderr_tail: 'panic: index out of range' }, { evidence: { text: 'panic: index out of range' } }],
    [{ exit_code: 255 }, { args: { reason: 'crash', error: 'exit code 255 without a report' } }],
  ])('%j fails', (run, cause) => {
    expect(causeOf(loaderEvidence('', run))).toMatchObject({ code: 'LOADER_REJECTED', ...cause });
  });

  test.each([
    [137, 'SIGKILL'],
    [143, 'SIGTERM'],
    [163, 'signal 35'],
  ])('exit code %i: one that somebody ended says nothing about the object', (code, name) => {
    expect(judge(loaderEvidence('', { exit_code: code }))).toMatchObject({
      status: 'infra_error',
      cause: 'guest_crash',
      message: expect.stringMatching(new RegExp(`ended by ${name}, .*memory_mb`)),
    });
  });

  test('one that ran out of time says nothing about the object', () => {
    expect(judge(loaderEvidence('', { exit_code: 124, timed_out: true }))).toMatchObject({
      status: 'infra_error',
      cause: 'timeout',
      message: expect.stringMatching(/did not end in time; raise --timeout/),
    });
  });

  test('one that could not be started says nothing about the object', () => {
    expect(judge(loaderEvidence('', { exit_code: 127 }))).toMatchObject({ status: 'infra_error', cause: 'internal' });
  });

  test.each([
    ['another loader', loaderEvidence(loaderReport({ loader: 'aya' }))],
    ['a pass with the exit code of a failure', loaderEvidence(loaderReport(), { exit_code: 2 })],
    ['a failure with that of a pass', loaderEvidence(rejectedBy({ error: 'x' }), { exit_code: 0 })],
  ])('%s is not a verdict', (_what, evidence) => {
    expect(judge(evidence)).toMatchObject({ status: 'infra_error', cause: 'protocol' });
  });
});

test('a required program that is not attached fails at attach', () => {
  const attach: LoaderReport['attach'] = [
    {
      ...{
        status: 'fail',
        errno: -2,
        error: 'symbol do_exit: not found',
        program: 'on_exec',
        section: 'kprobe/do_exit',
      },
      ...{ method: 'kprobe', reason: '' },
    },
  ];
  const evidence = loaderEvidence(loaderReport({ attach }));
  const required = [{ name: 'on_exec', section: '', required: true }];
  expect(judge(evidence, required)).toMatchObject({ status: 'fail', failedStage: 'attach' });
  expect(judge(evidence)).toMatchObject({ status: 'pass', findings: [{ decisive: false }] });
});

describe('held against the object', () => {
  const object = (...names: string[]): ObjectFacts => {
    const read = readObject(readFileSync(fixture('lacks_variable')));
    if (!read.ok) throw new Error('no object');
    const [first = expect.fail('no program')] = read.programs;
    return { ...read, programs: names.map((name) => ({ ...first, name, autoload: !name.startsWith('?') })) };
  };
  const listed = (name: string, loaded = true) => ({ name, section: 's', type: 'Kprobe', loaded });
  const reported = (programs: LoaderReport['programs']) => loaderEvidence(loaderReport({ programs }));

  test('nothing is known of the programs behind one that the library rejects', () => {
    const load = { kind: 'program', subject: 'p1', errno: -13, verifier_log: 'R1 invalid mem access' } as const;
    const programs = [listed('p1', false), listed('p2', false), listed('p3')];
    const of = (facts?: ObjectFacts, report = {}) =>
      judge(loaderEvidence({ ...rejectedBy(load), programs, ...report }), [], facts);
    const stop = { code: 'RESPONSE_UNRELIABLE', decisive: false, args: { reason: 'stopped' } };
    for (const facts of [object('p1', 'p2', 'p3', '?opt_in'), undefined]) {
      const outcome = of(facts);
      expect(outcome).toMatchObject({ status: 'fail', findings: [{ subject: 'p1', decisive: true }, stop] });
      if (outcome.status !== 'fail') return expect.fail('it is rejected');
      expect(outcome.findings[1]?.args['why']).toMatch(/stops at what it rejects first; not tested: p2$/);
      expect(leavesOpen({ code: 'RESPONSE_UNRELIABLE', reason: outcome.findings[1]?.args['reason'] })).toBe(true);
    }
    expect(of(object('p1', 'p3'))).toMatchObject({ findings: [{ subject: 'p1' }] });
  });

  test('programs that use a map that is rejected are part of that, and others are not', () => {
    const load = { kind: 'map', subject: 'm', errno: -22 } as const;
    const [user, other] = object('uses_it', 'other').programs;
    const facts = { ...object(), programs: [{ ...user, maps: ['m'] }, other] } as ObjectFacts;
    const outcome = judge(loaderEvidence({ ...rejectedBy(load), programs: [], maps: [] }), [], facts);
    expect(outcome).toMatchObject({
      findings: [
        { subject: 'm', decisive: true },
        { args: { reason: 'stopped', why: expect.stringMatching(/tested: other$/) } },
      ],
    });
  });

  test('what an object is rejected for as a whole needs no note', () => {
    const outcome = judge(loaderEvidence(rejectedBy({ error: 'no such section' })), [], object('p1', 'p2'));
    expect(outcome).toMatchObject({ findings: [{ code: 'LOADER_REJECTED' }] });
  });

  test('a program that the library passes over is a warning, listed or not', () => {
    for (const rest of [[], [listed('p2', false)]]) {
      const outcome = judge(reported([listed('p1'), ...rest]), [], object('p1', 'p2', '?opt_in'));
      expect(outcome).toMatchObject({
        status: 'pass',
        findings: [
          { code: 'LOADER_REJECTED', decisive: false, subject: 'p2', args: { reason: 'passed_over', program: 'p2' } },
        ],
      });
    }
    expect(judge(reported([listed('p1')]), [], object('p1'))).toEqual({ status: 'pass', findings: [] });
  });

  test('it is a failure where the program is required', () => {
    const expected = [{ name: 'p2', section: '', required: true }];
    const outcome = judge(reported([listed('p1')]), expected, object('p1', 'p2'));
    expect(outcome).toMatchObject({ status: 'fail' });
    expect(judge(reported([listed('p1'), listed('p2')]), [], object('p1', 'p2')).status).toBe('pass');
  });

  test('a load of nothing is none, and says whose doing that is', () => {
    for (const programs of [[], [listed('p1', false)]]) {
      expect(judge(reported(programs), [], object('p1'))).toMatchObject({
        status: 'pass',
        findings: [
          { code: 'NOTHING_LOADED', args: { reason: 'passed_over', names: 'p1' } },
          { code: 'LOADER_REJECTED' },
        ],
      });
    }
    expect(judge(reported([listed('?p', false)]), [], object('?p'))).toMatchObject({
      findings: [{ code: 'NOTHING_LOADED', args: { reason: 'left_out' } }],
    });
    // No program was loaded, so none is recorded as loaded.
    const shown = evidenceOfLoader(reported([listed('p1', false)]));
    expect(firstStage(shown, 'open')?.programs).toMatchObject([{ name: 'p1', autoload: false }]);
  });

  test('a list that is cut proves no pass, and no missing program', () => {
    const names = Array.from({ length: 520 }, (_, index) => `p${index}`);
    const programs = names.slice(0, 512).map((name) => listed(name));
    expect(judge(reported(programs), [], object(...names))).toMatchObject({
      status: 'infra_error',
      message: expect.stringContaining('lists 512 of the 520 programs of the object, so nothing is known of 8'),
    });
    const expected = [{ name: 'p519', section: '', required: true }];
    expect(judge(reported(programs), expected, object(...names)).status).toBe('infra_error');
  });

  test('a report that is too long or is not there proves nothing of an object that was loaded', () => {
    for (const [text, run] of [
      ['"programs":[]}', { exit_code: 0, stdout_bytes: 782_802 }],
      ['"programs":[]}', { exit_code: 2, stdout_bytes: 782_802 }],
      ['', { exit_code: 0, stdout_bytes: 0 }],
    ] as const) {
      expect(judge(loaderEvidence(text, run))).toMatchObject({ status: 'infra_error', cause: 'protocol' });
    }
    expect(judge(loaderEvidence('', { exit_code: 139, stdout_bytes: 0 }))).toMatchObject({ status: 'fail' });
  });

  test('a step that passed with an errno was written by somebody else', () => {
    const one = {
      program: 'p1',
      section: 's',
      method: 'kprobe',
      status: 'pass',
      errno: -2,
      error: '',
      reason: '',
    } as const;
    expect(judge(loaderEvidence(loaderReport({ attach: [one] })))).toMatchObject({ status: 'infra_error' });
  });

  test('an object that can alter what is printed proves no attach that is required', () => {
    const passed = judge(reported([listed('p1')]));
    const shown = evidenceOfLoader(reported([listed('p1')]));
    const altering = [{ name: 'p1', section: 's', uses: ['bpf_probe_write_user'] }];
    expect(withPrinted(passed, shown, [], true)).toEqual(passed);
    expect(withPrinted(passed, shown, altering, true)).toMatchObject({
      status: 'infra_error',
      message: expect.stringMatching(
        /^p1 can alter what this loader prints \(bpf_probe_write_user\), so it is not known whether/,
      ),
    });
    const marked = withPrinted(passed, shown, altering, false);
    expect(marked).toMatchObject({
      status: 'pass',
      findings: [{ code: 'RESULTS_CAN_BE_ALTERED', args: { reason: 'printed' } }],
    });
    const [finding = expect.fail('no finding')] = marked.status === 'pass' ? marked.findings : [];
    expect(words(finding).explanation).not.toContain('attached last');
  });

  test("of a log that is cut above, the words of the verifier are still the kernel's", () => {
    const long = `; filler\n${'1: (07) r1 += 1\n'.repeat(6000)}The sequence of 8193 jumps is too complex.\nprocessed 8193 insns\n`;
    const log = `${long}-- END PROG LOAD LOG --\nlibbpf: prog 'on_exec': failed to load: -7\n`.slice(-65_536);
    const load = { errno: -7, error: 'Argument list too long', log };
    expect(causeOf(loaderEvidence(rejectedBy(load)))).toMatchObject({
      code: 'VERIFIER_COMPLEXITY',
      args: { program: 'on_exec' },
    });
    // A short log without its beginning was not cut: nothing of it is the kernel's.
    expect(causeOf(loaderEvidence(rejectedBy({ ...load, log: log.slice(-3000) })))).toMatchObject({
      code: 'LOADER_REJECTED',
    });
  });
});
