import type { Finding } from '../model/finding.ts';
import { categoryWords, offsetWords, sleepableWords, variableArguments } from './attach-places.ts';
import type { Family, Words } from './entry.ts';
import { idleWords, requiredWords, unloadedWords } from './idle.ts';
import { missingWords } from './missing.ts';
import { arg, errno, here, sentence, since, who } from './writer.ts';

const NOT_TRACEABLE: ReadonlyMap<string, { readonly what: string; readonly why: string }> = new Map([
  ['blacklisted', { what: 'cannot be probed', why: 'It is on the kprobe blacklist (NOKPROBE_SYMBOL).' }],
  ['notrace', { what: 'cannot be traced', why: 'It is built without the entry that tracing needs (notrace).' }],
  [
    'no_entry',
    { what: 'cannot be traced', why: 'It starts with something else than the entry that tracing needs (EBUSY).' },
  ],
  [
    'not_modifiable',
    { what: 'cannot have its return value changed', why: 'Only functions on the error injection list can.' },
  ],
]);

const REFUSED = {
  what: 'cannot be traced',
  why: 'The kernel keeps probes away from it (notrace, blacklist, noreturn).',
};

const OUTSIDE: Readonly<Record<string, { what: string; todo: string }>> = {
  binary: {
    what: 'attaches to a file that the guest does not have',
    todo: 'This is no fault of the kernel; attach it to a file that exists there, or check it with load_only.',
  },
};

function structArgument(f: Finding): Words {
  return {
    title: `function ${arg(f, 'function', '?')} takes a structure by value, which this kernel cannot trace by a trampoline`,
    explanation: `Argument ${arg(f, 'argument', '?')} (counted from 0) is a structure. x86_64 kernels trace such functions since 6.1.`,
    remediation: 'Use a kprobe or a tracepoint on the kernels before it.',
  };
}

function manyArguments(f: Finding): Words {
  const limit = f.args['limit'];
  return {
    title: `function ${arg(f, 'function', '?')} has ${arg(f, 'count', 'too many')} arguments${limit === undefined ? ', too many for a trampoline' : `; this kernel traces up to ${limit} by a trampoline`}`,
    explanation:
      limit === undefined
        ? 'No kernel hands over more than 12 arguments to fentry and fexit.'
        : `x86_64 kernels hand over up to 12 arguments since ${arg(f, 'since', '6.6')}.`,
    remediation: 'Use a kprobe or a tracepoint there.',
  };
}

/** Words for programs that loaded and could not be attached. */
export const ATTACH_FINDINGS = {
  ATTACH_TARGET_NOT_FOUND: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['What a program attaches to is not there', 'Name what that kernel has, or make it optional.'],
    words: missingWords,
  },
  ATTACH_TARGET_AMBIGUOUS: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['What a program attaches to exists more than once', 'Name it more exactly.'],
    words: (f) => ({
      title: `there ${f.args['count'] === undefined ? 'is more than one function' : `are ${f.args['count']} functions`} ${arg(f, 'function', '?')} in this kernel`,
      explanation: 'The kernel rejects a probe by a name that several functions have.',
      remediation: 'Hook a function with a unique name, or attach by address.',
    }),
  },
  ATTACH_TARGET_NOT_TRACEABLE: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A function cannot be traced', 'Attach to a function or tracepoint close by.'],
    words: (f) => {
      const { what, why } = NOT_TRACEABLE.get(arg(f, 'reason', '')) ?? REFUSED;
      if (f.args['reason'] === 'not_sleepable') return sleepableWords(f);
      if (f.args['reason'] === 'inside_instruction' || f.args['reason'] === 'return_offset') return offsetWords(f);
      return {
        title: `${arg(f, 'function', 'the function')} ${what} ${here(f)}`,
        explanation: sentence(`${who(f)} hooks it. ${why}`),
        remediation: 'Hook a caller or a tracepoint.',
      };
    },
  },
  UNSUPPORTED_ATTACH_TYPE: {
    group: 'kernel',
    rule: ['The kernel lacks a way to attach', 'Attach in an older way there.'],
    words: (f) => ({
      title: `${arg(f, 'kind', who(f))} cannot be attached ${here(f)}${since(f)}`,
      explanation:
        f.args['reason'] === 'compiled_out'
          ? `The kernel was built without the option that the hook needs (${arg(f, 'config', 'CONFIG_FPROBE for kprobe.multi')}).`
          : f.args['reason'] === 'kernel_too_old'
            ? `The kernel is older than the hook, and rejected it${errno(f)}.`
            : `A minimal program of this type loads, but not for this hook${errno(f)}.`,
      remediation: 'Use an older hook of the same kind there, as a fallback program or a second object.',
    }),
  },
  ATTACH_FAILED: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A program cannot be attached', 'See the errno and the log in the report.'],
    words: (f) =>
      f.args['reason'] === 'scheduler_disabled'
        ? {
            title: `the kernel took the scheduler of ${who(f)} out of service while it was attached`,
            explanation:
              'The kernel answers such an attach with success. /sys/kernel/sched_ext/state said right after it that the scheduler is disabled.',
            remediation:
              'A callback that runs at the start failed, ops.init or init_task for example: the lines of sched_ext in the log of the kernel say which (dmesg, as in a functional test).',
          }
        : {
            title: `${who(f)} loads but cannot be attached${errno(f)}`,
            explanation:
              f.args['said'] === undefined ? 'The errno alone does not say why.' : `extack: ${f.args['said']}.`,
            remediation: 'Use another hook or a fallback program there; see the evidence of the target.',
          },
  },
  ATTACH_CONFLICT: {
    group: 'object',
    rule: ['Something else is attached already', 'Detach it, or use links that stand beside others.'],
    words: (f) => ({
      title: `the hook of ${who(f)} is already taken${errno(f)}`,
      explanation: 'The guest is fresh, so the object itself attaches to the same hook twice.',
      remediation: 'Attach only one of them, or use a hook that takes several programs.',
    }),
  },
  NEEDS_ATTACH_TARGET: {
    group: 'object',
    rule: ['A program does not say what it attaches to', 'Name it in the section or in the manifest.'],
    words: (f) => {
      if (f.args['reason'] === 'tracepoint_category') return categoryWords(f);
      const { what, todo } = OUTSIDE[arg(f, 'reason', '')] ?? {
        what: 'needs a target that its own loader chooses',
        todo: 'This is no fault of the kernel; check it with load_only, or attach it from a functional test.',
      };
      return {
        title: `${who(f)} ${what}`,
        explanation: 'It loads; attaching it needs more than the object says.',
        remediation: todo,
      };
    },
  },
  TRAMPOLINE_UNSUPPORTED: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['The kernel cannot attach by trampoline', 'Use a kprobe or a raw tracepoint there.'],
    words: (f) =>
      f.args['reason'] === 'struct_argument'
        ? structArgument(f)
        : f.args['reason'] === 'variable_arguments'
          ? variableArguments(f)
          : f.args['reason'] === 'many_arguments'
            ? manyArguments(f)
            : {
                title: `this kernel cannot attach ${arg(f, 'section', who(f))} by a trampoline`,
                explanation:
                  'It loads, but the architecture or the function has no support for direct calls (ENOTSUPP).',
                remediation: 'Use a kprobe or a tracepoint there.',
              },
  },
  TRACEPOINT_CONTEXT_MISMATCH: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A tracepoint has another layout', 'Read its fields with CO-RE.'],
    words: (f) =>
      f.args['reason'] === 'moved_field'
        ? {
            title: `${who(f)} reads field ${arg(f, 'field', '?')} of tracepoint ${arg(f, 'function', '?')} where it is not`,
            explanation: `In the record of this kernel it is at byte ${arg(f, 'offset', '?')}, the program reads byte ${arg(f, 'read', '?')}, as its own ${arg(f, 'type', 'structure')} has it. Nothing refuses that: it gets bytes of something else.`,
            remediation:
              'Read the structure trace_event_raw_* of the tracepoint (vmlinux.h) with CO-RE, or take the offsets from the format file of the running kernel.',
          }
        : f.args['reason'] === 'argument'
          ? {
              title: `${who(f)} reads more arguments than raw tracepoint ${arg(f, 'function', '?')} has on this kernel`,
              explanation:
                'Tracepoints got further arguments over time; the kernel counts those that a program reads when it attaches it.',
              remediation:
                'Read the further arguments in a second program for kernels that have them (autoload), or guard them by a const volatile setting of the loader.',
            }
          : {
              title: `${who(f)} reads past the record of tracepoint ${arg(f, 'function', '?')}`,
              explanation: 'The record has another layout on this kernel than the program was compiled for.',
              remediation: 'Use raw_tp or tp_btf, or read trace_event_raw_* structures with CO-RE.',
            },
  },
  LSM_BPF_NOT_ENABLED: {
    group: 'kernel',
    rule: ['The BPF security module is off', 'Boot with lsm=...,bpf.'],
    words: (f) => ({
      title: `${who(f)} is attached but never runs: bpf is not among the active security modules`,
      explanation: `Active: ${arg(f, 'modules', 'unknown')}.`,
      remediation: 'Boot the kernel with lsm=...,bpf.',
    }),
  },
  CGROUP_UNAVAILABLE: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['There is no cgroup to attach to', 'Use a kernel with cgroup v2 and CONFIG_CGROUP_BPF.'],
    words: (f) => ({
      title: `${who(f)} loads, but its cgroup cannot take it${errno(f)}`,
      explanation:
        f.args['reason'] === 'cgroup_v1'
          ? 'The target is not a cgroup v2 directory.'
          : 'The directory is not there, or the kernel was built without CONFIG_CGROUP_BPF.',
      remediation: 'Mount cgroup2 and attach to a directory of it.',
    }),
  },
  NETDEV_ATTACH_FAILED: {
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A device does not take the program', 'Use the generic mode, or another device.'],
    words: (f) => ({
      title: `${who(f)} loads, but the network device does not take it${errno(f)}`,
      explanation: f.args['said'] === undefined ? 'The kernel does not say why.' : `extack: ${f.args['said']}.`,
      remediation:
        'Native XDP needs a driver that has it: attach in SKB mode elsewhere; tc needs sch_ingress and cls_bpf.',
    }),
  },
  PERF_EVENT_UNAVAILABLE: {
    group: 'infra',
    rule: ['A perf event cannot be opened', 'Use a software event, or allow it by sysctl.'],
    words: (f) => ({
      title: `${who(f)} loads, but the guest has no such perf event${errno(f)}`,
      explanation: 'Hardware events do not exist in the guest; this says nothing about the object.',
      remediation: 'Attach it to a software event (cpu-clock) in the check, or check it with load_only.',
    }),
  },
  NOT_ATTACHED: {
    group: 'object',
    rule: ['No program could be attached', 'See each program in the report.'],
    words: (f) => (f.decisive ? requiredWords(f) : idleWords(f)),
  },
  NOTHING_LOADED: {
    group: 'object',
    rule: ['No program was loaded', 'Give functions a section, or switch programs on in the manifest.'],
    words: unloadedWords,
  },
} as const satisfies Family;
