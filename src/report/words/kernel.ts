import type { FindingCode } from '../../model/finding.ts';
import { arg, errno, sentence, since, type Writer, who } from './writer.ts';

/** What to use instead of a map type that an old kernel does not have. A Map: the names come from guests. */
const MAP_FALLBACK: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ringbuf: 'Fall back to a perf buffer (BPF_MAP_TYPE_PERF_EVENT_ARRAY, bpf_perf_event_output) on older kernels.',
    user_ringbuf: 'Fall back to an array or queue that user space fills.',
    sk_storage: 'Fall back to a hash keyed by socket cookie.',
    inode_storage: 'Fall back to a hash keyed by inode number.',
    task_storage: 'Fall back to a hash keyed by pid.',
    cgrp_storage: 'Fall back to a hash keyed by cgroup id.',
    devmap_hash: 'Fall back to a DEVMAP.',
    bloom_filter: 'Fall back to a hash.',
    lru_hash: 'Fall back to a plain hash.',
    queue: 'Fall back to an array with an index.',
    stack: 'Fall back to an array with an index.',
  }),
);

const HELPER_FALLBACK: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bpf_ktime_get_boot_ns: 'Use bpf_ktime_get_ns where suspended time does not matter.',
    bpf_ringbuf_output: 'Use bpf_perf_event_output with a perf buffer on older kernels.',
    bpf_ringbuf_reserve: 'Use bpf_perf_event_output with a perf buffer on older kernels.',
    bpf_loop: 'Use a bounded or unrolled loop on older kernels.',
    bpf_trace_vprintk: 'Use bpf_trace_printk with at most three values.',
    bpf_get_current_task_btf: 'Use bpf_get_current_task with CO-RE reads.',
    bpf_strncmp: 'Compare the bytes in the program.',
    bpf_snprintf: 'Format in user space.',
  }),
);

const SEPARATE =
  'Load a program without it on older kernels (two programs and bpf_program__set_autoload, or two objects).';

const PROGRAM_FLAG: Readonly<Record<string, string>> = { sleepable: 'sleepable', xdp_frags: 'XDP with fragments' };

/** Words for things that a kernel does not have, or was built without. */
export const KERNEL_WORDS = {
  MISSING_BTF: (f) =>
    f.args['reason'] === 'malformed'
      ? {
          title: 'the kernel has BTF that libbpf cannot read',
          explanation: 'The file /sys/kernel/btf/vmlinux is there, but its content was refused.',
          remediation: 'Try a newer libbpf in the loader; if that fails too, the kernel package is broken.',
        }
      : {
          title: 'the kernel has no BTF, which the object needs',
          explanation: 'CO-RE relocations, fentry, LSM, tp_btf, kfuncs and struct_ops need /sys/kernel/btf/vmlinux.',
          remediation:
            'Ship external BTF for this kernel (BTFHub, bpftool gen min_core_btf) and pass it as btf_custom_path, or add a variant without CO-RE; fentry and LSM need a kernel built with CONFIG_DEBUG_INFO_BTF.',
        },
  CORE_RELOCATION_FAILURE: (f) => {
    const what = f.args['field'] ?? f.args['type'];
    return {
      title:
        what === undefined ? `a CO-RE relocation of ${who(f)} has no match` : `${what} is not in this kernel's types`,
      explanation: sentence(`${who(f)} reads a kernel type that this kernel does not have in that form.`),
      remediation:
        'Guard the access with bpf_core_field_exists or bpf_core_type_exists, or add a ___flavour of the type for the kernels where it differs.',
    };
  },
  UNSUPPORTED_MAP_TYPE: (f) => ({
    title: `map ${arg(f, 'map', '?')}: this kernel has no ${arg(f, 'type', 'such')} maps${since(f)}`,
    explanation: `The kernel refused to create it${errno(f)}, and it is older than the map type.`,
    remediation: MAP_FALLBACK.get(arg(f, 'type', '')) ?? 'Use an older map type on this kernel, or another object.',
  }),
  MAP_CREATE_FAILED: (f) => ({
    title: `map ${arg(f, 'map', '?')} could not be ${f.args['reason'] === 'not_initialised' ? 'filled' : 'created'}${errno(f)}`,
    explanation: `Nothing shows that this kernel lacks ${f.args['type'] === undefined ? 'this type of map' : `maps of type ${f.args['type']}`}, so sizes, flags or contents may be at fault.`,
    remediation: [
      'Compare sizes and flags of the map with what its type allows.',
      ...(f.args['type'] === 'ringbuf' ? [MAP_FALLBACK.get('ringbuf')] : []),
    ].join(' '),
  }),
  MAP_PIN_CONFLICT: (f) => ({
    title: `map ${arg(f, 'map', '?')} could not be pinned`,
    explanation: 'The guest is fresh, so nothing else holds the pin path.',
    remediation: 'Two maps of the object may share one pin path; otherwise see the evidence.',
  }),
  MAP_PROG_INCOMPATIBLE: (f) => ({
    title: `${who(f)} uses a map in a way this kernel does not allow for it`,
    explanation: 'The verifier ties map types to helpers and program types, and newer kernels allow more pairs.',
    remediation: 'Use a preallocated map, another map type or another helper for this program type.',
  }),
  OUT_OF_MEMORY: (f) => ({
    title: `the guest has too little memory for ${f.args['map'] === undefined ? who(f) : `map ${f.args['map']}`}`,
    explanation: `The kernel answered ENOMEM${f.args['entries'] === undefined ? '' : ` for ${f.args['entries']} entries`}.`,
    remediation: 'Raise memory_mb in the profile, or use fewer entries.',
  }),
  UNSUPPORTED_PROGRAM_TYPE: (f) => ({
    title: `this kernel has no programs of type ${arg(f, 'type', '?')}${since(f)}`,
    explanation: sentence(`the kernel refused ${who(f)} without a word${errno(f)}.`),
    remediation:
      f.args['type'] === 'tracing'
        ? 'Add a kprobe or tracepoint variant for kernels below 5.5.'
        : 'Use an older hook of the same kind on this kernel, and leave this program out (autoload).',
  }),
  UNSUPPORTED_PROGRAM_FLAG: (f) => ({
    title: `${who(f)} cannot be ${PROGRAM_FLAG[arg(f, 'reason', '')] ?? 'loaded with its flags'} on this kernel${since(f)}`,
    explanation: 'The kernel refuses the flag that the section name stands for.',
    remediation: 'Add a variant without the .s or .frags suffix for older kernels.',
  }),
  UNSUPPORTED_HELPER: (f) => {
    const name = arg(f, 'helper', `number ${arg(f, 'id', '?')}`);
    return {
      title: `this kernel has no helper ${name}${since(f)}`,
      explanation: sentence(`${who(f)} calls it on a path the verifier reached.`),
      remediation: HELPER_FALLBACK.get(name) ?? `${SEPARATE} A guard by bpf_core_enum_value_exists works too.`,
    };
  },
  HELPER_NOT_ALLOWED: (f) => ({
    title: `${who(f)} may not call ${arg(f, 'helper', 'this helper')}${f.args['reason'] === 'context' ? ' at this place' : ''}`,
    explanation: 'The kernel knows the helper but does not offer it to this type of program.',
    remediation: 'Use a helper that the program type has, or another program type.',
  }),
  MISSING_KFUNC: (f) => ({
    title: `kernel function ${arg(f, 'function', '(a kfunc)')} is not in this kernel`,
    explanation: sentence(`${who(f)} calls it as a kfunc, a function of the kernel itself.`),
    remediation: 'Declare it __weak and call it only where bpf_ksym_exists says so.',
  }),
  KFUNC_NOT_ALLOWED: (f) => ({
    title: `${who(f)} may not call kernel function ${arg(f, 'function', '(a kfunc)')}`,
    explanation: 'The kernel has the function but offers it to other program types or contexts.',
    remediation: 'Use the program type (or the sleepable variant) that the kfunc is registered for.',
  }),
  KFUNC_SIGNATURE_MISMATCH: (f) => ({
    title: `kernel function ${arg(f, 'function', '(a kfunc)')} has another signature on this kernel`,
    explanation: 'The declaration in the object and the function in the kernel differ.',
    remediation: 'Declare one flavour per signature and call the one that exists.',
  }),
  UNRESOLVED_KSYM: (f) => ({
    title: `kernel symbol ${arg(f, 'symbol', '?')} is not there`,
    explanation: 'The object declares it as a strong __ksym extern.',
    remediation: 'Declare it __weak and test it before use.',
  }),
  UNRESOLVED_KCONFIG: (f) =>
    f.subject === undefined
      ? {
          title: "the kernel's configuration cannot be read",
          explanation: 'The object has __kconfig externs, and the guest has neither /proc/config.gz nor /boot/config.',
          remediation: 'Declare the externs __weak, or use a kernel that ships its configuration.',
        }
      : {
          title: `${f.subject} is not set on this kernel`,
          explanation: 'The object declares it as a strong __kconfig extern.',
          remediation: 'Declare it __weak and handle the value 0.',
        },
  STRUCT_OPS_UNSUPPORTED: (f) => ({
    title: `this kernel has no struct_ops ${arg(f, 'struct', 'of this kind')}`,
    explanation: 'The kernel, or a module that is not loaded, would have to register the structure.',
    remediation: 'Leave the struct_ops map out on this kernel, or load the module that provides it.',
  }),
  STRUCT_OPS_MISMATCH: (f) => ({
    title:
      `struct_ops ${arg(f, 'struct', '')} has ${f.args['member'] === undefined ? 'other members' : `no member ${f.args['member']}`} on this kernel`.replace(
        '  ',
        ' ',
      ),
    explanation: 'The structure in the object and the one in the kernel differ.',
    remediation: 'Use a ___flavour of the structure for this kernel, or clear the member before load.',
  }),
  JIT_UNSUPPORTED: (f) => ({
    title: `${who(f)} needs a JIT compiler that this kernel does not offer`,
    explanation: 'The JIT is off, missing for this architecture, or too old for the feature.',
    remediation: 'Enable net.core.bpf_jit_enable, or avoid the feature (kfuncs, callbacks, atomics) here.',
  }),
  UNSUPPORTED_INSTRUCTION: (f) =>
    f.args['reason'] === 'callback'
      ? {
          title: `${who(f)} passes a function as a callback, which this kernel does not know${since(f)}`,
          explanation: 'It counts the functions of the program wrongly and blames the function records of the object.',
          remediation: `Use a loop instead of bpf_loop or bpf_for_each_map_elem on older kernels. ${SEPARATE}`,
        }
      : {
          title: `${who(f)} contains instructions this kernel does not know`,
          explanation: `The compiler emitted a newer instruction set (${arg(f, 'reason', 'instruction')}); a guard in the code cannot hide it.`,
          remediation:
            'Build for an older instruction set (-mcpu=v2 or v1), do not use results of __sync_fetch_and_add, and keep callbacks and kfuncs in separate programs.',
        },
  UNSUPPORTED_LOOP: (f) => ({
    title: `${who(f)} has a loop, which this kernel does not allow`,
    explanation: 'Bounded loops are allowed upstream since 5.3.',
    remediation: 'Unroll the loop (#pragma unroll) in a variant for older kernels.',
  }),
  UNSUPPORTED_BPF_CALL: (f) => ({
    title: `${who(f)} mixes calls in a way this kernel does not allow`,
    explanation: 'Tail calls or packet loads cannot be mixed with calls between functions here.',
    remediation: 'Mark the called functions __always_inline.',
  }),
  UNSUPPORTED_GLOBAL_FUNCTION: (f) => ({
    title: `${who(f)} has a global function with a signature this kernel does not allow`,
    explanation: 'Global functions are verified on their own, and older kernels accept few argument types.',
    remediation: 'Make the function static.',
  }),
} as const satisfies Partial<Record<FindingCode, Writer>>;
