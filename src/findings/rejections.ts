import { CONTEXT_ADVICE } from './context-advice.ts';
import type { Facts } from './entry.ts';
import { EXTENSION_ADVICE } from './extension-advice.ts';
import { MISUSE_ADVICE } from './misuse-advice.ts';
import { OWNED_ADVICE } from './ownership.ts';
import { VALUE_ADVICE } from './rejected-values.ts';

/** What each reason of a rejection means, and what to do; the words after "the verifier rejects program X:". */
export const ADVICE = {
  ...VALUE_ADVICE,
  ...CONTEXT_ADVICE,
  ...OWNED_ADVICE,
  ...EXTENSION_ADVICE,
  ...MISUSE_ADVICE,
  null_check: { why: 'a pointer that may be NULL is used', todo: 'Check the pointer for NULL before using it.' },
  stack_overread: {
    why: 'it reads behind the end of a copy on its stack',
    todo: 'Where a structure grew on this kernel, the copy is too short: read the field itself with CO-RE (BPF_CORE_READ down to the last member), not a member of a structure that was copied whole.',
  },
  format_string: {
    why: 'a format string has a conversion that BPF does not know',
    todo: 'Use %d, %u, %x, %s, %p and their l and ll forms; there is no %f, and no floating point in BPF.',
  },
  uninitialized: {
    why: 'memory is used that was not written before',
    todo: 'Zero structures completely, padding included (older kernels insist).',
  },
  invalid_mem_access: {
    why: 'memory is accessed through something that is not a valid pointer there',
    todo: 'Read kernel memory with BPF_CORE_READ or bpf_probe_read_kernel, and user memory with bpf_probe_read_user.',
  },
  unbounded: {
    why: 'a size or an offset has no proven bound',
    todo: 'Mask or clamp the value right before its use, on both sides: a number with a sign may be negative as well, so make it unsigned (__u32) before it is compared; barrier_var keeps the compiler from moving the check.',
  },
  ctx_access: {
    why: 'the context is read at a place or in a size that the hook of the program does not have on this kernel',
    todo: 'Read only fields that the hook has (programs of one type may have other fields at each hook), each in its own size, and none that is newer than the oldest kernel.',
  },
  traced_arguments: {
    why: 'it reads behind the arguments of the traced function',
    todo: 'Write one program per signature and load the one that fits (bpf_program__set_autoload), or read arguments and result with bpf_get_func_arg() and bpf_get_func_ret() (5.17 and later).',
  },
  btf_access: {
    why: 'a kernel object is written or read in a way that is not allowed',
    todo: 'Use a helper or kfunc for it.',
  },
  misaligned: { why: 'an access is not aligned', todo: 'Align the data, or copy it in bytes.' },
  type_mismatch: {
    why: 'an argument has another type than the function expects',
    todo: 'Pass the type that the helper or kfunc documents.',
  },
  return_value: {
    why: 'return value out of range for this program type',
    todo: 'Return only the values that the hook allows; where errors of helpers are handed on, turn them into one of those.',
  },
  ptr_arith: {
    why: 'invalid pointer arithmetic',
    todo: 'Keep offsets in a bounded scalar and add it once.',
  },
  recursion: {
    why: 'a function calls itself',
    todo: 'Write it as a loop: BPF has no recursion on any kernel.',
  },
  structure: {
    why: 'the program has code that cannot run or jumps that lead nowhere',
    todo: 'Rebuild with -O2; look for dead code.',
  },
  no_log: {
    why: 'a minimal program of its kind is accepted, and this one is rejected with an empty log',
    todo: 'Compare with a smaller version of the program; the log of this kernel says nothing.',
  },
  infinite_loop: {
    why: 'a loop does not end, as far as the verifier sees',
    todo: 'Count in a local variable and compare it with a constant: a counter or bound in a global variable, a map value or kernel memory may be another one each time it is read.',
  },
  ctx_modified: {
    why: 'the compiler moved the context pointer before it read through it',
    todo: 'Read the field into a variable before it is needed in several branches, keep the compiler from merging the reads (barrier_var, volatile), or mark the context type preserve_static_offset (clang 18 and later).',
  },
  ctx_variable: {
    why: 'the context is read at an offset that is only known at run time',
    todo: 'Choose the field with if or switch and constant offsets, unroll the loop over the fields, or copy the context first (bpf_probe_read_kernel in tracing programs).',
  },
  ctx_write: {
    why: 'a context field is written that this program may only read',
    todo: 'Change it by a helper where there is one (bpf_skb_change_tail, bpf_skb_store_bytes, bpf_override_return, ...), or write only the fields that the program type may write, with plain stores of their size.',
  },
  packet_access: {
    why: 'socket filters cannot read the packet through data and data_end',
    todo: 'Copy what you need with bpf_skb_load_bytes, or make it a tc program.',
  },
  packet_read_only: {
    why: 'programs of its type may read the packet and not write it',
    todo: 'Write packets in tc, XDP, lwt_xmit or sk_skb programs; here the packet can only be read, accepted or dropped.',
  },
  packet_bounds: {
    why: 'the packet is accessed at a place that no check against data_end covers',
    todo: 'Compare the very pointer that is used, plus the size of the access, with data_end right before the access; bound what is added to it first (with & of a constant), all in all to less than 65,535 bytes, beyond which no check counts.',
  },
  packet_too_far: {
    why: 'the packet is accessed at an offset that may be larger than 65,535, where no check against data_end counts',
    todo: 'Bound what is added to the packet pointer to less than that before it is added (with & of a smaller constant, or a comparison), all in all, and compare with data_end after that.',
  },
  stale_packet: {
    why: 'a packet pointer is used after a call that may move the packet',
    todo: 'Read data and data_end from the context again after that call, and repeat the check against data_end.',
  },
  released: {
    why: 'memory is used after it was given away',
    todo: 'Use it before that call only, and hand it over once on every path.',
  },
  map_read_only: {
    why: 'memory is written that is read-only (a const variable, or a map with BPF_F_RDONLY_PROG)',
    todo: 'Make the variable non-const, so that it stands in .data or .bss, or drop the flag.',
  },
  out_of_bounds: {
    why: 'an access may lie outside of the memory it is for',
    todo: 'Check or mask the index right before its use, so that offset and size together stay inside; for powers of two, & of the size minus one is what the verifier sees best. An index with a sign may be negative as well: make it unsigned (__u32) before it is compared.',
  },
  beyond_struct: {
    why: 'a kernel structure is read behind its end: the pointer is of another type here than the program takes it for',
    todo: 'Compare the arguments of the hook on this kernel with the program; for a cast use bpf_core_cast, a bpf_skc_to_* helper, or BPF_CORE_READ.',
  },
  argument_type: {
    why: 'an argument of the traced function has another type on this kernel than the program takes it for',
    todo: 'Write one program per signature and load the one that fits (bpf_program__set_autoload), or read both arguments into variables and choose between them by LINUX_KERNEL_VERSION (__kconfig).',
  },
  zero_size: {
    why: 'a size may be zero where the helper wants at least one byte',
    todo: 'Keep the size above 0 in a way that the verifier follows: ((size - 1) & (MAX - 1)) + 1 with a power of two as MAX. A plain check for 0 after the check of its upper bound is enough from 6.8 on only.',
  },
  not_constant: {
    why: 'a size has to be a constant here',
    todo: 'Pass a constant: reserve the largest size, or collect the record in a map value and send it with bpf_ringbuf_output (or reserve with bpf_ringbuf_reserve_dynptr, 6.1 and later).',
  },
  locked: {
    why: 'something is called or left out that may not be while a lock is held, or preemption or interrupts are off',
    todo: 'Do no more than loads and stores between lock and unlock: call helpers before or after, and unlock on every path, early returns included. A function of your own has to be static there, and inlined (__always_inline) for kernels before 6.8.',
  },
  stack_bounds: {
    why: 'a buffer on the stack is smaller than the size that goes with it',
    todo: 'Pass the size of the buffer itself (sizeof), or make the buffer as large as the size.',
  },
  spilled_pointer: {
    why: 'a pointer that was saved on the stack is read or overwritten in part',
    todo: 'Do not copy structures with pointers in parts of a word, and keep pointers and data in separate variables; 5.10 and older lose more of what is saved than newer kernels.',
  },
  untrusted_pointer: {
    why: 'a kernel function wants a pointer that it can trust, and gets one that was only read from memory',
    todo: 'Pass an argument of the hook, what an acquiring kfunc returned (bpf_task_from_pid), or a member that the kernel marks as trusted or __rcu, read under bpf_rcu_read_lock; use bpf_get_current_task_btf instead of a cast of bpf_get_current_task.',
  },
  const_string: {
    why: 'a string has to be a constant in read-only memory, and is a local variable or in a writable map',
    todo: 'Make it a global or static const char NAME[] = "...", so that it stands in .rodata.',
  },
  unset_register: {
    why: 'a value is used that was never set on this path',
    todo: 'Give the variable a value on every path. After a call R1 to R5 hold nothing: inline assembly has to name them as clobbered.',
  },
  no_result: {
    why: 'it ends without a return value',
    todo: 'Return a value on every path.',
  },
};

const RANGE = /^[[(](?<low>-?\w+)[,;] (?<high>-?\w+)[\])]$/;

/** `0 to 1`, of the two ways in which kernels write what a hook may return; undefined for others. */
function rangeWords(allowed: string): string | undefined {
  const { low, high } = RANGE.exec(allowed)?.groups ?? {};
  if (low === undefined || high === undefined) return undefined;
  // Up to 6.7 as value and mask of the bits that may be set as well.
  const [from, to] = allowed.startsWith('(') ? [Number(low), Number(low) + Number(high)] : [Number(low), Number(high)];
  return from === to ? `${from}` : `${from} to ${to}`;
}

/** What a program returns and what its hook allows; undefined where the log says neither. */
export function allowedWords(f: Facts<'allowed' | 'number' | 'smin'>): string | undefined {
  const range = rangeWords(f.args.allowed ?? '');
  if (range === undefined) return undefined;
  const { number, smin } = f.args;
  const bits = BigInt.asIntN(64, BigInt(number ?? smin ?? 0));
  // Programs return an int, which the verifier prints without its sign.
  const signed = bits > 0x7fff_ffffn && bits <= 0xffff_ffffn ? BigInt.asIntN(32, bits) : bits;
  const value = number === undefined && smin === undefined ? undefined : signed;
  return `${value === undefined ? 'It' : `It returns ${value}, and`} may return ${range} here.`;
}
