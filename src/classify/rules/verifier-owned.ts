import type { TextRule } from './rule.ts';

const NEWEST = '7.3.4+deb13-cloud-amd64';
const OLDEST = '5.10.0-46-cloud-amd64';

/** Verifier words for what is held, begun or given back: locks, sections, references, dynptrs and timers. */
export const OWNED_RULES: readonly TextRule[] = [
  {
    code: 'VERIFIER_REJECTION',
    reason: 'moved_pointer',
    pattern:
      /^dereference of modified (?!ctx )\S+ ptr R\d+ off=(?<offset>-?\d+)|^\S+ must have zero offset when passed to release func/,
    example: { kernel: OLDEST, text: 'dereference of modified alloc_mem ptr R1 off=4 disallowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'callback_call',
    pattern: /^cannot (?:tail call within (?:callback|exception cb)|use BPF_LD_\[ABS\|IND\] within callback)/,
    example: { kernel: NEWEST, text: 'cannot tail call within callback' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'nested_rcu',
    pattern: /^nested rcu read lock /,
    example: {
      kernel: '6.12.118+deb13-cloud-amd64',
      text: 'nested rcu read lock (kernel function bpf_rcu_read_lock)',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'unlock',
    pattern:
      /^(?<lock>bpf_\w+)_unlock (?:without taking a lock|of different lock|cannot be out of order)|^unmatched (?:rcu read unlock|attempt to enable preemption)/,
    example: { kernel: OLDEST, text: 'bpf_spin_unlock without taking a lock' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'locked',
    pattern: /^global function calls are not allowed (?:while holding a lock|with (?:preemption|IRQs?) disabled)/,
    example: {
      kernel: '6.12.118+deb13-cloud-amd64',
      text: 'global function calls are not allowed while holding a lock,',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'two_locks',
    pattern: /^Locking two bpf_spin_locks are not allowed/,
    example: { kernel: '6.12', text: 'Locking two bpf_spin_locks are not allowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'region_open',
    pattern:
      /^\d+ (?<lock>bpf_preempt_enable)s? (?:is|are) missing|^(?:BPF_EXIT instruction in main prog|tail_call|bpf_throw|BPF_LD_\[ABS\|IND\]) cannot be used inside (?<region>bpf_preempt_disable|bpf_local_irq_save)-ed region/,
    example: { kernel: NEWEST, text: '1 bpf_preempt_enable is missing' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'needs_rcu',
    pattern:
      /^kernel func (?<function>\S+) requires RCU critical section protection|^expected an RCU CS when using (?<callee>\S+)/,
    example: {
      kernel: NEWEST,
      text: 'kernel func bpf_iter_task_new requires RCU critical section protection',
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'not_acquired',
    pattern:
      /^R\d+ must be referenced when passed to release function|^arg \d+ is an unacquired reference|^release (?:kernel function|kfunc|helper) (?<function>\S+) expects|^(?:kfunc |func )?\S+ reference has not been acquired before/,
    example: { kernel: '6.1.0-57-cloud-amd64', text: 'R1 must be referenced when passed to release function' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'timer_map',
    pattern: /^(?<field>\w+) pointer in R\d+ map_uid=\d+ doesn't match map pointer/,
    example: {
      kernel: '6.1.0-57-cloud-amd64',
      text: "timer pointer in R1 map_uid=0 doesn't match map pointer in R2 map_uid=0",
    },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'field_place',
    pattern:
      /^map '[^']+' (?:is not a struct type or (?<field>bpf_\w+) is mangled|has no valid bpf_\w+)|^\S+ '[^']*' has no valid bpf_\w+|^map '[^']*' doesn't have 'struct bpf_\w+'|^off \d+ doesn't point to 'struct bpf_\w+'|^(?:arg#\d+|R\d+) doesn't point to a map value$|^R\d+ doesn't have constant offset\. /,
    example: { kernel: OLDEST, text: "map 'plain' is not a struct type or bpf_spin_lock is mangled" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'dynptr_taken',
    pattern: /^Dynptr has to be an uninitialized dynptr|^cannot overwrite referenced dynptr/,
    example: { kernel: '6.1.0-57-cloud-amd64', text: 'Dynptr has to be an uninitialized dynptr' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'dynptr_kind',
    pattern: /^Expected a dynptr of type (?<type>\S+) as |^cannot pass pointer to const bpf_dynptr|CONST_PTR_TO_DYNPTR/,
    example: { kernel: '6.12', text: 'Expected a dynptr of type ringbuf as arg #1' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'kptr_access',
    pattern:
      /^store to (?:referenced kptr|uptr) disallowed|^kptr in map can only be accessed|^\w+ access (?:cannot have variable offset|size must be BPF_DW)|^\w+ cannot be accessed indirectly by helper/,
    example: { kernel: '6.12', text: 'store to referenced kptr disallowed' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'kptr_type',
    pattern: /^invalid kptr access, R\d+ type=(?<given>\S+)/,
    example: { kernel: '6.12', text: 'invalid kptr access, R1 type=ptr_task_struct expected=ptr_cgroup' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'no_kptr',
    pattern: /^off=\d+ kptr isn't referenced kptr/,
    example: { kernel: '6.12', text: "off=8 kptr isn't referenced kptr" },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'node_access',
    pattern:
      /^allocated object must be referenced|^arg#\d+ is neither owning or non-owning ref|^\S+ (?:node input must be non-owning ref|not allowed in rbtree cb)|^bpf_spin_lock at off=\d+ must be held for (?<function>\S+)|^held lock and object are not in the same allocation|^operation on \S+ expects arg#1 /,
    example: { kernel: '6.12', text: 'bpf_spin_lock at off=0 must be held for bpf_rb_root' },
  },
  {
    code: 'BTF_LOAD_REJECTED',
    reason: 'program',
    pattern: /^(?<callee>\S+) requires prog BTF$/,
    example: { kernel: NEWEST, text: 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF' },
  },
  {
    code: 'VERIFIER_REJECTION',
    reason: 'arena_unnamed',
    pattern: /in a program that has an associated arena|requires a program with an associated arena/,
    example: {
      kernel: '6.12',
      text: 'addr_space_cast insn can only be used in a program that has an associated arena',
    },
  },
];
