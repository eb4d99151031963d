import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { offeredTo } from './helper-places.ts';
import { BUILD, builtWithout, orBuiltWith } from './kernel-build.ts';
import { arg, here, lacks, sentence, since, who } from './writer.ts';

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

const INSTRUCTION = {
  opcode: {
    what: 'an instruction of a newer instruction set',
    todo: 'Build for an older instruction set (-mcpu=v2, or v1 below 4.14).',
  },
  atomic: {
    what: 'an atomic operation that returns a value, or a load-acquire or store-release',
    todo: 'Do not use the result of __sync_fetch_and_add and friends, or build with -mcpu=v2.',
  },
  call: {
    what: 'a call of a kernel function (kfunc) or between functions',
    todo: 'Keep kfuncs in a program of their own; mark other functions __always_inline.',
  },
  reserved: {
    what: 'a form of an instruction that is newer than the kernel (sign extension, signed division, a callback)',
    todo: 'Build with -mcpu=v3 or lower, and keep callbacks in a program of their own.',
  },
};

/** Where helpers may be called that the kernel allows at few places only. */
const PLACES: Readonly<Record<string, string>> = {
  bpf_d_path:
    'only in fentry and fexit programs of a few functions (filp_close, dentry_open, vfs_truncate, vfs_fallocate, vfs_getattr, security_file_permission, security_inode_getattr and others), in iterators, and in LSM hooks that may sleep',
};

/** What does the same at other places. */
const INSTEAD: Readonly<Record<string, string>> = {
  bpf_copy_from_user: 'bpf_probe_read_user',
  bpf_copy_from_user_str: 'bpf_probe_read_user_str',
};

/** What a program can do that is not of the kind the helper wants; on older kernels that is the only way. */
function insteadWords(helper: string): string {
  const other = INSTEAD[helper];
  return other === undefined ? '' : ` In other programs use ${other}, which needs no sleepable program.`;
}

/** What does the same in programs of other types, by their section. */
const OF_TYPE: readonly (readonly [helper: RegExp, section: RegExp, instead: string])[] = [
  [/^bpf_probe_read$/, /^/, 'bpf_probe_read_kernel, or bpf_probe_read_user for memory of the process'],
  [/^bpf_probe_read_str$/, /^/, 'bpf_probe_read_kernel_str, or bpf_probe_read_user_str for memory of the process'],
  [/^bpf_l[34]_csum_replace$/, /^xdp/, 'bpf_csum_diff, and store the checksum in the packet'],
  [/^bpf_skb_load_bytes/, /^xdp/, 'data and data_end with a check, or bpf_xdp_load_bytes (5.18 and later)'],
  [/^bpf_skb_store_bytes$/, /^xdp/, 'data and data_end with a check, or bpf_xdp_store_bytes (5.18 and later)'],
  [/^bpf_skb_(?:adjust_room|change_(?:head|proto|tail))$/, /^xdp/, 'bpf_xdp_adjust_head or bpf_xdp_adjust_tail'],
  [/^bpf_clone_redirect$/, /^xdp/, 'bpf_redirect_map (it sends the packet itself, no copy)'],
  [
    /^bpf_xdp_adjust_(?:head|tail)$/,
    /^(?:tcx?\b|classifier|action)/,
    'bpf_skb_change_head, bpf_skb_adjust_room or bpf_skb_change_tail',
  ],
  [/^bpf_xdp_(?:load|store)_bytes$/, /^(?:tcx?\b|classifier|action)/, 'bpf_skb_load_bytes and bpf_skb_store_bytes'],
  [
    /^bpf_override_return$/,
    /^f/,
    'the return value of a fmod_ret program, which takes the place of that of the function',
  ],
  [
    /^bpf_get_current_(?:pid_tgid|uid_gid|comm)$/,
    /^(?:xdp|tcx?\b|classifier|action|socket)/,
    'nothing of this kind: packets are handled without their process. Note it in a cgroup or socket hook by bpf_get_socket_cookie, and look it up',
  ],
];

function ofTypeWords(helper: string, section: string): string {
  const found = OF_TYPE.find(([name, type]) => name.test(helper) && type.test(section.replace(/^\?/, '')));
  if (found !== undefined) return `Use ${found[2]}.`;
  const programs = offeredTo(helper);
  const offered = programs === undefined ? '' : ` Kernels offer it to ${programs}.`;
  return `Use a helper that the program type has, or another program type.${offered}${insteadWords(helper)}`;
}

function contextWords(f: Facts, helper: string): Words {
  const place = PLACES[helper];
  return {
    title: `${who(f)} may not call ${helper} at this place`,
    explanation:
      place === undefined
        ? 'The kernel offers the helper to this type of program, and not at this place.'
        : `The kernel allows it ${place}.`,
    remediation:
      place === undefined
        ? `Call it where it is allowed: in a sleepable program, or outside of the lock or callback.${insteadWords(helper)}`
        : 'Hook one of those instead, or build the path from dentries with CO-RE reads.',
  };
}

/** Words for helpers, instructions, loops and calls that a kernel does not know. */
export const FEATURE_FINDINGS = {
  UNSUPPORTED_HELPER: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['The kernel lacks a helper', 'Guard the call, or leave the program out there.'],
    args: ['helper', 'id'],
    reasons: ['unknown'],
    words: (f) => {
      const name = arg(f, 'helper', `number ${arg(f, 'id', '?')}`);
      return {
        title: `${lacks(f, `helper ${name}`)}${since(f)}`,
        explanation: sentence(`${who(f)} calls it on a path the verifier reached.`),
        remediation: HELPER_FALLBACK.get(name) ?? `${SEPARATE} A guard by bpf_core_enum_value_exists works too.`,
      };
    },
  }),
  HELPER_NOT_ALLOWED: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program may not call a helper', 'Use a helper that the program type has.'],
    args: ['helper', 'id', 'name', ...BUILD],
    reasons: ['program_type', 'context', 'compiled_out'],
    words: (f) => {
      const helper = arg(f, 'helper', 'this helper');
      if (f.args.reason === 'compiled_out') {
        const option = arg(f, 'config', 'the option for it');
        return {
          title: `${who(f)} may not call ${helper}, which kernels offer only with ${option}`,
          explanation: `The kernel knows the helper and does not offer it. ${builtWithout(f)}`.trim(),
          remediation: `Leave the program out there (autoload).${orBuiltWith(f)}`,
        };
      }
      if (f.args.reason === 'context') return contextWords(f, helper);
      return {
        title: `${who(f)} may not call ${helper}`,
        explanation: 'The kernel knows the helper but does not offer it to this type of program.',
        remediation: ofTypeWords(helper, arg(f, 'section', '')),
      };
    },
  }),
  UNSUPPORTED_INSTRUCTION: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['The kernel lacks an instruction', 'Build for an older instruction set (-mcpu=v2).'],
    args: ['helper', 'feature', 'opcode', 'class'],
    reasons: [...reasonsOf(INSTRUCTION), 'callback'],
    words: (f) => {
      const { reason } = f.args;
      if (reason === 'callback') {
        return {
          title: `${who(f)} passes a function as a callback${f.args.helper === undefined ? '' : ` to ${f.args.helper}`}, which does not work ${here(f)}${since(f)}`,
          explanation:
            'The kernel knows no functions that are passed by their address, and rejects the program before it looks at what can be reached.',
          remediation: /timer/.test(arg(f, 'helper', ''))
            ? SEPARATE
            : `Use a loop instead of bpf_loop or bpf_for_each_map_elem on older kernels. ${SEPARATE}`,
        };
      }
      const { what, todo } = ofReason(reason, INSTRUCTION) ?? { what: 'an instruction', todo: SEPARATE };
      return {
        title: `${who(f)} needs ${arg(f, 'feature', 'instructions')}, which is not known ${here(f)}${since(f)}`,
        explanation: `It is ${f.args.feature ?? what}${f.args.opcode === undefined ? '' : ` (opcode ${f.args.opcode})`}; the kernel rejects it before it looks at what can be reached, so a guard in the code may not hide it.`,
        // No older set of instructions has arenas.
        remediation: /arena/.test(arg(f, 'feature', '')) ? SEPARATE : todo,
      };
    },
  }),
  UNSUPPORTED_LOOP: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['Bounded loops are not supported (before 5.3)', 'Unroll the loop.'],
    reasons: ['back_edge'],
    words: (f) => ({
      title: `${who(f)} has a loop, which is not allowed ${here(f)}`,
      explanation: 'Bounded loops are allowed upstream since 5.3.',
      remediation: 'Unroll the loop (#pragma unroll) in a variant for older kernels.',
    }),
  }),
  UNSUPPORTED_BPF_CALL: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['BPF-to-BPF calls are not supported (before 4.16)', 'Mark the functions __always_inline.'],
    reasons: ['tailcall_mix', 'ld_abs_mix'],
    words: (f) => ({
      title: `${who(f)} mixes calls in a way that is not allowed ${here(f)}`,
      explanation:
        f.args.reason === 'tailcall_mix'
          ? 'Tail calls cannot be mixed with calls between functions here (allowed upstream since 5.10 on x86).'
          : 'Packet loads (LD_ABS, LD_IND) cannot be mixed with calls between functions here.',
      remediation: 'Mark the called functions __always_inline.',
    }),
  }),
  UNSUPPORTED_GLOBAL_FUNCTION: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A global function is not possible', 'Make it static or __always_inline.'],
    args: ['function', 'result'],
    reasons: ['signature'],
    words: (f) => ({
      title:
        f.args.function === undefined
          ? `${who(f)} has a global function with a signature that is not allowed ${here(f)}`
          : `global function ${f.args.function} of ${who(f)} has a signature that is not allowed ${here(f)}`,
      explanation:
        f.args.result === undefined
          ? 'Global functions are verified on their own, and older kernels accept few argument types.'
          : 'Global functions are verified on their own, and their result may be a number only: no pointer, no structure, and on older kernels not void.',
      remediation:
        f.args.result === undefined
          ? 'Make the function static.'
          : 'Make the function static, or return a number from it.',
    }),
  }),
  PROGRAM_TOO_LARGE: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program has too many instructions', 'Split it into tail calls or functions.'],
    needs: ['insns', 'limit'],
    reasons: ['instructions'],
    words: (f) => ({
      title: `${who(f)} has ${arg(f, 'insns', 'too many')} instructions, this kernel allows ${arg(f, 'limit', '4096')}`,
      explanation: 'Kernels before 5.2 limit the length of a program.',
      remediation: 'Split it with tail calls, or keep parts out of line.',
    }),
  }),
};
