/** Rejections over values and addresses of a wrong kind; keys are reasons. */
export const VALUE_ADVICE = {
  map_structure: {
    why: 'a map itself is read or written in place of a value in it',
    todo: 'Look the value up first (value = bpf_map_lookup_elem(&map, &key), and a check for NULL), and read or write through what comes back. Where the source has a global variable there, the loader took it for a map: update the loader.',
  },
  no_map: {
    why: 'a helper wants a map and gets something else',
    todo: 'Name the map in the call itself (&map, of section .maps), or pass what a lookup in a map of maps returned. A number here often means that the loader did not put the map in: iproute2 and others leave out maps of a form that they do not know.',
  },
  passed_counter: {
    why: 'a loop counts in a variable whose address is passed on, and what is in it is not known after that',
    todo: 'Pass a copy (__u32 key = i; and &key): the compiler then keeps the counter in a register. What helpers only read stays known since 6.14, where the counter has 8 bytes.',
  },
  stack_counter: {
    why: 'a loop counts in four bytes on the stack, where the verifier does not follow the number',
    todo: 'Leave out volatile, so that the compiler counts in a register, or count in 8 bytes (__u64). Where the compiler has no register left, keep fewer variables over the loop.',
  },
  no_end: {
    why: 'its code ends without a return',
    todo: 'The compiler took what follows for impossible: return on every path, and look for what C leaves open there (a variable without a value, an index behind an array, __builtin_unreachable, in Rust a panic), with -Wall and with barrier_var around what is suspected.',
  },
  far_jump: {
    why: 'a jump in it is too far once the kernel has inlined helper calls',
    todo: 'Jumps reach 32767 instructions: move parts into functions of their own (__noinline) or into programs behind a tail call, and keep loops that the compiler unrolled as loops.',
  },
  packet_offset: {
    why: 'a number without a proven bound is added to a packet pointer',
    todo: 'Bound it right before it is added, as an unsigned number (offset &= 0x3ff, or return where it is larger than a packet), then compare the sum plus the size of the access with data_end.',
  },
  null_path: {
    why: 'a pointer that is NULL on one path is followed',
    todo: 'On the path that the log shows, the pointer is NULL: it still has the value that it was declared with, or the check for NULL goes the wrong way. Leave before the access where it is NULL (if (!p) return ...). A comparison with data_end does not stand for that.',
  },
  packet_length: {
    why: 'a helper is given as many bytes of the packet as a variable says, and a check against data_end counts for constant sizes only',
    todo: 'Give it a constant number of bytes that was checked (pointer + N > data_end), in steps where there are more; or copy them into a buffer first with bpf_skb_load_bytes or bpf_xdp_load_bytes, and give it that.',
  },
  pointer_part: {
    why: 'a member of a kernel structure that is a pointer is read in part',
    todo: 'Read pointers whole (8 bytes). Where no pointer is meant, what the program reads through is of another type than it takes it for: compare the arguments of the hook on this kernel with the program.',
  },
  pointer_bits: {
    why: 'a pointer is masked, shifted or multiplied like a number',
    todo: 'Compute with the offset (mask or align that) and add it to the pointer once. To keep an address as a number, store all of its 8 bytes at once at an aligned place. Where the compiler turned a subtraction into such an operation, barrier_var on the offset keeps it from that.',
  },
  past_end: {
    why: 'memory is accessed behind its end, whatever the values are',
    todo: 'Make it as large as what is accessed: the size given to bpf_ringbuf_reserve, or the value type of the map, with sizeof of the structure that is used here.',
  },
  kfunc_memory: {
    why: 'a kernel function is given memory that is smaller than what it reads there',
    todo: 'Pass a structure of the kernel (an argument of the hook, what a kfunc returned): what such structures take differs from kernel to kernel (a cpumask has a bit for each CPU that the kernel is built for), so memory of your own does not stand in for one. Where the pointer itself is kept in that memory, pass what it holds, not its address.',
  },
  many_maps: {
    why: 'it uses more maps than the 64 that one program may have',
    todo: 'Put the values of several maps into one structure of one map, or split the program with tail calls, so that each part uses maps of its own. Global variables take a map for each of .data, .bss and .rodata.',
  },
  indirect_call: {
    why: 'it calls a function through a pointer, which no kernel lets BPF do',
    todo: 'Choose with if or switch and call the functions by their names; a table of programs is a program array with bpf_tail_call. Callbacks are passed to helpers (bpf_loop), never called. In objects that were not built for BPF it is any call: compile with clang -target bpf.',
  },
  stack_index: {
    why: 'an array on the stack is accessed at an index that may lie outside of it',
    todo: 'Mask the index right before its use (& of the size minus one, a power of two), or put the array into a per-CPU array map.',
  },
  returns_stack: {
    why: 'a function returns the address of one of its own variables',
    todo: 'Hand the function a buffer of its caller, or keep the data in a per-CPU array map; a variable is gone when its function returns.',
  },
  atomic_place: {
    why: 'an atomic operation is made on memory that takes none, such as a packet',
    todo: 'Load, change and store the value instead; atomic operations work on map values, global variables and the stack.',
  },
  packet_load: {
    why: 'the packet is read by load_byte, load_half or load_word (BPF_LD_ABS), which this program type has not',
    todo: 'Read it through data and data_end with a check, or with bpf_xdp_load_bytes (5.18 and later) or bpf_skb_load_bytes; the old loads are for socket filters and tc programs.',
  },
  record_header: {
    why: 'the first 8 bytes of a tracepoint record are read, which no program may see',
    todo: 'Begin the structure with an unused __u64 and read only what follows it; bpf_get_current_pid_tgid() has what common_pid would say.',
  },
  foreign_memory: {
    why: 'a helper is given the address of memory that is not the program’s own',
    todo: 'Copy the value into a local variable first (bpf_probe_read_kernel or BPF_CORE_READ, bpf_probe_read_user for user memory) and pass the address of the copy: keys and values have to be on the stack, in a map value or in the packet.',
  },
  callback_result: {
    why: 'a callback returns a value that it may not return',
    todo: 'Return 0 to go on, and 1 to stop where the helper allows it (bpf_loop, bpf_for_each_map_elem); callbacks of timers return 0.',
  },
  caller_argument: {
    why: 'a global function is called with an argument that does not fit its declaration',
    todo: 'Pass memory of the declared type, or at least as large; or make the function static: static functions are checked together with each caller.',
  },
  map_key: {
    why: 'a callback writes to the key of the map element that it is called for',
    todo: 'Copy the key and change the copy; to move an element, add it under the new key and delete it under the old one.',
  },
  storage_flags: {
    why: 'bpf_get_local_storage is called with flags',
    todo: 'Pass 0 as flags: the helper has none.',
  },
  cgroup_storages: {
    why: 'two maps with storage of the cgroup are used by one program',
    todo: 'Put both values into one structure of one map; one shared map (cgroup_storage) and one per CPU (percpu_cgroup_storage) are all that a program can have.',
  },
};

/** What to do about an index, where the log says how much there is and how much is accessed at once. */
export function boundsTodo(available: string | undefined, size: string | undefined): string | undefined {
  const last = Number(available) - Number(size);
  if (!Number.isInteger(last) || last < 1 || Number(size) <= 1) return undefined;
  // The largest mask that leaves the whole access inside.
  const mask = 2 ** Math.floor(Math.log2(last + 1)) - 1;
  return `Offset and size together have to stay inside: right before the access, keep the offset in bytes at ${last} or below, as an unsigned number (a plain comparison, or & ${mask}). The size of the memory minus one is no mask for more than one byte.`;
}
