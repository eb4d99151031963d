import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import * as fx from '../fixtures/evidence.ts';

/** What is said of a kernel function that is given too little memory. */
function said(...below: readonly string[]) {
  const log = [
    '7: (85) call bpf_path_d_path#77406',
    'invalid access to map value, value_size=8 off=0 size=4096',
    'R2 min value is outside of the allowed memory range',
    ...below,
    'processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
  ].join('\n');
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence: fx.verifierFailure(log) });
  return outcome.status === 'fail' ? outcome.findings[0]?.args : undefined;
}

test('memory that is given without a size stands in for a structure of the kernel', () => {
  expect(said()).toMatchObject({ reason: 'kfunc_memory', available: '8', size: '4096' });
});

test('memory that is given with its size is too small for that', () => {
  expect(said('arg#1 arg#2 memory, len pair leads to invalid memory access')).toMatchObject({
    reason: 'past_end',
    available: '8',
    size: '4096',
  });
});
