import type { TextRule } from './rule.ts';

/** Arenas, exceptions and kptrs: what the verifier says of these is about nothing else. */
export const EXTENSION_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'arena_cast',
    pattern: /^addr_space_cast insn can only convert between address space/,
    example: {
      kernel: '6.12.118+deb13-cloud-amd64',
      text: 'addr_space_cast insn can only convert between address space 1 and 0',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'throw_place',
    pattern: /^bpf_throw kfunc \(insn \d+\) cannot be called from callback/,
    example: {
      kernel: '6.12.118+deb13-cloud-amd64',
      text: 'bpf_throw kfunc (insn 15) cannot be called from callback subprog 1',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'throw_value',
    // Programs return R0; R1 is what an exception ends them with.
    pattern:
      /^At program exit the register R1 has (?:smin=(?<smin>-?\d+) smax=\k<smin>(?!\d)|.*?) ?should have been in (?<allowed>[([][^)\]]+[)\]])/,
    example: {
      kernel: '7.3.4+deb13-cloud-amd64',
      text: 'At program exit the register R1 has smin=1 smax=1 should have been in [0, 0]',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'no_kptr',
    pattern: /^R\d+ has no valid kptr|^map '[^']*' has no valid kptr|^off=\d+ doesn't point to kptr/,
    example: { kernel: '7.3.4+deb13-cloud-amd64', text: 'R1 has no valid kptr' },
  },
];
