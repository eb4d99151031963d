import { expect, test } from 'vitest';
import { explainLostPointer } from '../../src/classify/lost-pointer.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import type { ReasonOf } from '../../src/findings/findings.ts';

function explained(log: string, cause: string, reason: ReasonOf<'VERIFIER_REJECTION'> = 'invalid_mem_access') {
  const finding = makeFinding({
    code: 'VERIFIER_REJECTION',
    confidence: 'medium',
    phase: 'load',
    subject: 'probe',
    args: { reason },
    evidence: { text: cause, origin: 'verifier log' },
  });
  return explainLostPointer(finding, log).args;
}

const CAUSE = "R6 invalid mem access 'scalar'";

test('a packet pointer that a helper took away is reported by the helper', () => {
  const log = [
    '1: (61) r6 = *(u32 *)(r1 +0)          ; R1=ctx(off=0,imm=0) R6_w=pkt(off=0,r=0,imm=0)',
    '8: (85) call bpf_xdp_adjust_head#44   ; R0=scalar()',
    '9: (bf) r1 = r0                       ; R0=scalar(id=1) R1_w=scalar(id=1)',
    '13: (73) *(u8 *)(r6 +13) = r1',
    CAUSE,
  ].join('\n');
  expect(explained(log, CAUSE)).toMatchObject({ reason: 'stale_packet', call: 'bpf_xdp_adjust_head' });
});

test('it is followed through copies and the stack', () => {
  const log = [
    ' R6_w=pkt(id=0,off=0,r=14,imm=0) R10=fp0',
    '3: (7b) *(u64 *)(r10 -16) = r6',
    '4: (85) call bpf_skb_pull_data#39',
    '5: (79) r2 = *(u64 *)(r10 -16)',
    '6: (bf) r3 = r2',
    '7: (71) r0 = *(u8 *)(r3 +0)',
    "R3 invalid mem access 'inv'",
  ].join('\n');
  expect(explained(log, "R3 invalid mem access 'inv'")).toMatchObject({ reason: 'stale_packet' });
});

test('a record that was sent is not a memory any more', () => {
  const log = [
    '7: (15) if r7 == 0x0 goto pc+4',
    ' R0_w=mem(id=0,ref_obj_id=2,off=0,imm=0) R7_w=mem(id=0,ref_obj_id=2,off=0,imm=0) R10=fp0',
    '8: (bf) r1 = r7',
    '10: (85) call bpf_ringbuf_submit#132',
    '11: (79) r6 = *(u64 *)(r7 +0)',
    "R7 invalid mem access 'inv'",
  ].join('\n');
  expect(explained(log, "R7 invalid mem access 'inv'")).toMatchObject({
    reason: 'released',
    call: 'bpf_ringbuf_submit',
  });
});

test.each([
  [
    'a number from the start',
    '1: (79) r6 = *(u64 *)(r1 +0)          ; R6_w=scalar()\n8: (85) call bpf_xdp_adjust_head#44\n',
  ],
  [
    'made anew after the call',
    '1: (61) r6 = *(u32 *)(r1 +0)  ; R6_w=pkt(off=0)\n8: (85) call bpf_xdp_adjust_head#44\n9: (b7) r6 = 7\n',
  ],
  ['no call that moves packets', '1: (61) r6 = *(u32 *)(r1 +0)  ; R6_w=pkt(off=0)\n8: (85) call bpf_ktime_get_ns#5\n'],
])('%s is none of it', (_name, path) => {
  expect(explained(`${path}10: (71) r0 = *(u8 *)(r6 +0)\n${CAUSE}`, CAUSE)).toMatchObject({
    reason: 'invalid_mem_access',
  });
});

test('memory of an arena that is used before it was converted is reported as such', () => {
  const cause = "R0 invalid mem access 'scalar'";
  const log = (call: string): string =>
    [
      `8: (85) call ${call}#71205   ; R0=scalar()`,
      '9: (15) if r0 == 0x0 goto pc+2',
      '10: (7b) *(u64 *)(r0 +8) = r1',
      cause,
    ].join('\n');
  expect(explained(log('bpf_arena_alloc_pages'), cause)).toMatchObject({ reason: 'arena_pointer' });
  expect(explained(log('bpf_get_current_task'), cause)).toMatchObject({ reason: 'invalid_mem_access' });
});

test('a pointer that was declared NULL and not set on the path is followed back to that', () => {
  const log = ['0: (b7) r6 = 0   ; R6_w=0', '5: (bf) r2 = r6', '8: (71) r1 = *(u8 *)(r2 +0)'];
  const cause = "R2 invalid mem access 'scalar'";
  expect(explained([...log, cause].join('\n'), cause)).toMatchObject({ reason: 'null_path' });
  const other = log.map((line) => line.replace('r6 = 0 ', 'r6 = 8 '));
  expect(explained([...other, cause].join('\n'), cause)).toMatchObject({ reason: 'invalid_mem_access' });
});

test('a member of a pointer that a check found to be NULL is one of NULL', () => {
  const cause = "R1 invalid mem access 'inv'";
  const log = [
    '12: (55) if r0 != 0x0 goto pc+2',
    ' R0=inv0 R10=fp0',
    '13: (b7) r1 = 56',
    '14: (79) r1 = *(u64 *)(r1 +0)',
  ];
  expect(explained([...log, cause].join('\n'), cause)).toMatchObject({ reason: 'null_path' });
  expect(explained([...log.slice(2), cause].join('\n'), cause)).toMatchObject({ reason: 'invalid_mem_access' });
});
