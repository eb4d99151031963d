import { expect, test } from 'vitest';
import { attachFindings } from '../../src/classify/attach.ts';
import * as fx from '../fixtures/evidence.ts';

const DISABLED = 'sched_ext: BPF scheduler "mine" disabled (runnable task stall)';

function found(line: string, programs = [{ name: 'enqueue', section: '', required: true }], map = 'ops') {
  const kernel = { lines: [line], whole: true, taint_before: 0, taint_after: 0 };
  const attach = fx.attach('enqueue', { section: 'struct_ops/enqueue', method: 'struct_ops', target: map });
  const evidence = fx.evidence([fx.open(), fx.load(), attach, fx.exit({ kernel })]);
  return attachFindings({ evidence, programs, schedulers: new Set(['ops']) });
}

test('a scheduler that the kernel took out of service is not attached, and the words of the kernel say why', () => {
  expect(found(DISABLED)).toMatchObject({
    required: [{ code: 'ATTACH_FAILED', args: { reason: 'scheduler_disabled' }, evidence: { text: DISABLED } }],
    warnings: [],
  });
  expect(found(DISABLED, [])).toMatchObject({ required: [], warnings: [{ code: 'ATTACH_FAILED' }] });
});

test.each([
  ['its loader', 'sched_ext: BPF scheduler "mine" disabled (unregistered from user space)'],
  ['the scheduler itself', 'sched_ext: BPF scheduler "mine" disabled (unregistered from BPF)'],
  ['a key press', 'sched_ext: BPF scheduler "mine" disabled (disabled by sysrq-S)'],
])('one that %s ended was attached', (_who, line) => {
  expect(found(line)).toEqual({ required: [], warnings: [] });
});

test('structures of other kinds are not concerned', () => {
  expect(found(DISABLED, undefined, 'congestion')).toEqual({ required: [], warnings: [] });
});
