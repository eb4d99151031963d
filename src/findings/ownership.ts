/** Rejections over what a program has acquired, locked or begun; keys are reasons. */
export const OWNED_ADVICE = {
  reference: {
    why: 'an acquired object is not released on every path',
    todo: 'Release it on every path, early returns included.',
  },
  moved_pointer: {
    why: 'a pointer is handed over that no longer points to the beginning of its object',
    todo: 'Pass the pointer as the acquiring call or the hook gave it: the record itself and not a member of it, the structure and not an address inside.',
  },
  callback_call: {
    why: 'a callback makes a tail call or a packet load, which only the program itself may make',
    todo: 'Let the callback note what is to be done in its context and return, and make the tail call or the load behind bpf_loop or bpf_for_each_map_elem. Older kernels accept some of them and may then leave the callback midway.',
  },
  nested_rcu: {
    why: 'an RCU section is begun inside another one',
    todo: 'End the first one before (bpf_rcu_read_unlock), or leave the inner pair out: what it protects is protected already. Newer kernels count sections.',
  },
  held_tail_call: {
    why: 'a tail call is made while something acquired is still held',
    todo: 'Release it, or submit or discard the record, before bpf_tail_call: nothing behind a tail call runs when it succeeds.',
  },
  two_locks: {
    why: 'two locks are taken or declared where one is allowed',
    todo: 'Hold one lock at a time and declare one per map value: put what is changed together under the same lock.',
  },
  kernel_field: {
    why: 'a lock, timer or other field that belongs to the kernel is read or written with the rest of a value',
    todo: 'Leave the field out: copy the other members one by one instead of the whole structure (bpf_map_lookup_elem in user space does that by itself), and use the field through its helpers only.',
  },
  dynptr_unset: {
    why: 'a dynptr is used that was not made, or was already given back',
    todo: 'Make it on every path right before its use (bpf_dynptr_from_mem, bpf_ringbuf_reserve_dynptr, bpf_dynptr_from_skb, bpf_dynptr_from_xdp), and do not touch it after it was submitted or discarded.',
  },
  dynptr_memory: {
    why: 'bpf_dynptr_from_mem is given memory that is not a map value',
    todo: 'Keep the buffer in a map value, such as that of a per-CPU array: the stack cannot stand behind a dynptr.',
  },
  iterator_unset: {
    why: 'an iterator is used that was not begun',
    todo: 'Call its bpf_iter_..._new first, and bpf_iter_..._destroy at the end even where new failed; the macros bpf_for and bpf_for_each do both.',
  },
  iterator_begun: {
    why: 'an iterator is begun a second time',
    todo: 'Destroy it (bpf_iter_..._destroy) before it is begun again, or use a variable for each loop.',
  },
  unlock: {
    why: 'something is unlocked or ended that is not held',
    todo: 'End what was begun, once on every path: unlock through the pointer that was locked (a second lookup is another lock to the verifier), the last lock first, and as many unlocks of RCU or preemption as locks.',
  },
  region_open: {
    why: 'preemption or interrupts are still off where the program ends or jumps away',
    todo: 'Call bpf_preempt_enable or bpf_local_irq_restore on every path, early returns included, as often as they were turned off.',
  },
  needs_rcu: {
    why: 'a kernel function is called that wants an RCU section around it',
    todo: 'Put bpf_rcu_read_lock() before the call and bpf_rcu_read_unlock() behind the last use of what it gives, on every path; programs that cannot sleep are in such a section anyway.',
  },
  not_acquired: {
    why: 'something is released that the program did not acquire',
    todo: 'Release only what an acquiring call returned (bpf_sk_lookup_tcp, bpf_task_from_pid, bpf_ringbuf_reserve, ...), and once: members of the context, arguments of the hook and what a lookup lends are not released.',
  },
  timer_map: {
    why: 'a timer or work queue is set up with another map than the one that it stands in',
    todo: 'Pass the map that the value was looked up in: bpf_timer_init(&value->timer, &map, ...).',
  },
  field_place: {
    why: 'a lock or timer is not where the type of the map has one',
    todo: 'Give the map a value type with the field in it (__type(value, struct ...), a structure with a struct bpf_spin_lock or struct bpf_timer as its member), and pass the address of that member.',
  },
  dynptr_taken: {
    why: 'a dynptr is made or overwritten while it is still in use',
    todo: 'Submit or discard what it holds first, or use a variable for each dynptr.',
  },
  dynptr_kind: {
    why: 'a dynptr is of another kind than the call takes',
    todo: 'Submit and discard what bpf_ringbuf_reserve_dynptr made, and nothing else; dynptrs that a callback gets can only be read.',
  },
};

/** What gives back what a call acquired. */
const GIVES_BACK: readonly (readonly [acquired: RegExp, todo: string])[] = [
  [
    /^bpf_ringbuf_reserve_dynptr$/,
    'Call bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr on every path, also where the reservation failed.',
  ],
  [
    /^bpf_ringbuf_reserve$/,
    'Call bpf_ringbuf_submit or bpf_ringbuf_discard on every path behind the check, early returns included.',
  ],
  [/^bpf_skc?_lookup_|^bpf_map_lookup_elem$/, 'Call bpf_sk_release on every path behind the check.'],
  [
    /^bpf_iter_\w+_new$/,
    'Call the _destroy of the iterator on every path, also out of the middle of the loop: leave bpf_for by break, not by return or goto.',
  ],
  [/^bpf_task_(?:acquire|from_\w+)$/, 'Call bpf_task_release on every path behind the check.'],
  [/^bpf_cgroup_(?:acquire|from_\w+|ancestor)$/, 'Call bpf_cgroup_release on every path behind the check.'],
  [/^bpf_cpumask_(?:create|acquire)$/, 'Call bpf_cpumask_release on every path behind the check.'],
  [/^bpf_obj_new|^bpf_refcount_acquire/, 'Call bpf_obj_drop, or put it into a list or tree, on every path.'],
  [/^bpf_kptr_xchg$/, 'What stood in the map before comes back from bpf_kptr_xchg: check and release that, too.'],
];

/** What gives back what the call `acquired`; undefined for calls that are not known. */
export function givesBack(acquired: string | undefined): string | undefined {
  return acquired === undefined ? undefined : GIVES_BACK.find(([call]) => call.test(acquired))?.[1];
}
