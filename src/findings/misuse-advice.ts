import { flag } from '../model/wording.ts';

/** Rejections over pointers, buffers and functions of a kind that does not go with what is done with them; keys are reasons. */
export const MISUSE_ADVICE = {
  packet_end: {
    why: 'the end of the packet is moved',
    todo: 'Leave data_end as it is and add to the other side of the comparison (data + N > data_end). Where the compiler turned the check round, put barrier_var on the sum right before the comparison.',
  },
  fixed_pointer: {
    why: 'an offset is added to a pointer that cannot be moved',
    todo: 'Pass such a pointer on as it came, or read members through it at constant offsets. To choose one of several maps use if and else, or a map of maps.',
  },
  two_pointers: {
    why: 'a pointer is added to another one as if it were a number',
    todo: 'Add numbers to pointers only; a distance is the difference of two pointers. To compute with an address as a number, store it in a global variable or map value first and read it from there.',
  },
  merged_access: {
    why: 'one instruction accesses memory of two kinds, such as the context and a map value',
    todo: 'The compiler joined two accesses that differ in the pointer alone: read each into a variable in its own branch, and put barrier_var on what was read in one of them, before the branches meet.',
  },
  packet_argument: {
    why: 'a helper is given an address in the packet, and takes none there',
    todo: 'Copy the bytes into a local variable or a map value first (bpf_skb_load_bytes, bpf_xdp_load_bytes) and pass the copy. bpf_perf_event_output adds the packet itself: give the number of its bytes in the upper half of the flags, BPF_F_CURRENT_CPU | (__u64)bytes << 32.',
  },
  socket_field: {
    why: 'a member is read that this kind of socket does not show, or not at that size',
    todo: 'Make it a full socket first (sk = bpf_sk_fullsock(sk), or bpf_tcp_sock(sk) for the members of TCP) and check that for NULL; read members at the size of their type.',
  },
  variable_field: {
    why: 'a kernel structure is read at an offset that is only known at run time',
    todo: 'Copy the whole member first and index the copy (bpf_probe_read_kernel, bpf_probe_read_kernel_str), or unroll the loop so that every offset is a constant.',
  },
  tagged_memory: {
    why: 'memory of user space or of a CPU is read as if it were plain kernel memory',
    todo: 'Read user memory with bpf_probe_read_user (or bpf_copy_from_user in sleepable programs), and variables of a CPU through bpf_per_cpu_ptr or bpf_this_cpu_ptr.',
  },
  read_only_memory: {
    why: 'memory is written that the program may only read',
    todo: 'Copy it into a local variable or a map value and change the copy; bpf_dynptr_slice_rdwr gives a slice that may be written.',
  },
  fixed_offset: {
    why: 'a member of a kernel structure is read at the place that it has in the headers of the build',
    todo: 'Let the loader place it (CO-RE): include vmlinux.h, or mark the structures with __attribute__((preserve_access_index)), and compile with -g; or read the member with BPF_CORE_READ. What a void * or char * member points to is read with bpf_probe_read_kernel, wherever the member is.',
  },
  null_argument: {
    why: 'NULL is passed where the call wants an address',
    todo: 'Pass what is meant: for a helper the address of a local variable or of a map value; for a kernel function an argument of the hook, or what an acquiring kfunc returned, checked for NULL. Where there is none, leave the call out.',
  },
  context_address: {
    why: 'a helper is given the address of a field of the context, and does not read there',
    todo: 'Read the field into a local variable first and pass the address of that.',
  },
  number_argument: {
    why: 'a number is passed where a kernel function wants a pointer to an object of the kernel',
    todo: 'An address that went through a map, a global variable or a cast is a number for the verifier: get the object where it is needed, from an argument of the hook, bpf_get_current_task_btf (not a cast of bpf_get_current_task) or an acquiring kfunc such as bpf_task_from_pid, or keep it in a map as __kptr.',
  },
  own_memory: {
    why: 'memory of the program is passed where a kernel function wants an object of the kernel',
    todo: 'Pass the object itself: an argument of the hook, or what an acquiring kfunc returned. A copy of it does not stand in for it, and neither does the address of the variable that holds the pointer.',
  },
  tail_call_result: {
    why: 'a tail call stands in a function that does not return int',
    todo: 'Let the function return int (the program that is jumped to returns in its place), or inline it into the program (__always_inline).',
  },
  packet_load_result: {
    why: 'the packet is read with load_byte, load_half or load_word (LD_ABS) in a function that does not return int',
    todo: 'Read the bytes with bpf_skb_load_bytes, let the function return int (at the end of the packet it returns 0 at once), or inline it into the program (__always_inline).',
  },
  callback_map: {
    why: 'bpf_for_each_map_elem is called for a map of a kind that cannot be walked',
    todo: 'Use a hash or an array (per CPU or not), which it can walk; walk other maps in user space, or keep their keys in an array as well.',
  },
  callback_linkage: {
    why: 'a global function is passed as a callback',
    todo: 'Declare the callback static.',
  },
  impossible_arithmetic: {
    why: 'a number is divided by zero, or shifted by as many bits as it has',
    todo: 'The divisor or shift is a constant in this build: look for a macro or constant that is 0 here, and for shifts by 32 or 64 bits.',
  },
  replaced_signature: {
    why: 'the function that an extension (freplace) replaces has other arguments or another result',
    todo: 'Declare the extension with the arguments and the result of the function it replaces, in number, type and order. A whole program takes its context alone, such as struct xdp_md *ctx.',
  },
  replaced_function: {
    why: 'an extension (freplace) names a function that cannot be replaced',
    todo: 'Name a global function of the other program (not static, kept with __noinline), or the program itself; an extension of an extension or of a traced program is not allowed.',
  },
  replaced_packet: {
    why: 'an extension (freplace) calls a helper that moves or changes the packet, and the function that it replaces calls none',
    todo: `Let the replaced function call such a helper, too (bpf_xdp_adjust_head, bpf_skb_pull_data): the verifier checked its callers for what it does. In libxdp and other dispatchers that is their own program: update them. The stub program of ${flag('set-attach-target')} calls none; to see what the real one does, run the loader of both (command: in the manifest).`,
  },
  replaced_awake: {
    why: 'an extension (freplace) may sleep, and the function that it replaces does not',
    todo: 'Let the replaced function call something that may sleep, too, or leave such calls out of the extension: the verifier checked the callers of the function for what it does.',
  },
};
