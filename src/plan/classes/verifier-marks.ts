import type { ObjectFacts } from '../../object/facts.ts';

/**
 * A member of a structure of the kernel that came with a change of the verifier. A version number does not say what a vendor
 * carried back; the kernel's types do.
 */
interface Mark {
  /** `structure.member`. */
  readonly member: string;
  /** First upstream kernel, and what changed with it. */
  readonly since: string;
  readonly words: string;
  /** Objects that it can make a difference to; absent: all. */
  readonly concerns?: (facts: ObjectFacts) => boolean;
}

/** Below it no limit of the verifier is near. Instructions. */
const LARGE = 4096;

const hasCalls = ({ programs }: ObjectFacts): boolean => programs.some(({ subprograms }) => subprograms.length > 0);
const isLarge = ({ programs }: ObjectFacts): boolean => programs.some(({ totalInsns }) => totalInsns > LARGE);
const hasCallbacks = ({ programs }: ObjectFacts): boolean =>
  programs.some(({ callbackAt }) => callbackAt !== undefined);
const managesFields = ({ maps }: ObjectFacts): boolean => maps.some(({ valueFields }) => valueFields.length > 0);

/** Came with 6.18, as did trampolines of functions with a union argument. */
export const LIVENESS = 'bpf_verifier_env.liveness';

export const VERIFIER_MARKS: readonly Mark[] = [
  { member: 'bpf_func_state.in_callback_fn', since: '5.13', words: 'callbacks, spilled scalars' },
  { member: 'bpf_reg_state.map_uid', since: '5.16', words: 'bounds of 32-bit registers, inner maps' },
  { member: 'bpf_call_arg_meta.release_regno', since: '5.19', words: 'released pointers, dynptrs' },
  { member: 'bpf_func_proto.might_sleep', since: '6.1', words: 'helpers that may sleep, structures as arguments' },
  { member: 'bpf_reg_state.iter', since: '6.4', words: 'precision, trusted pointers, iterators' },
  { member: 'bpf_verifier_env.test_reg_invariants', since: '6.8', words: 'bounds, ranges of return values' },
  { member: 'bpf_insn_aux_data.fastcall_pattern', since: '6.12', words: 'linked registers, inlined helpers' },
  {
    member: 'bpf_prog_aux.jits_use_priv_stack',
    since: '6.13',
    words: 'stacks of subprograms',
    concerns: hasCalls,
  },
  {
    member: LIVENESS,
    since: '6.18',
    words: 'liveness of the stack, also that of callbacks',
    concerns: (facts) => isLarge(facts) || hasCallbacks(facts),
  },
  {
    member: 'bpf_prog_aux.st_ops_assoc',
    since: '7.0',
    words: 'timers and locks of tracing programs',
    concerns: managesFields,
  },
  {
    member: 'bpf_retval_range.return_32bit',
    since: '7.1',
    words: 'global functions without a result',
    concerns: hasCalls,
  },
  {
    member: 'bpf_verifier_env.max_stack_depth',
    since: '7.2',
    words: 'limits of stack and complexity',
    concerns: (facts) => hasCalls(facts) || isLarge(facts),
  },
];
