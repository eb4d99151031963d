import { describe, expect, test } from 'vitest';
import { classifyCommand } from '../../src/classify/command.ts';
import { words } from '../../src/findings/words.ts';
import type { Outcome } from '../../src/model/cell.ts';
import { type Evidence, Stage } from '../../src/model/evidence.ts';
import { hello } from '../fixtures/evidence.ts';

const evidenceOf = (stages: readonly Stage[]): Evidence => ({ hello: hello(), stages, document: undefined });
const EXITED = { kind: 'exited', code: 2, signal: 0 } as const;

function command(stage: Record<string, unknown> | undefined, exit: Record<string, unknown> = EXITED): Evidence {
  const base = {
    stage: 'functional',
    name: 'command',
    required: true,
    status: 'fail',
    command: '$BPFCOMPAT_BIN',
    timeout_seconds: 20,
    expected_exit_code: 0,
    exit_code: 1,
    timed_out: false,
    stdout_tail: '',
    stderr_tail: '',
    error: 'exit code 1, expected 0',
  };
  return evidenceOf([
    ...(stage === undefined ? [] : [Stage.parse({ ...base, ...stage })]),
    Stage.parse({ stage: 'exit', elapsed_us: 1, ...exit }),
  ]);
}

function reported(outcome: Outcome): { title: string; remediation: string; args: Readonly<Record<string, string>> } {
  if (outcome.status !== 'fail' || outcome.findings[0] === undefined) throw new Error(JSON.stringify(outcome));
  expect(outcome.failedStage).toBe('command');
  const [finding] = outcome.findings;
  expect(finding).toMatchObject({ code: 'COMMAND_VALIDATION_FAILURE', confidence: 'high' });
  const { title, remediation } = words(finding);
  return { title, remediation, args: finding.args };
}

describe('the exit code is the verdict', () => {
  test('as expected: pass, whatever the word of the guest', () => {
    expect(classifyCommand(command({ exit_code: 3 }), 3)).toEqual({ status: 'pass', findings: [] });
    expect(classifyCommand(command({ exit_code: 0, status: 'pass' }), 0).status).toBe('pass');
    expect(classifyCommand(command({ exit_code: 0, status: 'pass' }), 1).status).toBe('fail');
  });

  test('a time-out is never a pass', () => {
    const outcome = classifyCommand(command({ exit_code: 0, timed_out: true, status: 'pass' }), 0);
    expect(reported(outcome).title).toBe('the command did not end within 20 s');
    expect(classifyCommand(command({ exit_code: 124, timed_out: true }), 124).status).toBe('fail');
  });

  test('a crash names the signal, and the last line it said is the evidence', () => {
    const outcome = classifyCommand(command({ exit_code: 139, stderr_tail: 'one\nlast words\n\n' }), 0);
    expect(reported(outcome).title).toBe('the command was ended by SIGSEGV (exit code 139 instead of 0)');
    expect(outcome).toMatchObject({
      findings: [{ evidence: { text: 'last words', origin: 'output of the command' } }],
    });
  });

  test.each([
    [1, 'sh: syntax error: unexpected "("', /See its output/],
    [2, 'config: syntax error in line 3', /See its output/],
    [127, 'sh: ./check.sh: not found', /small shell with its tools/],
    [127, 'bash: line 1: bpftool: command not found', /small shell with its tools/],
    [127, 'x: error while loading shared libraries: libz.so.1: cannot open', /opened by name at run time/],
    [126, '', /cannot be executed/],
    [1, 'open: No such file or directory', /Declare it/],
    [1, 'bpf: Operation not permitted', /lockdown/],
    [1, 'strange', /See its output/],
  ])('exit code %i with %j', (exitCode, stderr, remedy) => {
    expect(reported(classifyCommand(command({ exit_code: exitCode, stderr_tail: stderr }), 0)).remediation).toMatch(
      remedy,
    );
  });

  test.each([
    [2, 'sh: syntax error: unexpected "("'],
    [2, 'sh: syntax error: unexpected redirection'],
    [2, 'sh: syntax error: bad substitution'],
    [2, './check.sh: line 4: syntax error: unexpected "("'],
    [2, 'sh: export: line 0: illegal option -f'],
    [127, 'sh: bash: not found'],
    [127, 'sh: declare: not found\nsh: x[a]=1: not found'],
    [127, "env: can't execute 'bash': No such file or directory"],
  ])('exit code %i with %j: the shell could not read it, which is not a result', (exitCode, stderr) => {
    for (const expected of [0, exitCode]) {
      expect(classifyCommand(command({ exit_code: exitCode, stderr_tail: `${stderr}\n` }), expected)).toMatchObject({
        status: 'infra_error',
        cause: 'command_unrunnable',
        message: expect.stringMatching(/no bash; write the command for a POSIX shell, bring a program .*--lane image/),
      });
    }
  });

  test('a command that could not be kept apart was not run, whatever is expected', () => {
    const said =
      'bpfcompat: this command was not run, as it cannot be kept apart from the validator: unshare: No space';
    for (const expected of [0, 126]) {
      const outcome = classifyCommand(command({ exit_code: 126, stderr_tail: `${said}\n` }), expected);
      const message = expect.stringMatching(/^this command was not run, .*: No space; a command before it/);
      expect(outcome).toMatchObject({ status: 'infra_error', cause: 'command_unrunnable', message });
    }
    expect(classifyCommand(command({ exit_code: 1, stderr_tail: said }), 0).status).toBe('fail');
  });

  test.each([
    ['sh: bpftool: not found', 'bpftool'],
    ['working\n./check.sh: line 4: python3.11: not found', 'python3.11'],
    ["env: can't execute 'systemctl': No such file or directory", 'systemctl'],
  ])('%j: a program that the vendor may have is missing, which is no result', (stderr, program) => {
    for (const expected of [0, 127]) {
      expect(classifyCommand(command({ exit_code: 127, stderr_tail: `${stderr}\n` }), expected)).toMatchObject({
        status: 'infra_error',
        cause: 'command_unrunnable',
        message: expect.stringMatching(
          new RegExp(`no program ${program} .* as \\$BPFCOMPAT_BIN, not by its name; .*--bin or .*--lane image`),
        ),
      });
    }
  });

  test('what libbpf said in the loader is reported besides, and never decides', () => {
    const stderr = "libbpf: failed to find valid kernel BTF\nlibbpf: failed to load object 'x'\nbye\n";
    const outcome = classifyCommand(command({ exit_code: 1, stderr_tail: stderr }), 0);
    expect(outcome).toMatchObject({
      findings: [
        { code: 'COMMAND_VALIDATION_FAILURE', args: { message: 'failed to find valid kernel BTF' } },
        { code: 'MISSING_BTF', confidence: 'low', phase: 'load' },
      ],
    });
    expect(classifyCommand(command({ exit_code: 0, stderr_tail: stderr }), 0)).toEqual({
      status: 'pass',
      findings: [],
    });
  });
});

test.each([
  ['on standard output', { stdout_tail: "libbpf: map 'e': failed to create: -22\nbye\n" }],
  ['behind a time and a level', { stderr_tail: "12:00:01 [WARN] libbpf: map 'e': failed to create: -22\nbye\n" }],
  [
    'in the beginning of a long output',
    { stderr_head: "libbpf: map 'e': failed to create: -22\n", stderr_tail: 'bye\n' },
  ],
])('libbpf is heard %s', (_name, stage) => {
  const outcome = classifyCommand(command({ exit_code: 1, ...stage }), 0);
  expect(outcome).toMatchObject({ findings: [{ args: { message: "map 'e': failed to create: -22" } }] });
});

test('the last of what libbpf said stands behind the line that says most', () => {
  const stderr = [
    'libbpf: failed to find valid kernel BTF',
    ...['a', 'b', 'c'].map((name) => `libbpf: prog '${name}': failed to attach: -2`),
    "libbpf: failed to load object 'x'",
  ];
  const outcome = classifyCommand(command({ exit_code: 1, stderr_tail: `${stderr.join('\n')}\n` }), 0);
  const said = "failed to find valid kernel BTF; prog 'b': failed to attach: -2; prog 'c': failed to attach: -2";
  expect(reported(outcome).args).toMatchObject({ message: said });
  if (outcome.status !== 'fail' || !outcome.findings[0]) throw new Error('it fails');
  expect(words(outcome.findings[0]).explanation).toContain(`Its output says: ${said}.`);
});

describe('a loader that prints the log of the verifier', () => {
  const log = [
    "libbpf: prog 'block_rq_issue_btf': BPF program load failed: Permission denied",
    "libbpf: prog 'block_rq_issue_btf': -- BEGIN PROG LOAD LOG --",
    '; return trace_rq_start((void *)ctx[1], true);',
    '9: (79) r6 = *(u64 *)(r1 +8)',
    "func 'block_rq_issue' doesn't have 2-th argument",
    'invalid bpf_context access off=8 size=8',
    'processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
    '-- END PROG LOAD LOG --',
    "libbpf: prog 'block_rq_issue_btf': failed to load: -13",
    "libbpf: failed to load object 'biolatency_bpf'",
    'failed to load BPF object: -13',
  ];

  test.each([
    ['whole', log],
    ['without its beginning', log.slice(2)],
  ])('%s: the cause is found in it', (_name, lines) => {
    const outcome = classifyCommand(command({ exit_code: 1, stderr_tail: `${lines.join('\n')}\n` }), 0);
    expect(outcome).toMatchObject({
      status: 'fail',
      failedStage: 'command',
      findings: [
        {
          code: 'COMMAND_VALIDATION_FAILURE',
          confidence: 'high',
          args: { message: expect.stringMatching(/2-th argument|bpf_context access/) },
          evidence: { text: 'failed to load BPF object: -13' },
        },
        { rollup: 'VERIFIER_REJECTION', confidence: 'low', phase: 'load', args: { program: 'block_rq_issue_btf' } },
      ],
    });
  });

  test('a log that never ends is not a reason to hang', () => {
    const text = `libbpf: -- BEGIN PROG LOAD LOG --\n${"libbpf: prog 'x\n".repeat(400)}`.slice(0, 8000);
    expect(classifyCommand(command({ exit_code: 1, stderr_tail: text }), 0).status).toBe('fail');
  });
});

describe('a guest that cannot say how the command ended', () => {
  test('the time of the guest was over: the command hung, no infra error', () => {
    expect(reported(classifyCommand(command(undefined, { kind: 'timeout', code: 0, signal: 9 }), 0)).title).toMatch(
      /did not end in time/,
    );
  });

  test.each([
    ['killed', command(undefined, { kind: 'signaled', code: 0, signal: 9 }), 'guest_crash', /SIGKILL.*memory_mb/],
    ['said nothing', command(undefined), 'internal', /did not run the command/],
    ['skipped', command({ status: 'skipped', error: 'no shell' }), 'internal', /no shell/],
    ['broke the protocol', command(undefined, { kind: 'protocol', code: 0, signal: 0 }), 'protocol', /protocol/],
    ['no end', evidenceOf([]), 'protocol', /without saying/],
  ])('%s', (_name, evidence, cause, message) => {
    expect(classifyCommand(evidence, 0)).toMatchObject({
      status: 'infra_error',
      cause,
      message: expect.stringMatching(message),
    });
  });
});
