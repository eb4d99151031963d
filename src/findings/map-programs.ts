import type { Facts, Words } from './entry.ts';
import { here, who } from './writer.ts';

/** Which helpers take a type of map, by its number (enum bpf_map_type): most types have helpers of their own. */
const HELPERS_OF: Readonly<Record<string, string>> = {
  3: 'A prog_array is for bpf_tail_call.',
  4: 'A perf_event_array is for bpf_perf_event_output and bpf_perf_event_read_value.',
  7: 'A stack_trace map is for bpf_get_stackid.',
  8: 'A cgroup_array is for bpf_current_task_under_cgroup and bpf_skb_under_cgroup.',
  12: 'Array of maps: look up the inner map first, and use that.',
  13: 'Hash of maps: look up the inner map first, and use that.',
  14: 'A devmap is for bpf_redirect_map.',
  15: 'A sockmap is for bpf_sk_redirect_map, bpf_msg_redirect_map and bpf_sk_assign; sock_ops, sk_skb, sk_msg and some other networking programs may change it, tracing programs may not.',
  16: 'A cpumap is for bpf_redirect_map.',
  17: 'An xskmap is for bpf_redirect_map.',
  18: 'A sockhash is for bpf_sk_redirect_hash, bpf_msg_redirect_hash and bpf_sk_assign; sock_ops, sk_skb, sk_msg and some other networking programs may change it, tracing programs may not.',
  19: 'A cgroup_storage map is for bpf_get_local_storage.',
  20: 'A reuseport_sockarray is for bpf_sk_select_reuseport.',
  21: 'A percpu_cgroup_storage map is for bpf_get_local_storage.',
  22: 'A queue is for bpf_map_push_elem, bpf_map_pop_elem and bpf_map_peek_elem.',
  23: 'A stack is for bpf_map_push_elem, bpf_map_pop_elem and bpf_map_peek_elem.',
  24: 'An sk_storage map is for bpf_sk_storage_get and bpf_sk_storage_delete.',
  25: 'A devmap_hash is for bpf_redirect_map.',
  27: 'A ringbuf is for bpf_ringbuf_output, bpf_ringbuf_reserve and their kin.',
  29: 'A task_storage map is for bpf_task_storage_get and bpf_task_storage_delete.',
  30: 'A bloom_filter is for bpf_map_push_elem and bpf_map_peek_elem.',
};

/** What a helper takes where the type of the map says nothing: plain maps are for no helper of their own. */
const MAPS_OF: Readonly<Record<string, string>> = {
  bpf_tail_call: 'a program array (BPF_MAP_TYPE_PROG_ARRAY)',
  bpf_redirect_map: 'a devmap, a devmap_hash, a cpumap or an xskmap',
  bpf_get_stackid: 'a stack_trace map',
  bpf_perf_event_output: 'a perf_event_array',
  bpf_perf_event_read: 'a perf_event_array',
  bpf_perf_event_read_value: 'a perf_event_array',
  bpf_skb_output: 'a perf_event_array',
  bpf_xdp_output: 'a perf_event_array',
  bpf_ringbuf_output: 'a ring buffer',
  bpf_ringbuf_reserve: 'a ring buffer',
  bpf_ringbuf_query: 'a ring buffer',
  bpf_sk_redirect_map: 'a sockmap',
  bpf_msg_redirect_map: 'a sockmap',
  bpf_sock_map_update: 'a sockmap',
  bpf_sk_redirect_hash: 'a sockhash',
  bpf_msg_redirect_hash: 'a sockhash',
  bpf_sock_hash_update: 'a sockhash',
  bpf_sk_select_reuseport: 'a reuseport_sockarray, a sockmap or a sockhash',
  bpf_get_local_storage: 'a cgroup_storage map',
  bpf_sk_storage_get: 'an sk_storage map',
  bpf_task_storage_get: 'a task_storage map',
  bpf_inode_storage_get: 'an inode_storage map',
  bpf_cgrp_storage_get: 'a cgrp_storage map',
  bpf_skb_under_cgroup: 'a cgroup_array',
  bpf_current_task_under_cgroup: 'a cgroup_array',
  bpf_map_push_elem: 'a queue, a stack or a bloom_filter',
  bpf_map_pop_elem: 'a queue or a stack',
  bpf_map_peek_elem: 'a queue, a stack or a bloom_filter',
};

const ARGS = ['helper', 'type', 'field', 'allowed'] as const;
const REASONS = ['map', 'tracing_field', 'sleepable'] as const;

/** Words for a map that a program may not use, or not in this way. */
function pairWords(f: Facts<(typeof ARGS)[number], (typeof REASONS)[number]>): Words {
  const { field, type = '', helper, allowed } = f.args;
  if (f.args.reason === 'tracing_field') {
    return {
      title: `${who(f)} traces and uses a map with a ${field ?? 'lock'}, which tracing programs cannot ${here(f)}`,
      explanation: 'Such programs run anywhere, in the middle of what holds the same lock, too.',
      remediation:
        field === 'bpf_timer'
          ? 'Start timers from a networking, cgroup, struct_ops or syscall program here; 7.0 and later let tracing programs do it.'
          : 'Count with atomic operations (__sync_fetch_and_add) or in per-CPU maps instead of under a lock.',
    };
  }
  if (f.args.reason === 'sleepable') {
    return {
      title: `${who(f)} may sleep and uses a map of a type that sleepable programs cannot use ${here(f)}`,
      explanation: `Here they can use ${allowed ?? 'few types'}; newer kernels allow more.`,
      remediation:
        'Use an array, a hash or a ring buffer there (preallocated on the oldest kernels), or make the program one that does not sleep (no .s in its section).',
    };
  }
  const pair = Object.hasOwn(HELPERS_OF, type) ? HELPERS_OF[type] : undefined;
  const wanted = Object.hasOwn(MAPS_OF, helper ?? '') ? MAPS_OF[helper ?? ''] : undefined;
  if (pair === undefined && wanted !== undefined) {
    return {
      title: `${who(f)} gives ${helper} a map of another type than it takes`,
      explanation: `${helper} takes ${wanted}.`,
      remediation: 'Declare the map with that type, or use a helper that is made for the type of this one.',
    };
  }
  return {
    title: `${who(f)} uses a map in a way that is not allowed for it ${here(f)}`,
    explanation:
      pair === undefined
        ? 'The verifier ties map types to helpers and program types, and newer kernels allow more pairs.'
        : `${helper ?? 'The helper'} does not accept this map in this program. ${pair}`,
    remediation:
      pair === undefined
        ? 'Use a preallocated map, another map type or another helper for this program type.'
        : 'Use a helper that is made for the type of the map, or another map type.',
  };
}

/** A map that a program may not use. */
export const MAP_PAIR = { args: ARGS, reasons: REASONS, words: pairWords };
