import { describe, expect, test } from 'vitest';
import { type ClassifyInput, classify } from '../../src/classify/classify.ts';
import type { Evidence, Stage } from '../../src/model/evidence.ts';
import * as fx from '../fixtures/evidence.ts';

function request(evidence: Evidence, part: Partial<ClassifyInput> = {}) {
  return classify({
    evidence,
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [],
    ...part,
  });
}

function findings(outcome: ReturnType<typeof classify>) {
  return outcome.status === 'pass' || outcome.status === 'fail' ? outcome.findings : [];
}

function first(outcome: ReturnType<typeof classify>) {
  const finding = findings(outcome)[0];
  expect(finding).toBeDefined();
  return finding!;
}

const required = [{ name: 'handle_exec', section: '', required: true }];

describe('what passes', () => {
  test('open, load, attach and a clean exit', () => {
    expect(request(fx.passing())).toEqual({ status: 'pass', findings: [] });
    expect(request(fx.passing(), { attachMode: 'required', programs: required })).toEqual({
      status: 'pass',
      findings: [],
    });
  });

  test.each([
    ['begin', []],
    ['open', [fx.open()]],
    ['load without exit', [fx.open(), fx.load()]],
    ['exit alone', [fx.exit()]],
    ['exit after open', [fx.open(), fx.exit()]],
    ['load without open', [fx.load(), fx.exit()]],
  ] as [string, Stage[]][])('nothing passes that stops after: %s', (_name, stages) => {
    expect(request(fx.evidence(stages))).toMatchObject({ status: 'infra_error', cause: 'protocol' });
  });

  test('a later frame cannot repair an earlier one', () => {
    const stages = [fx.open(), fx.loadFailed(), fx.load(), fx.exit({ code: 2 })];
    expect(request(fx.evidence(stages))).toMatchObject({ status: 'fail', failedStage: 'load' });
  });

  test.each([0, 2])('exit code %i must agree with the stages', (code) => {
    const wrong =
      code === 0 ? [fx.open(), fx.loadFailed(), fx.exit({ code })] : [fx.open(), fx.load(), fx.exit({ code })];
    expect(request(fx.evidence(wrong))).toMatchObject({ status: 'infra_error', cause: 'protocol' });
  });

  test('a validator that could not work is not a verdict', () => {
    expect(request(fx.evidence([fx.open(), fx.exit({ code: 1 })]))).toMatchObject({
      status: 'infra_error',
      cause: 'internal',
    });
    expect(request(fx.evidence([fx.exit({ kind: 'protocol' })]))).toMatchObject({
      status: 'infra_error',
      cause: 'protocol',
    });
  });
});

describe('the file', () => {
  const opened = (log: string, errno = -4001) =>
    request(fx.evidence([fx.open({ status: 'fail', errno, error: 'Invalid format', log }), fx.exit({ code: 2 })]));

  test('a text file is UNKNOWN for the contract and INVALID_OBJECT for a reader', () => {
    const outcome = opened("libbpf: elf: 'invalid_object.bin' is not a proper ELF object\n");
    expect(outcome).toMatchObject({ status: 'fail', failedStage: 'load' });
    expect(first(outcome)).toMatchObject({ code: 'INVALID_OBJECT', rollup: 'UNKNOWN', phase: 'open' });
  });

  test('a format errno without words is enough', () => {
    expect(first(opened('')).code).toBe('INVALID_OBJECT');
    expect(first(opened('', -5))).toMatchObject({ code: 'UNKNOWN', confidence: 'low' });
  });

  test('legacy maps', () => {
    const log = "libbpf: elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+\n";
    expect(first(opened(log, -95)).code).toBe('LEGACY_MAP_DEFINITION');
  });
});

describe('maps', () => {
  test('a ring buffer on a kernel without ring buffers', () => {
    const outcome = request(fx.missingRingbuf('5.4.0-216-generic'));
    expect(findings(outcome)).toHaveLength(1);
    expect(first(outcome)).toMatchObject({
      code: 'UNSUPPORTED_MAP_TYPE',
      confidence: 'high',
      phase: 'map',
      subject: 'events',
      args: { type: 'ringbuf', since: '5.8', errno: 'EINVAL' },
      evidence: { text: "map 'events': failed to create: -EINVAL" },
    });
  });

  test('without probes the number of the kernel is all there is', () => {
    expect(first(request(fx.missingRingbuf('4.18.0-80.el8.x86_64', [])))).toMatchObject({
      code: 'UNSUPPORTED_MAP_TYPE',
      confidence: 'medium',
    });
  });

  test('the same rejection on a kernel that knows the type is not called unsupported', () => {
    expect(first(request(fx.missingRingbuf('6.1.0-56-cloud-amd64', [])))).toMatchObject({
      code: 'MAP_CREATE_FAILED',
      rollup: 'UNSUPPORTED_MAP_TYPE',
      confidence: 'low',
    });
  });

  test('a perf event array without sizes is the business of its loader', () => {
    const maps = [fx.mapFacts('events', { type: 'perf_event_array', key_size: 0, value_size: 0 })];
    const log = "libbpf: map 'events': failed to create: Invalid argument(-22)\n";
    const stages = [
      fx.open({ maps }),
      fx.mapStage('events', { type: 'perf_event_array' }),
      fx.loadFailed(-22, { log }),
    ];
    const found = first(request(fx.evidence([...stages, fx.exit({ code: 2 })])));
    expect(found).toMatchObject({ code: 'LOADER_CONTRACT', args: { reason: 'map_key_value' } });
  });

  test('no memory and no permission are not the type', () => {
    const outcome = (errno: number) =>
      request(fx.evidence([fx.open(), fx.mapStage('big', { errno }), fx.loadFailed(errno), fx.exit({ code: 2 })]));
    expect(first(outcome(-12)).code).toBe('OUT_OF_MEMORY');
    expect(first(outcome(-1)).code).toBe('CAPABILITY_FAILURE');
  });

  test('a rejected map stands before a program that fails for a reason of its own', () => {
    const stages = [
      fx.open({
        programs: [fx.programFacts('a'), fx.programFacts('b')],
        maps: [fx.mapFacts('events', { type: 'ringbuf', key_size: 0, value_size: 0, max_entries: 4096 })],
      }),
      fx.rejected('a', "0: (79) r1 = *(u64 *)(r1 +0)\nR1 invalid mem access 'inv'\n"),
      fx.program('b', { status: 'fail', errno: -22, log: "libbpf: map 'events': failed to create: -EINVAL\n" }),
      fx.mapStage('events', { type: 'ringbuf' }),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    const codes = findings(request(fx.evidence(stages, fx.hello({ release: '5.4.0-216-generic' })))).map((f) => f.code);
    expect(codes).toEqual(['UNSUPPORTED_MAP_TYPE', 'VERIFIER_REJECTION']);
  });

  test('the types of a map with a bad name are no cause beside it', () => {
    const types = [
      'libbpf: BTF loading error: -EINVAL',
      'libbpf: -- BEGIN BTF LOAD LOG ---',
      '[11] VAR my-map type_id=10 linkage=1 Invalid name',
      '-- END BTF LOAD LOG --',
      "libbpf: map 'my-map': failed to create: -EINVAL",
    ];
    const stages = [
      fx.open({ programs: [fx.programFacts('a')], maps: [fx.mapFacts('my-map', { type: 'array' })] }),
      fx.program('a', { status: 'fail', errno: -22, log: `${types.join('\n')}\n` }),
      fx.mapStage('my-map', { type: 'array', errno: -22 }),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    const subjects = findings(request(fx.evidence(stages))).map(({ code, subject }) => [code, subject]);
    expect(subjects).toEqual([['OBJECT_NOT_LIBBPF_COMPATIBLE', 'my-map']]);
  });
});

describe('programs', () => {
  test('EACCES with a verifier log is the verifier, not a permission', () => {
    const found = first(
      request(
        fx.verifierFailure(
          "; int x = *p; @ conn.bpf.c:42\n3: (61) r0 = *(u32 *)(r1 +0)\nR1 invalid mem access 'scalar'\nprocessed 4 insns (limit 1000000)\n",
        ),
      ),
    );
    expect(found).toMatchObject({
      code: 'VERIFIER_REJECTION',
      subject: 'handle_exec',
      args: { reason: 'invalid_mem_access', source: 'conn.bpf.c:42', source_text: 'int x = *p;' },
    });
  });

  test('register states and source text never match', () => {
    const log = [
      '; if (!map_value_or_null) goto infinite loop detected at insn 3;',
      '12: (79) r1 = *(u64 *)(r0 +0)         ; R0=map_value_or_null(id=1,off=0) R1_w=scalar()',
      '13: R0=map_value_or_null(id=1,ks=4,vs=8,imm=0) R10=fp0',
      'some words that nobody has seen before',
      'processed 12 insns (limit 1000000) max_states_per_insn 0',
    ].join('\n');
    expect(first(request(fx.verifierFailure(log)))).toMatchObject({
      code: 'VERIFIER_REJECTION',
      args: { reason: 'unclassified' },
      evidence: { text: 'some words that nobody has seen before' },
    });
  });

  test('the block of 7.3 does not hide the cause', () => {
    const log = [
      '7: (85) call bpf_map_lookup_elem#1',
      '8: (79) r1 = *(u64 *)(r0 +0)',
      "R0 invalid mem access 'map_value_or_null'",
      '',
      'Verification failed: Memory Safety: Possibly NULL pointer is dereferenced',
      '',
      'Reason:',
      '  The pointer may be NULL, max value is outside of the allowed range is not said here.',
      'At:',
      '  handle_exec @ conn.bpf.c:51:9',
      'processed 9 insns (limit 1000000)',
    ].join('\n');
    expect(first(request(fx.verifierFailure(log)))).toMatchObject({
      code: 'VERIFIER_REJECTION',
      args: { reason: 'null_check', category: 'Memory Safety', source: 'conn.bpf.c:51' },
      evidence: { text: "R0 invalid mem access 'map_value_or_null'" },
    });
  });

  test('the end of a long log is what counts', () => {
    const stage = fx.rejected('handle_exec', 'x'.repeat(100), {
      verifier_log_tail: '\nBPF program is too large. Processed 1000001 insn\n',
      verifier_log_dropped: 48_000_000,
      errno: -7,
    });
    const outcome = request(fx.evidence([fx.open(), stage, fx.loadFailed(-7), fx.exit({ code: 2 })]));
    expect(first(outcome)).toMatchObject({ code: 'VERIFIER_COMPLEXITY', rollup: 'VERIFIER_REJECTION' });
  });

  test('CO-RE: the field has a name', () => {
    const log =
      '11: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation <byte_off> [77] struct inet_sock.freebind (0:14 @ offset 792.2)\n';
    expect(first(request(fx.verifierFailure(log)))).toMatchObject({
      code: 'CORE_RELOCATION_FAILURE',
      confidence: 'medium',
      subject: 'struct inet_sock.freebind',
      args: { field: 'struct inet_sock.freebind', kind: 'byte_off', reason: 'field_missing', program: 'handle_exec' },
    });
  });

  test('a helper of a later kernel, by number', () => {
    const found = first(
      request(fx.verifierFailure('invalid func unknown#181\n', fx.hello({ release: '5.10.0-46-cloud-amd64' }), -22)),
    );
    expect(found).toMatchObject({
      code: 'UNSUPPORTED_HELPER',
      confidence: 'medium',
      args: { helper: 'bpf_loop', since: '5.17' },
    });
  });

  test('a helper that lockdown takes away', () => {
    const locked = fx.hello({ facts: { lockdown: 'none [integrity] confidentiality' } });
    const log = 'program of this type cannot use helper bpf_probe_write_user#36\n';
    expect(first(request(fx.verifierFailure(log, locked, -22))).code).toBe('POLICY_DENIED');
    expect(first(request(fx.verifierFailure(log, fx.hello(), -22))).code).toBe('HELPER_NOT_ALLOWED');
  });

  test('kernel BTF: absent is MISSING_BTF, present and without the function is not', () => {
    const log =
      "libbpf: kernel BTF is missing at '/sys/kernel/btf/vmlinux', was CONFIG_DEBUG_INFO_BTF enabled?\nlibbpf: failed to find valid kernel BTF\nlibbpf: Error loading vmlinux BTF: -ESRCH\n";
    const without = fx.evidence(
      [
        fx.open(),
        fx.program('handle_exec', { status: 'fail', errno: -3, log }),
        fx.loadFailed(-3, { log }),
        fx.exit({ code: 2 }),
      ],
      fx.hello({ btf: false }),
    );
    expect(first(request(without))).toMatchObject({ code: 'MISSING_BTF', confidence: 'high' });
    expect(first(request(fx.missingFentry('7.3.4+deb13-cloud-amd64')))).toMatchObject({
      code: 'ATTACH_TARGET_NOT_FOUND',
      rollup: 'UNSUPPORTED_ATTACH_TYPE',
      phase: 'load',
      subject: 'on_unlink',
      args: { function: 'do_unlinkat', section: 'fentry/do_unlinkat' },
    });
  });

  test('callbacks on a kernel without them are not a fault of the records', () => {
    const log = "number of funcs in func_info doesn't match number of subprogs\n";
    const old = fx.hello({ release: '5.10.0-46-cloud-amd64' });
    expect(first(request(fx.verifierFailure(log, old, -22)))).toMatchObject({
      code: 'UNSUPPORTED_INSTRUCTION',
      args: { reason: 'callback', since: '5.13' },
    });
    expect(first(request(fx.verifierFailure(log, fx.hello(), -22))).code).toBe('BTF_INFO_REJECTED');
  });

  test('EPERM without a word', () => {
    const silent = (facts: { lockdown?: string; lsm?: string }) =>
      first(
        request(
          fx.evidence(
            [
              fx.open(),
              fx.program('handle_exec', { status: 'fail', errno: -1 }),
              fx.loadFailed(-1),
              fx.exit({ code: 2 }),
            ],
            fx.hello({ facts }),
          ),
        ),
      );
    expect(silent({ lockdown: 'none integrity [confidentiality]' }).code).toBe('POLICY_DENIED');
    expect(silent({ lockdown: '[none] integrity confidentiality' }).code).toBe('CAPABILITY_FAILURE');
  });

  test('a type that the kernel is too old for', () => {
    const programs = [fx.programFacts('hook', { type: 'netfilter', section: 'netfilter' })];
    const stages = [
      fx.open({ programs }),
      fx.program('hook', { section: 'netfilter', status: 'fail', errno: -22 }),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    expect(first(request(fx.evidence(stages)))).toMatchObject({
      code: 'UNSUPPORTED_PROGRAM_TYPE',
      args: { since: '6.4' },
    });
  });

  test('one finding per program, with causes of their own', () => {
    const stages = [
      fx.open({
        programs: ['good', 'loop', 'mem', 'optional'].map((name) =>
          fx.programFacts(name, { autoload: name !== 'optional' }),
        ),
      }),
      fx.program('good', { alone: true }),
      fx.rejected('loop', 'infinite loop detected at insn 3\n'),
      fx.rejected('mem', "R1 invalid mem access 'scalar'\n"),
      fx.rejected('optional', 'invalid func unknown#300\n'),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    expect(findings(request(fx.evidence(stages))).map((f) => [f.subject, f.args['reason']])).toEqual([
      ['loop', 'infinite_loop'],
      ['mem', 'invalid_mem_access'],
    ]);
  });

  test('an opt-in program hides no other one of its name', () => {
    const programs = [
      fx.programFacts('twin', { section: 'tc', autoload: false }),
      fx.programFacts('twin', { section: 'xdp' }),
    ];
    const stages = [
      fx.open({ programs: [...programs, fx.programFacts('loop')] }),
      fx.rejected('twin', 'invalid func unknown#300\n', { section: 'tc' }),
      fx.rejected('twin', "R1 invalid mem access 'scalar'\n", { section: 'xdp' }),
      fx.rejected('loop', 'infinite loop detected at insn 3\n'),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    expect(findings(request(fx.evidence(stages))).map((f) => [f.subject, f.args['reason']])).toEqual([
      ['twin', 'invalid_mem_access'],
      ['loop', 'infinite_loop'],
    ]);
  });

  test('names change nothing', () => {
    for (const name of ['lsm_verifier_permission_denied', 'map_type_EINVAL', 'lockdown']) {
      const stages = [
        fx.open({ programs: [fx.programFacts(name)] }),
        fx.program(name, {
          status: 'fail',
          errno: -22,
          log: `libbpf: prog '${name}': BPF program load failed: -EINVAL\n`,
        }),
        fx.loadFailed(),
        fx.exit({ code: 2 }),
      ];
      expect(first(request(fx.evidence(stages)))).toMatchObject({ code: 'UNKNOWN', confidence: 'low' });
    }
  });

  test('text inside a dumped verifier log is not a warning of libbpf', () => {
    const log = [
      "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
      'libbpf: failed to find valid kernel BTF',
      '-- END PROG LOAD LOG --',
    ].join('\n');
    const outcome = request(fx.evidence([fx.open(), fx.loadFailed(-22, { log }), fx.exit({ code: 2 })]));
    expect(first(outcome).code).toBe('VERIFIER_REJECTION');
  });
});

describe('attach', () => {
  const section = 'kprobe/bpfcompat_symbol_should_not_exist_987654';
  const log =
    "libbpf: prog 'handle_exec': failed to create kprobe 'bpfcompat_symbol_should_not_exist_987654+0x0' perf event: -ENOENT\n";
  const failed = fx.attach('handle_exec', {
    section,
    status: 'fail',
    errno: -2,
    error: 'No such file or directory',
    log,
  });
  const attachFailed = fx.evidence([fx.open(), fx.load(), failed, fx.exit({ code: 2 })]);

  test('a required program that was not attached fails', () => {
    const outcome = request(attachFailed, { attachMode: 'required', programs: required });
    expect(outcome).toMatchObject({ status: 'fail', failedStage: 'attach' });
    expect(first(outcome)).toMatchObject({
      code: 'ATTACH_TARGET_NOT_FOUND',
      rollup: 'UNSUPPORTED_ATTACH_TYPE',
      args: { function: 'bpfcompat_symbol_should_not_exist_987654', errno: 'ENOENT' },
    });
  });

  test('best effort passes and keeps the finding', () => {
    const best = fx.evidence([fx.open(), fx.load(), failed, fx.exit()]);
    expect(request(best)).toMatchObject({ status: 'pass', findings: [{ code: 'ATTACH_TARGET_NOT_FOUND' }] });
  });

  test('requirement is per program', () => {
    const stages = [
      fx.open({ programs: [fx.programFacts('handle_exec'), fx.programFacts('other')] }),
      fx.load(),
      failed,
      fx.attach('other'),
      fx.exit({ code: 2 }),
    ];
    const other = [{ name: 'other', section: '', required: true }];
    expect(request(fx.evidence(stages), { attachMode: 'required', programs: other }).status).toBe('pass');
  });

  test('skipped or never mentioned is not attached', () => {
    const skipped = fx.attach('handle_exec', { status: 'skipped', reason: 'freplace needs a target program' });
    for (const stages of [[skipped], []]) {
      const outcome = request(fx.evidence([fx.open(), fx.load(), ...stages, fx.exit()]), {
        attachMode: 'required',
        programs: required,
      });
      expect(outcome).toMatchObject({ status: 'fail', failedStage: 'attach', findings: [{ code: 'NOT_ATTACHED' }] });
    }
  });

  test('a required program that the object does not have', () => {
    const outcome = request(fx.passing(), {
      attachMode: 'required',
      programs: [{ name: 'gone', section: '', required: true }],
    });
    expect(outcome).toMatchObject({
      status: 'fail',
      failedStage: 'validation',
      findings: [{ code: 'MISSING_PROGRAM', subject: 'gone' }],
    });
    const note = request(fx.passing(), { programs: [{ name: 'gone', section: '', required: false }] });
    expect(note).toMatchObject({ status: 'pass', findings: [{ code: 'MANIFEST_MISMATCH' }] });
  });

  test('an LSM program without bpf among the active modules is attached and inert', () => {
    const lsm = fx.attach('handle_exec', { section: 'lsm/file_open' });
    const old = fx.hello({ facts: { lsm: 'lockdown,capability,yama,apparmor' } });
    const stages = [
      fx.open({ programs: [fx.programFacts('handle_exec', { type: 'lsm' })] }),
      fx.load(),
      lsm,
      fx.exit(),
    ];
    expect(findings(request(fx.evidence(stages, old))).map((f) => f.code)).toEqual(['LSM_BPF_NOT_ENABLED']);
    expect(findings(request(fx.evidence(stages)))).toEqual([]);
    expect(request(fx.evidence(stages, old)).status).toBe('pass');
  });

  test.each(['lsm/file_open', 'lsm', 'lsm_cgroup/socket_bind'])(
    'a required program of %s that never runs fails',
    (section) => {
      const lsm = fx.attach('handle_exec', { section });
      const open = fx.open({ programs: [fx.programFacts('handle_exec', { section, type: 'lsm' })] });
      const old = fx.hello({ facts: { lsm: 'lockdown,capability,yama,apparmor' } });
      const outcome = request(fx.evidence([open, fx.load(), lsm, fx.exit()], old), {
        attachMode: 'required',
        programs: required,
      });
      expect(outcome).toMatchObject({
        status: 'fail',
        failedStage: 'attach',
        findings: [{ code: 'LSM_BPF_NOT_ENABLED', subject: 'handle_exec', decisive: true }],
      });
    },
  );

  test('a hook that is newer than the kernel', () => {
    const multi = {
      section: 'kprobe.multi/vfs_*',
      errno: -22,
      log: "libbpf: prog 'handle_exec': failed to attach: -EINVAL\n",
    };
    const stage = fx.attach('handle_exec', { status: 'fail', ...multi });
    const old = fx.hello({ release: '5.10.0-46-cloud-amd64' });
    expect(first(request(fx.evidence([fx.open(), fx.load(), stage, fx.exit()], old)))).toMatchObject({
      code: 'UNSUPPORTED_ATTACH_TYPE',
      args: { section: 'kprobe.multi/vfs_*', kind: 'kprobe.multi', since: '5.18' },
    });
  });

  test('EPERM is a policy, EBUSY a conflict, an unknown errno is said so', () => {
    const outcome = (errno: number) =>
      first(
        request(fx.evidence([fx.open(), fx.load(), fx.attach('handle_exec', { status: 'fail', errno }), fx.exit()])),
      );
    expect(outcome(-1).code).toBe('CAPABILITY_FAILURE');
    expect(outcome(-16).code).toBe('ATTACH_CONFLICT');
    expect(outcome(-61)).toMatchObject({ code: 'ATTACH_FAILED', confidence: 'low', args: { errno: 'ENODATA' } });
  });
});

describe('no cause hides behind another one', () => {
  const gone = fx.attach('handle_exec', { status: 'fail', errno: -2 });
  const required = [{ name: 'handle_exec', section: '', required: true }];
  const codesOf = (stages: Stage[], part: Partial<ClassifyInput> = {}) =>
    findings(
      request(fx.evidence([fx.open(), fx.load(), ...stages, fx.exit({ code: 2 })]), {
        attachMode: 'required',
        programs: required,
        functionalTests: [fx.functionalTest('marker')],
        ...part,
      }),
    ).map(({ code, decisive }) => `${decisive ? 'cause' : 'warning'} ${code}`);

  test('a test that fails beside an attach that fails', () => {
    const test = fx.functional('marker', { status: 'fail', exit_code: 1 });
    expect(codesOf([gone, test])).toEqual([expect.stringMatching(/^cause /), 'cause FUNCTIONAL_TEST_FAILURE']);
  });

  test('a test that was left out after it did not fail', () => {
    expect(codesOf([gone])).toHaveLength(1);
    expect(codesOf([gone, fx.functional('marker', { status: 'skipped' })])).toHaveLength(1);
  });

  test('a missing program beside another one that cannot be attached, each reported once', () => {
    const programs = [...required, { name: 'gone', section: '', required: true }];
    const test = fx.functional('marker');
    const reported = codesOf([gone, test], { programs });
    expect(reported).toEqual(['cause MISSING_PROGRAM', expect.stringMatching(/^cause /)]);
  });

  test('what an optional test says is not a cause, and never stands before one', () => {
    const functionalTests = [fx.functionalTest('extra', { required: false }), fx.functionalTest('marker')];
    const failed = { status: 'fail', exit_code: 1 } as const;
    const stages = [fx.attach('handle_exec'), fx.functional('extra', failed), fx.functional('marker', failed)];
    const outcome = request(fx.evidence([fx.open(), fx.load(), ...stages, fx.exit({ code: 2 })]), { functionalTests });
    expect(findings(outcome).map(({ subject, decisive }) => [subject, decisive])).toEqual([
      ['marker', true],
      ['extra', false],
    ]);
  });
});

describe('functional tests', () => {
  const tests = [fx.functionalTest('marker')];
  const run = (stages: Stage[], part: Partial<ClassifyInput> = {}) =>
    request(
      fx.evidence([
        fx.open(),
        fx.load(),
        fx.attach('handle_exec'),
        ...stages,
        fx.exit({ code: stages.length > 0 ? 2 : 0 }),
      ]),
      {
        functionalTests: tests,
        ...part,
      },
    );

  test('a required test that failed', () => {
    const outcome = run([fx.functional('marker', { status: 'fail', exit_code: 1, stderr_tail: 'no marker\n' })]);
    expect(outcome).toMatchObject({
      status: 'fail',
      failedStage: 'functional',
      findings: [{ code: 'FUNCTIONAL_TEST_FAILURE' }],
    });
  });

  test('the manifest says what is required, and the exit code what passed', () => {
    const lie = fx.functional('marker', { required: false, exit_code: 3 });
    expect(run([lie])).toMatchObject({ status: 'fail', failedStage: 'functional' });
  });

  test('an optional test is a warning, a test inconclusive is not a pass', () => {
    const optional = [fx.functionalTest('marker', { required: false })];
    expect(
      run([fx.functional('marker', { status: 'fail', exit_code: 1 })], { functionalTests: optional }),
    ).toMatchObject({
      status: 'pass',
      findings: [{ code: 'FUNCTIONAL_TEST_FAILURE' }],
    });
    expect(run([])).toMatchObject({ status: 'fail', failedStage: 'functional' });
  });

  test('behaviour mode without a test has shown nothing', () => {
    expect(request(fx.passing(), { validationMode: 'behavior' })).toMatchObject({
      status: 'fail',
      failedStage: 'functional',
    });
  });
});

describe('a validator that did not end by itself', () => {
  const killed = (signal: number, stages: Stage[]) => fx.evidence([...stages, fx.exit({ kind: 'signaled', signal })]);

  test('a crash on the object is a finding, with the last step', () => {
    const outcome = request(killed(11, [fx.open(), fx.step('load', 'handle_exec')]));
    expect(outcome).toMatchObject({ status: 'fail', failedStage: 'load' });
    expect(first(outcome)).toMatchObject({
      code: 'VALIDATOR_CRASH',
      confidence: 'low',
      args: { signal: 'SIGSEGV', step: 'load handle_exec' },
    });
  });

  test('a crash before the open is a finding too, one after a load is about attaching', () => {
    expect(request(killed(6, []))).toMatchObject({ status: 'fail', failedStage: 'load' });
    expect(request(killed(6, [fx.open(), fx.load()]))).toMatchObject({ status: 'fail', failedStage: 'attach' });
  });

  test('out of time and out of memory are not verdicts', () => {
    expect(request(fx.evidence([fx.open(), fx.step('load', 'a'), fx.exit({ kind: 'timeout' })]))).toMatchObject({
      status: 'infra_error',
      cause: 'timeout',
      message: expect.stringContaining('load a'),
    });
    expect(request(killed(9, [fx.open()]))).toMatchObject({
      status: 'infra_error',
      cause: 'guest_crash',
      message: expect.stringContaining('out of memory'),
    });
    expect(request(killed(9, [fx.open(), fx.load(), fx.step('functional', 'kills-all')]))).toMatchObject({
      status: 'infra_error',
      message: expect.stringMatching(/functional kills-all: a command must not end every process/),
    });
  });

  test('what was rejected before stays rejected', () => {
    const denied = [fx.open(), fx.rejected('handle_exec', 'invalid func unknown#181\n'), fx.loadFailed()];
    expect(request(killed(11, denied))).toMatchObject({ status: 'fail', findings: [{ code: 'UNSUPPORTED_HELPER' }] });
  });
});
