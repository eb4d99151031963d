import type { CodeFeature } from '../opcodes.ts';

/** What code does beyond its instruction set. */
export type UseFeature =
  | 'subprograms'
  | 'loops'
  | 'callbacks'
  | 'global_data'
  | 'many_insns'
  | 'kfunc'
  | 'kernel_btf'
  | 'typed_ksym'
  | 'sleepable'
  | 'sleepable_uprobe'
  | 'sleepable_iterator'
  | 'sleepable_struct_ops'
  | 'fragments'
  | 'expected_attach_type'
  | 'struct_ops_link'
  | 'referenced_kptr';

interface FeatureRow {
  /** First upstream kernel; empty when there is none. */
  readonly since: string;
  readonly words: string;
}

/** First upstream kernel of everything that code can need, with words that follow "needs". */
export const FEATURES: Readonly<Record<CodeFeature | UseFeature, FeatureRow>> = {
  short_jumps: { since: '4.14', words: 'jumps on "less than" (instruction set v2)' },
  jmp32: { since: '5.1', words: '32-bit jumps (instruction set v3)' },
  fetch_atomics: { since: '5.12', words: 'atomic operations other than a plain add' },
  acquire_release: { since: '6.15', words: 'load-acquire or store-release' },
  sign_extending_load: { since: '6.6', words: 'sign-extending loads (instruction set v4)' },
  sign_extending_move: { since: '6.6', words: 'sign-extending moves (instruction set v4)' },
  signed_division: { since: '6.6', words: 'signed division (instruction set v4)' },
  byte_swap: { since: '6.6', words: 'unconditional byte swaps (instruction set v4)' },
  long_jump: { since: '6.6', words: 'long jumps (instruction set v4)' },
  may_goto: { since: '6.9', words: 'may_goto loops' },
  address_space_cast: { since: '6.9', words: 'address space casts (arena)' },
  indirect_jump: { since: '6.19', words: 'indirect jumps' },
  indirect_call: { since: '', words: 'calls through pointers to functions' },
  unknown_opcode: { since: '', words: 'instructions that no known kernel has' },
  subprograms: { since: '4.16', words: 'calls between functions' },
  loops: { since: '5.3', words: 'loops that the compiler did not unroll' },
  callbacks: { since: '5.13', words: 'addresses of functions (callbacks)' },
  global_data: { since: '5.2', words: 'global variables' },
  many_insns: { since: '5.2', words: 'more than 4096 instructions' },
  kfunc: { since: '5.18', words: 'kernel functions (kfuncs)' },
  kernel_btf: { since: '5.4', words: 'BTF of the kernel for CO-RE' },
  typed_ksym: { since: '5.10', words: 'variables of the kernel by their BTF' },
  sleepable: { since: '5.10', words: 'sleepable programs' },
  sleepable_uprobe: { since: '6.0', words: 'sleepable uprobes' },
  sleepable_iterator: { since: '5.18', words: 'sleepable iterators' },
  sleepable_struct_ops: { since: '6.3', words: 'sleepable struct_ops programs' },
  fragments: { since: '5.18', words: 'XDP fragments' },
  expected_attach_type: { since: '4.17', words: 'an attach type at load' },
  struct_ops_link: { since: '6.4', words: 'links of struct_ops' },
  referenced_kptr: { since: '5.19', words: 'kernel pointers in map values' },
};
