import { describe, expect, test } from 'vitest';
import { consoleFindings, withConsole } from '../../src/classify/console.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import type { KernelLog } from '../../src/model/kernel-log.ts';
import { exit, functional, hello } from '../fixtures/evidence.ts';

test('nothing to say about a boot', () => {
  const boot = [
    '[    0.000000] Linux version 6.1.0-56-cloud-amd64',
    '[    0.120000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible!',
    '[    0.900000] ima: No TPM chip found, activating TPM-bypass!',
    '[   22.100000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]',
    '[   30.100000] BUG: workqueue lockup - pool cpus=0',
    '[   60.100000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks',
  ].join('\n');
  expect(consoleFindings(boot)).toEqual([]);
});

test.each([
  ['warning', 'WARNING: CPU: 0 PID: 88 at kernel/bpf/verifier.c:1234 check_foo+0x12/0x40'],
  ['warning', 'WARNING: kernel/bpf/verifier.c:1234 at check_foo+0x12/0x40, CPU#0: init/88'],
  ['bug', 'BUG: kernel NULL pointer dereference, address: 0000000000000000'],
  ['bug', 'BUG: sleeping function called from invalid context at mm/slab.h:1'],
  ['oops', 'Oops: 0000 [#1] PREEMPT SMP NOPTI'],
  ['oops', 'general protection fault, probably for non-canonical address 0xdead'],
  ['locking', 'WARNING: possible circular locking dependency detected'],
  ['ubsan', 'UBSAN: array-index-out-of-bounds in net/core/filter.c:1'],
  ['device_in_use', 'unregister_netdevice: waiting for veth0 to become free. Usage count = 2'],
])('%s: %s', (reason, line) => {
  expect(consoleFindings(`[   12.345678] ${line}\n`)).toMatchObject([
    { code: 'KERNEL_WARNING', phase: 'infra', args: { reason }, evidence: { text: line, origin: 'console' } },
  ]);
  expect(consoleFindings(`[   12.345678][   T88] ${line}\r\n`)).toHaveLength(1);
});

test('the same trouble is reported once, and a flood is bounded', () => {
  const flood = Array.from({ length: 5000 }, (_, i) => `[ 1.${i}] WARNING: CPU: ${i} PID: 8 at a.c:1 f+0x1/0x2`);
  expect(consoleFindings(flood.join('\n'))).toHaveLength(1);
  const kinds = Array.from({ length: 50 }, (_, i) => `BUG: bug ${'x'.repeat(i)}`);
  expect(consoleFindings(kinds.join('\n'))).toHaveLength(5);
});

/** A result with a command or without one, and with what the kernel itself said. */
function respond(command: string, kernel?: Partial<KernelLog>): Evidence {
  const reported = kernel && { lines: [], whole: true, taint_before: 0, taint_after: 0, ...kernel };
  const stages = [functional('t', { command }), exit(reported === undefined ? {} : { kernel: reported })];
  return { hello: hello(), stages, document: undefined };
}
const NO_COMMAND = respond('');

const SPLAT = '[    1.5] WARNING: CPU: 0 PID: 88 at kernel/bpf/verifier.c:1234 check_foo+0x12/0x40\n';
const WAIT = '[    1.5] unregister_netdevice: waiting for veth0 to become free. Usage count = 2\n';

test('a kernel that stumbles over an object has not passed it', () => {
  const pass = { status: 'pass', findings: [] } as const;
  expect(withConsole(pass, SPLAT, NO_COMMAND)).toMatchObject({
    status: 'fail',
    failedStage: 'validation',
    findings: [{ code: 'KERNEL_WARNING', subject: 'check_foo', decisive: true }],
  });
  expect(withConsole(pass, WAIT, NO_COMMAND)).toMatchObject({ status: 'pass', findings: [{ decisive: false }] });
  expect(withConsole(pass, '', NO_COMMAND)).toEqual(pass);
});

test('a pass that kept its observer out is none; a failure stays one', () => {
  const rejected = respond('', { whole: false, refused: true });
  const fail = { status: 'fail', failedStage: 'load', findings: [] } as const;
  expect(withConsole({ status: 'pass', findings: [] }, '', rejected)).toMatchObject({
    status: 'infra_error',
    message: expect.stringContaining('/dev/kmsg or /proc/sys/kernel/tainted denied it'),
  });
  expect(withConsole(fail, '', rejected)).toMatchObject(fail);
});

test('a failure stays what it is, and the stumble is a cause of its own before all warnings', () => {
  const [first, warning] = consoleFindings(`${SPLAT}${WAIT}`);
  if (!first || !warning) throw new Error('two findings');
  const fail = { status: 'fail', failedStage: 'attach', findings: [{ ...first, decisive: true }, warning] } as const;
  const outcome = withConsole(fail, SPLAT, NO_COMMAND);
  expect(outcome).toMatchObject({ failedStage: 'attach' });
  expect(outcome.status === 'fail' && outcome.findings.map(({ decisive }) => decisive)).toEqual([true, true, false]);
});

describe('where a command ran', () => {
  const pass = { status: 'pass', findings: [] } as const;
  const LINE = 'WARNING: CPU: 0 PID: 88 at kernel/bpf/verifier.c:1234 check_foo+0x12/0x40';

  test('the console alone says nothing: a command can write there', () => {
    expect(withConsole(pass, SPLAT, respond('true', {}))).toEqual(pass);
    expect(withConsole(pass, SPLAT, respond('', {}))).toMatchObject({ status: 'fail' });
    expect(withConsole(pass, SPLAT, respond('true'))).toMatchObject({ status: 'fail' });
  });

  test('what it said before a command could hide it counts', () => {
    const reported = { lines: [LINE], whole: false, taint_before: 0, taint_after: 512 };
    const { stages, ...rest } = respond('true', {});
    const said = (kernel: KernelLog): Evidence => ({ ...rest, stages: [{ stage: 'kernel', kernel }, ...stages] });
    expect(withConsole(pass, '', said(reported))).toMatchObject({
      status: 'fail',
      findings: [{ code: 'KERNEL_WARNING', subject: 'check_foo' }],
    });
    expect(withConsole(pass, '', said({ ...reported, lines: [] }))).toMatchObject({
      status: 'fail',
      findings: [{ code: 'KERNEL_WARNING', args: { reason: 'tainted' } }],
    });
  });

  test('what the kernel itself said counts, also when the console was muted', () => {
    const outcome = withConsole(pass, '', respond('dmesg -n 1', { lines: [LINE], taint_after: 512 }));
    expect(outcome).toMatchObject({ status: 'fail', findings: [{ code: 'KERNEL_WARNING', subject: 'check_foo' }] });
    expect(outcome.status === 'fail' && outcome.findings).toHaveLength(1);
  });

  test.each([
    [0, 512, 'W (a warning)'],
    [4096, 4096 + 128 + 32, 'B (a bad page), D (an oops)'],
    [2 ** 40, 2 ** 40 + 512, 'W (a warning)'],
  ])('taint flags from %i to %i are trouble of which no line is left', (taint_before, taint_after, flags) => {
    expect(withConsole(pass, '', respond('true', { taint_before, taint_after }))).toMatchObject({
      status: 'fail',
      findings: [{ args: { reason: 'tainted', line: `/proc/sys/kernel/tainted gained ${flags}` } }],
    });
  });

  test.each([
    [512, 512],
    [0, 4096],
    [0, 0],
  ])('taint flags from %i to %i are none', (taint_before, taint_after) => {
    expect(withConsole(pass, '', respond('true', { taint_before, taint_after }))).toEqual(pass);
  });
});

test('no result stays none', () => {
  const infra = { status: 'infra_error', cause: 'timeout', message: 'late' } as const;
  expect(withConsole(infra, SPLAT, NO_COMMAND)).toBe(infra);
});

const RUN_TIME = [
  '[    5.123456] ------------[ cut here ]------------',
  '[    5.123457] trace type BPF program uses run-time allocation',
  '[    5.123458] WARNING: CPU: 0 PID: 72 at kernel/bpf/verifier.c:10519 bpf_check+0x2f8e/0x3470',
].join('\n');

test('a warning of maps that are not preallocated says so', () => {
  expect(consoleFindings(RUN_TIME)).toMatchObject([{ code: 'KERNEL_WARNING', args: { reason: 'run_time_map' } }]);
  const others = RUN_TIME.replace('trace type', 'some other');
  expect(consoleFindings(others)).toMatchObject([{ code: 'KERNEL_WARNING', args: { reason: 'warning' } }]);
});
