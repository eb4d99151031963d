import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { BUILD, builtWithout, orBuiltWith } from './kernel-build.ts';
import { arg, here, lacks, notIn, sentence, since, who } from './writer.ts';

const UNNAMED_FLAG = { what: 'loaded with its flags', todo: 'Load it without the flag there.' };

const PROGRAM_FLAG = {
  sleepable: {
    what: 'sleepable',
    todo: 'Add a variant without the .s suffix of its section for these kernels. What only sleepable programs may call has to go there: read user memory with bpf_probe_read_user instead of bpf_copy_from_user.',
  },
  xdp_frags: { what: 'XDP with fragments', todo: 'Add a variant without .frags for these kernels.' },
  flags: UNNAMED_FLAG,
  attributes: UNNAMED_FLAG,
};

/** Words for kinds of programs that a kernel does not have, or was built without. */
function sleepableMember(struct: string, member = '?'): Words {
  return {
    title: `member ${member} of ${struct} takes no sleepable program`,
    explanation: 'The kernel has the member and calls it where it must not sleep; the program is declared sleepable.',
    remediation: `Declare it with SEC("struct_ops/${member}") instead of SEC("struct_ops.s/${member}").`,
  };
}

/** The structure itself is rejected when it is registered, and no program of it. */
function rejectedStruct(f: Facts): Words {
  return {
    title: `the kernel rejects struct_ops ${f.subject ?? 'of this object'} when it is registered (EINVAL)`,
    explanation:
      'Its programs load. A member that this kind of structure must have is not set, or a name or flag in it is not taken.',
    remediation:
      'Set all members that the kernel wants: a name, and for tcp_congestion_ops ssthresh, undo_cwnd and one of cong_avoid and cong_control; for sched_ext_ops only known flags and a timeout that it allows.',
  };
}

/** A number in it is larger than the kernel allows. */
function valueOfStruct(f: Facts): Words {
  return {
    title: `the kernel rejects a number in struct_ops ${f.subject ?? 'of this object'} when it is registered (E2BIG)`,
    explanation: 'Its programs load. A member that is no function has a value that is larger than the kernel allows.',
    remediation:
      'In sched_ext_ops, set timeout_ms to 30000 (30 seconds) or less, and dispatch_max_batch to 2147483647 or less.',
  };
}

const LEAVE_OUT = 'Leave the struct_ops map out there (bpf_map__set_autocreate)';

/** What to do where a kernel does not have a structure of struct_ops. */
const WITHOUT_STRUCT = {
  kernel_too_old: () => `${LEAVE_OUT}, or use a newer kernel.`,
  compiled_out: (f: Facts<(typeof BUILD)[number]>) => `${LEAVE_OUT}.${orBuiltWith(f)}`,
  struct: () => `${LEAVE_OUT}, or load the module that provides it.`,
  register: () => `${LEAVE_OUT}, or load the module that provides it.`,
};

/** Why a kernel does not take a structure. */
const WHY_NO_STRUCT = {
  kernel_too_old: () => 'The kernel is older than the structure.',
  compiled_out: builtWithout,
  struct: () => 'The kernel, or a module that is not loaded, would have to register the structure.',
  register: () =>
    'It was rejected as it was registered (ENOTSUPP): the architecture has no trampolines for functions of structures (arm64 before 6.0), or the module that takes the structure is not loaded.',
};

export const TYPE_FINDINGS = {
  UNSUPPORTED_PROGRAM_TYPE: entry({
    group: 'kernel',
    rule: ['The kernel lacks a program type', 'Leave the program out there, by autoload.'],
    needs: ['type'],
    args: BUILD,
    reasons: ['kernel_too_old', 'compiled_out'],
    words: (f) => {
      const type = arg(f, 'type', '?');
      const built = f.args.reason === 'compiled_out';
      return {
        title: `${lacks(f, `programs of type ${type}`)}${since(f)}`,
        explanation: sentence(
          `BPF_PROG_LOAD failed${f.args.errno === undefined ? '' : ` with ${f.args.errno}`} and an empty log for ${who(f)}${f.confidence === 'high' ? ', and for a minimal program of this type' : ''}.${built ? ` ${builtWithout(f) || 'It is new enough, so it was built without the type.'}` : ''}`,
        ),
        remediation:
          type === 'tracing' && !built
            ? 'Add a kprobe or tracepoint variant for kernels below 5.5.'
            : `Use an older hook of the same kind there, and leave this program out (autoload).${built ? orBuiltWith(f) : ''}`,
      };
    },
  }),
  UNSUPPORTED_PROGRAM_FLAG: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_PROGRAM_TYPE',
    rule: ['The kernel lacks a flag of a program', 'Set the flag only where the kernel has it.'],
    reasons: reasonsOf(PROGRAM_FLAG),
    words: (f) => {
      const { what, todo } = ofReason(f.args.reason, PROGRAM_FLAG) ?? UNNAMED_FLAG;
      return {
        title: `${who(f)} cannot be ${what} ${here(f)}${since(f)}`,
        explanation:
          f.confidence === 'high'
            ? 'A minimal program loads without the flag and is rejected with it.'
            : 'The kernel rejects the flag that the section name stands for.',
        remediation: todo,
      };
    },
  }),
  BPF_SYSCALL_DISABLED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_PROGRAM_TYPE',
    rule: ['The kernel has no bpf() at all', 'Use a kernel with CONFIG_BPF_SYSCALL.'],
    reasons: ['syscall'],
    words: () => ({
      title: 'this kernel is built without bpf(2)',
      explanation: 'bpf(2) returns ENOSYS.',
      remediation: 'Use a kernel with CONFIG_BPF_SYSCALL=y.',
    }),
  }),
  STRUCT_OPS_UNSUPPORTED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_PROGRAM_TYPE',
    rule: ['The kernel lacks a struct_ops type', 'Leave the map out there, by autocreate.'],
    args: ['struct', ...BUILD],
    reasons: ['struct', 'register', 'kernel_too_old', 'compiled_out'],
    words: (f) => ({
      title:
        f.args.reason === 'register'
          ? `struct_ops ${f.subject ?? 'of this object'} cannot be registered ${here(f)}`
          : `${lacks(f, `struct_ops ${arg(f, 'struct', 'of this kind')}`)}${since(f)}`,
      explanation: (ofReason(f.args.reason, WHY_NO_STRUCT) ?? WHY_NO_STRUCT.struct)(f),
      remediation: (ofReason(f.args.reason, WITHOUT_STRUCT) ?? WITHOUT_STRUCT.struct)(f),
    }),
  }),
  STRUCT_OPS_MISMATCH: entry({
    group: 'kernel',
    rule: ['A struct_ops type has another layout', 'Build against the types of that kernel.'],
    args: ['struct', 'member'],
    reasons: ['member', 'value', 'refused', 'sleepable_member'],
    words: (f) => {
      const struct = f.args.struct === undefined ? 'struct_ops' : `struct_ops ${f.args.struct}`;
      const member = f.args.member;
      if (f.args.reason === 'sleepable_member') return sleepableMember(struct, member);
      if (f.args.reason === 'refused') return rejectedStruct(f);
      if (f.args.reason === 'value') return valueOfStruct(f);
      return {
        title:
          member === undefined ? `${struct} has other members ${here(f)}` : notIn(f, `member ${member} of ${struct}`),
        explanation: 'The structure in the object and the one in the kernel differ.',
        remediation: 'Use a ___flavor of the structure for these kernels, or clear the member before load.',
      };
    },
  }),
  JIT_UNSUPPORTED: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['Not supported by the JIT', 'Use a newer kernel or another construct.'],
    reasons: ['jit'],
    words: (f) => ({
      title: `${who(f)} needs a JIT compiler that is not available ${here(f)}`,
      explanation: 'The JIT is off, missing for this architecture, or too old for the feature.',
      remediation: 'Enable net.core.bpf_jit_enable, or avoid the feature (kfuncs, callbacks, atomics) here.',
    }),
  }),
};
