import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { callsItself } from '../../src/classify/recursion.ts';
import * as fx from '../fixtures/evidence.ts';

const call = (insn: number) => `${insn}: (85) call pc-10\ncaller:\n frame1: R10=fp0\ncallee:\n frame2: R1=1`;

test('the same call twice, without a return between them', () => {
  expect(callsItself([call(2), call(12), call(12), 'the call stack of 9 frames is too deep'].join('\n'))).toBe(true);
  expect(callsItself([call(2), call(5), call(8), 'the call stack of 9 frames is too deep'].join('\n'))).toBe(false);
  expect(callsItself([call(2), '20: (95) exit', call(2)].join('\n'))).toBe(false);
  expect(callsItself('7: (85) call bpf_loop#181\n7: (85) call bpf_loop#181')).toBe(false);
  expect(callsItself('')).toBe(false);
});

test.each([
  ['6.18.15', [call(12), call(12), 'the call stack of 9 frames is too deep'].join('\n')],
  ['6.1.0-56', 'back-edge from insn 12 to 3'],
  ['7.3.4', 'recursive call from again() to again()'],
])('a recursion on %s', (release, log) => {
  const outcome = classify({
    evidence: fx.verifierFailure(`${log}\n`, fx.hello({ release }), -22),
    attachMode: 'disabled',
    programs: [],
    validationMode: '',
    functionalTests: [],
  });
  expect(outcome).toMatchObject({
    status: 'fail',
    findings: [{ code: 'VERIFIER_REJECTION', args: { reason: 'structure' } }],
  });
});
