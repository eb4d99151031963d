import { categoryWords, conflictWords } from './attach-places.ts';
import { entry, ofReason, reasonsOf } from './entry.ts';
import { IDLE, idleWords, requiredWords, UNLOADED, unloadedWords } from './idle.ts';
import { BUILD, builtWithout } from './kernel-build.ts';
import { LOOKED_UP, LOOKUP_REASONS, PLACE } from './lookup.ts';
import { MISSING_TARGET } from './missing.ts';
import { TRACEPOINT_CONTEXT } from './tracepoint-context.ts';
import { TRAMPOLINE } from './trampoline.ts';
import { UNTRACEABLE_TARGET } from './untraceable.ts';
import { arg, errno, here, since, who } from './writer.ts';

const OUTSIDE = {
  binary: {
    what: 'attaches to a file that the guest does not have',
    todo: 'This is not a fault of the kernel; attach it to a file that exists there, or check it with load_only.',
  },
  section_form: {
    what: 'has a section that libbpf cannot take apart',
    todo: 'Write SEC("uprobe/PATH:FUNCTION") or SEC("uprobe/PATH:FUNCTION+OFFSET") (no offset for a uretprobe), SEC("usdt/PATH:PROVIDER:NAME"), SEC("kprobe/FUNCTION"), or the plain type (SEC("uprobe")) and attach it from the loader.',
  },
  no_auto_attach: {
    what: 'needs a target that its own loader chooses',
    todo: 'This is not a fault of the kernel; check it with load_only, or attach it from a functional test.',
  },
};

/** Words for programs that loaded and could not be attached. */
export const ATTACH_FINDINGS = {
  ATTACH_TARGET_NOT_FOUND: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['What a program attaches to is not there', 'Name what that kernel has, or make it optional.'],
    ...MISSING_TARGET,
  }),
  ATTACH_TARGET_AMBIGUOUS: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['What a program attaches to exists more than once', 'Name it more exactly.'],
    args: [...PLACE, ...LOOKED_UP],
    reasons: ['kprobe', ...LOOKUP_REASONS],
    words: (f) => ({
      title: `there ${f.args.count === undefined ? 'is more than one function' : `are ${f.args.count} functions`} ${arg(f, 'function', '?')} in this kernel`,
      explanation: 'The kernel rejects a probe by a name that several functions have.',
      remediation: 'Hook a function with a unique name, or attach by address.',
    }),
  }),
  ATTACH_TARGET_NOT_TRACEABLE: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A function cannot be traced', 'Attach to a function or tracepoint close by.'],
    ...UNTRACEABLE_TARGET,
  }),
  UNSUPPORTED_ATTACH_TYPE: entry({
    group: 'kernel',
    rule: ['The kernel lacks a way to attach', 'Attach in an older way there.'],
    args: [...PLACE, ...BUILD, 'type'],
    reasons: ['kernel_too_old', 'compiled_out', 'refused'],
    words: (f) => ({
      title: `${arg(f, 'kind', who(f))} cannot be attached ${here(f)}${since(f)}`,
      explanation:
        f.args.reason === 'compiled_out'
          ? builtWithout(f) || 'The kernel was built without the option that the hook needs.'
          : f.args.reason === 'kernel_too_old'
            ? `The kernel is older than the hook, and rejected it${errno(f)}.`
            : `A minimal program of this type loads, but not for this hook${errno(f)}.`,
      remediation: 'Use an older hook of the same kind there, as a fallback program or a second object.',
    }),
  }),
  ATTACH_FAILED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A program cannot be attached', 'See the errno and the log in the report.'],
    args: [...PLACE, 'said'],
    reasons: ['errno', 'scheduler_disabled'],
    words: (f) =>
      f.args.reason === 'scheduler_disabled'
        ? {
            title: `the kernel took the scheduler of ${who(f)} out of service while it was attached`,
            explanation:
              'Such an attach returns success. /sys/kernel/sched_ext/state right after it, or the log of the kernel later on, said that the scheduler is disabled.',
            remediation:
              'A callback failed (at the start ops.init or init_task, for example), or a task was not run in time: the lines of sched_ext in the log of the kernel say which (dmesg, as in a functional test).',
          }
        : {
            title: `${who(f)} loads but cannot be attached${errno(f)}`,
            explanation: f.args.said === undefined ? 'The errno alone does not say why.' : `extack: ${f.args.said}.`,
            remediation: 'Use another hook or a fallback program there; see the evidence of the target.',
          },
  }),
  ATTACH_CONFLICT: entry({
    group: 'object',
    rule: ['Something else is attached already', 'Detach it, or use links that stand beside others.'],
    args: PLACE,
    reasons: ['occupied'],
    words: conflictWords,
  }),
  NEEDS_ATTACH_TARGET: entry({
    group: 'object',
    rule: ['A program does not say what it attaches to', 'Name it in the section or in the manifest.'],
    args: PLACE,
    reasons: ['tracepoint_category', ...reasonsOf(OUTSIDE)],
    words: (f) => {
      const { reason } = f.args;
      if (reason === 'tracepoint_category') return categoryWords(f);
      const { what, todo } = ofReason(reason, OUTSIDE) ?? OUTSIDE.no_auto_attach;
      return {
        title: `${who(f)} ${what}`,
        explanation: 'It loads; attaching it needs more than the object says.',
        remediation: todo,
      };
    },
  }),
  TRAMPOLINE_UNSUPPORTED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['The kernel cannot attach by trampoline', 'Use a kprobe or a raw tracepoint there.'],
    ...TRAMPOLINE,
  }),
  TRACEPOINT_CONTEXT_MISMATCH: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A tracepoint has another layout', 'Read its fields with CO-RE.'],
    ...TRACEPOINT_CONTEXT,
  }),
  LSM_BPF_NOT_ENABLED: entry({
    group: 'kernel',
    rule: ['The BPF security module is off', 'Boot with lsm=...,bpf.'],
    needs: ['modules'],
    words: (f) => ({
      title: `${who(f)} is attached but never runs: bpf is not among the active security modules`,
      explanation: `Active: ${arg(f, 'modules', 'unknown')}.`,
      remediation: 'Boot the kernel with lsm=...,bpf.',
    }),
  }),
  CGROUP_UNAVAILABLE: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['There is no cgroup to attach to', 'Use a kernel with cgroup v2 and CONFIG_CGROUP_BPF.'],
    args: PLACE,
    reasons: ['no_cgroup', 'cgroup_v1'],
    words: (f) => ({
      title: `${who(f)} loads, but its cgroup cannot take it${errno(f)}`,
      explanation:
        f.args.reason === 'cgroup_v1'
          ? 'The target is not a cgroup v2 directory.'
          : 'The directory is not there, or the kernel was built without CONFIG_CGROUP_BPF.',
      remediation: 'Mount cgroup2 and attach to a directory of it.',
    }),
  }),
  NETDEV_ATTACH_FAILED: entry({
    group: 'kernel',
    coarse: 'UNSUPPORTED_ATTACH_TYPE',
    rule: ['A device rejects the program', 'Use the generic mode, or another device.'],
    args: [...PLACE, 'said'],
    reasons: ['refused', 'errno'],
    words: (f) => ({
      title: `${who(f)} loads, but the network device rejects it${errno(f)}`,
      explanation: f.args.said === undefined ? 'The kernel does not say why.' : `extack: ${f.args.said}.`,
      remediation:
        'Native XDP needs a driver that has it: attach in SKB mode to other devices; tc needs sch_ingress and cls_bpf.',
    }),
  }),
  PERF_EVENT_UNAVAILABLE: entry({
    group: 'infra',
    rule: ['A perf event cannot be opened', 'Use a software event, or allow it by sysctl.'],
    args: PLACE,
    reasons: ['no_event'],
    words: (f) => ({
      title: `${who(f)} loads, but the guest has no such perf event${errno(f)}`,
      explanation: 'Hardware events do not exist in the guest; this says nothing about the object.',
      remediation: 'Attach it to a software event (cpu-clock) in the check, or check it with load_only.',
    }),
  }),
  NOT_ATTACHED: entry({
    group: 'object',
    rule: ['No program could be attached', 'See each program in the report.'],
    needs: ['why'],
    reasons: ['', ...reasonsOf(IDLE)],
    words: (f) => (f.decisive ? requiredWords(f) : idleWords(f)),
  }),
  NOTHING_LOADED: entry({
    group: 'object',
    rule: ['No program was loaded', 'Give functions a section, or switch programs on in the manifest.'],
    args: ['names'],
    reasons: reasonsOf(UNLOADED),
    words: unloadedWords,
  }),
};
