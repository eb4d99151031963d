import { always, type Cell, fails, failsAt, failsHere, from, PASS, type Row, warns } from '../cells.ts';

/** Maps, helpers, functions and code used in ways that no program of their type can: from reports that no rule was written for. */
const USES: Cell = {
  ...failsAt(
    ['VERIFIER_REJECTION', 'map_structure', 'writes_map'],
    ['VERIFIER_REJECTION', 'no_map', 'without_map'],
    ['VERIFIER_REJECTION', 'type_mismatch', 'other_context'],
    ['VERIFIER_REJECTION', 'type_mismatch', 'other_buffer'],
    ['VERIFIER_REJECTION', 'type_mismatch', 'other_socket'],
    ['VERIFIER_REJECTION', 'no_end', 'without_end'],
    ['UNSUPPORTED_GLOBAL_FUNCTION', 'signature', 'bucket_of'],
  ),
};
const READS = failsAt(['VERIFIER_REJECTION', 'map_structure', 'reads_map']);

export const REPORTED_USES: readonly Row[] = [
  // aya-rs/aya#1002, falcosecurity/libs#1850, facebookincubator/katran#149, aya-rs/aya#1056, lizrice/learning-ebpf#34, aya-rs/aya#808
  // A map's structure may be read from 6.18 on.
  from('6.18', 'verifier_uses', { ...USES, reported: [...USES.reported, ...READS.reported] }, USES),
  always('verifier_uses_fixed', PASS),
  // near aya-rs/aya#1649
  always('file_no_function_info', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'no_function_info', 'next_of')),
  always('file_no_function_info_fixed', PASS),
  // aya-rs/aya#521
  from(
    '5.13',
    'file_callback_types',
    fails('UNSUPPORTED_INSTRUCTION', 'callback', 'repeats'),
    fails('BTF_INFO_REJECTED', 'no_func_info', 'repeats'),
  ),
  from('5.13', 'file_callback_types_fixed', failsHere('UNSUPPORTED_INSTRUCTION', 'callback', 'repeats')),
  // falcosecurity/libs#1521
  always('verifier_far_jump', failsHere('VERIFIER_REJECTION', 'far_jump')),
  always('verifier_far_jump_fixed', PASS),
  // cilium/ebpf#103, aquasecurity/tracee#1656, libbpf/libbpf#860, sched-ext/scx#317
  always(
    'helper_other_type',
    failsAt(
      ['HELPER_NOT_ALLOWED', 'program_type', 'sums'],
      ['HELPER_NOT_ALLOWED', 'program_type', 'reads'],
      ['HELPER_NOT_ALLOWED', 'program_type', 'copies'],
    ),
  ),
  always('helper_other_type_fixed', PASS),
  // cloudflare/cbpfc#47
  always('verifier_far_packet', failsHere('VERIFIER_REJECTION', 'packet_too_far', 'reads_far')),
  always('verifier_far_packet_fixed', PASS),
  // OpenCloudOS/nettrace#136. From 6.16 on data has the letter of code in /proc/kallsyms.
  from(
    '6.16',
    'attach_kprobe_data',
    warns('ATTACH_TARGET_NOT_TRACEABLE', 'no_function', 'sends'),
    warns('ATTACH_TARGET_NOT_TRACEABLE', 'unlisted', 'sends'),
  ),
  always('attach_kprobe_data_fixed', PASS),
  // iovisor/bcc#901
  always(
    'verifier_wrong_check',
    failsAt(['VERIFIER_REJECTION', 'null_path', 'ends'], ['VERIFIER_REJECTION', 'pointer_part', 'runs']),
  ),
  always('verifier_wrong_check_fixed', PASS),
  // xdp-project/xdp-tutorial#153
  always('verifier_packet_length', failsHere('VERIFIER_REJECTION', 'packet_length', 'sums')),
  always('verifier_packet_length_fixed', PASS),
  // libbpf/libbpf-bootstrap#237
  always('map_hidden', fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'map_static', 'pids')),
  always('map_hidden_fixed', PASS),
  always('core_far_member', failsHere('CORE_RELOCATION_FAILURE', 'far_member', 'struct pglist_data.node_id')),
  always('core_far_member_fixed', PASS),
  always('core_array_element', failsHere('CORE_RELOCATION_FAILURE', 'array_element', 'struct task_struct.comm[1]')),
  always('core_array_element_fixed', PASS),
  from(
    '6.1',
    'file_exception_callback',
    fails('MISSING_KFUNC', 'strong', 'bpf_throw'),
    fails('OBJECT_NOT_LIBBPF_COMPATIBLE', 'exception_callback', 'handles'),
  ),
  from('6.12', 'file_exception_callback_fixed', fails('MISSING_KFUNC', 'strong', 'bpf_throw')),
  // inspektor-gadget/inspektor-gadget#244
  always('verifier_register_memory', failsHere('VERIFIER_REJECTION', 'invalid_mem_access')),
  always('verifier_register_memory_fixed', PASS),
];
