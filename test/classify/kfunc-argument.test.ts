import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import * as fx from '../fixtures/evidence.ts';

/** The reason that is given for a kernel function whose first argument holds `state` when the kernel says `cause`. */
function reasonOf(state: string, cause: string): string | undefined {
  const log = [
    `3: (bf) r1 = r6                       ; ${state} R6_w=scalar()`,
    '4: (85) call bpf_task_acquire#56939',
    cause,
    'processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
  ].join('\n');
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence: fx.verifierFailure(log) });
  return outcome.status === 'fail' ? outcome.findings[0]?.args['reason'] : undefined;
}

const STRUCT = 'arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar';

test.each([
  ['R1_w=0', STRUCT, 'null_argument'],
  ['R1_w=0', 'Possibly NULL pointer passed to trusted arg0', 'null_argument'],
  ['R1=0', 'Possibly NULL pointer passed to trusted R1', 'null_argument'],
  ['R1_w=16', STRUCT, 'number_argument'],
  ['R1_w=scalar(id=1)', STRUCT, 'number_argument'],
  ['R1=scalar()', 'R1 is scalar expected STRUCT task_struct', 'number_argument'],
  ['R1_w=fp-8', STRUCT, 'own_memory'],
  ['R1=map_value(map=tasks,ks=4,vs=8)', 'R1 is map_value expected STRUCT task_struct', 'own_memory'],
  ['R1=ctx()', 'R1 is ctx expected STRUCT task_struct', 'type_mismatch'],
])('%s, %s: %s', (state, cause, reason) => {
  expect(reasonOf(state, cause)).toBe(reason);
});

test('a pointer to an object of the kernel, and one that may be NULL, are what the words say', () => {
  expect(reasonOf('R1_w=ptr_task_struct()', 'R1 must be referenced or trusted')).toBe('untrusted_pointer');
  const maybe = reasonOf('R1_w=rcu_ptr_or_null_task_struct(id=2)', 'Possibly NULL pointer passed to trusted arg0');
  expect(maybe).toBe('null_check');
});

/** The reason of a call on a kernel that prints states after jumps alone. */
function reasonBehind(lines: readonly string[], cause: string): string | undefined {
  const log = [...lines, '9: (85) call bpf_map_update_elem#2', cause, 'processed 9 insns (limit 1000000)'].join('\n');
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence: fx.verifierFailure(log) });
  return outcome.status === 'fail' ? outcome.findings[0]?.args['reason'] : undefined;
}

test('a state that an instruction changed since says nothing of the call', () => {
  const jump = 'from 3 to 6: R0=inv(id=0) R1=ctx(id=0,off=0,imm=0) R2=inv0 R6=inv(id=0) R7=inv0 R10=fp0';
  const cause = 'R2 type=inv expected=fp, pkt, pkt_meta, map_value';
  expect(reasonBehind([jump], cause)).toBe('null_argument');
  expect(reasonBehind([jump, '6: (bf) r2 = r7'], cause)).toBe('null_argument');
  for (const changed of ['r2 = r6', 'r2 = *(u64 *)(r10 -8)', 'r2 += 8', 'r2 s>>= 3', 'r2 = 7']) {
    expect(reasonBehind([jump, `6: (bf) ${changed}`], cause), changed).toBe('foreign_memory');
  }
});

test('a context that was in the register before is not what a kernel function is given', () => {
  const start = '0: R1=ctx(id=0,off=0,imm=0) R10=fp0';
  const lines = [start, '0: (79) r1 = *(u64 *)(r10 -8)', '1: (85) call bpf_task_acquire#56939'];
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const log = [...lines, STRUCT, 'processed 2 insns (limit 1000000)'].join('\n');
  const outcome = classify({ ...settings, evidence: fx.verifierFailure(log) });
  const [finding] = outcome.status === 'fail' ? outcome.findings : [];
  expect(finding?.args['reason']).toBe('untrusted_pointer');
});

/** What is found in the words of a helper call on a kernel that prints no states between instructions. */
function helperArgs(cause: string, call: string, errno = -13) {
  const log = [
    '0: (18) r1 = 0xffff88810d8a5800',
    '2: (bf) r2 = r10',
    '3: (b7) r3 = 0',
    `4: (85) call ${call}`,
    cause,
    'processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
  ].join('\n');
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence: fx.verifierFailure(log, fx.hello(), errno) });
  return outcome.status === 'fail' ? outcome.findings[0] : undefined;
}

test('NULL for a helper is seen by the instruction that made it', () => {
  const expected = 'expected=fp, pkt, pkt_meta, map_value';
  const update = 'bpf_map_update_elem#2';
  expect(helperArgs(`R3 type=inv ${expected}`, update)?.args['reason']).toBe('null_argument');
  expect(helperArgs(`R2 type=inv ${expected}`, update)?.args['reason']).not.toBe('null_argument');
});

test.each(['kernel subsystem misconfigured verifier', 'expected prog array map for tail call'])(
  'a tail call with another map is no bug of the verifier: %s',
  (cause) => {
    const found = helperArgs(cause, 'bpf_tail_call#12', -22);
    expect(found).toMatchObject({ code: 'MAP_PROG_INCOMPATIBLE', args: { reason: 'map', helper: 'bpf_tail_call' } });
  },
);

test('a kernel that is misconfigured elsewhere may have a bug', () => {
  const found = helperArgs('kernel subsystem misconfigured verifier', 'bpf_map_lookup_elem#1', -22);
  expect(found?.code).toBe('VERIFIER_INTERNAL');
});

test('the address of a field of the context is no context that the compiler moved', () => {
  const cause = 'dereference of modified ctx ptr R2 off=40 disallowed';
  expect(helperArgs(cause, 'bpf_map_lookup_elem#1')?.args['reason']).toBe('context_address');
});
