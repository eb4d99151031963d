import type { ProgramFacts } from '../../object/programs.ts';

/** Options of the build that attaching needs, by the section of a program: the kernel's types are the same without them. */
const BY_SECTION: readonly (readonly [section: RegExp, options: readonly string[]])[] = [
  [/^k(?:ret)?probe\.(?:multi|session)\b/, ['CONFIG_FPROBE']],
  [/^k(?:ret)?(?:probe|syscall)\b/, ['CONFIG_KPROBE_EVENTS', 'CONFIG_ARCH_HAS_SYSCALL_WRAPPER']],
  [/^(?:u(?:ret)?probe|usdt)\b/, ['CONFIG_UPROBE_EVENTS']],
];

/** The same by libbpf's name of a program type. */
const BY_TYPE: readonly (readonly [type: RegExp, options: readonly string[]])[] = [
  [/^(?:tracing|lsm|ext)$/, ['CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS']],
  [/^(?:kprobe|tracepoint|perf_event)$/, ['CONFIG_PERF_EVENTS']],
  [/^sched_(?:cls|act)$/, ['CONFIG_NET_CLS_ACT', 'CONFIG_NET_CLS_BPF', 'CONFIG_NET_SCH_INGRESS']],
  [/^sk_(?:msg|skb)$/, ['CONFIG_BPF_STREAM_PARSER']],
];

/** What decides about any object: whether programs are compiled, what a lockdown forbids, what the build makes of the command line. */
export const GENERAL_OPTIONS: readonly string[] = [
  'CONFIG_BPF_JIT',
  'CONFIG_BPF_JIT_DEFAULT_ON',
  'CONFIG_CMDLINE',
  'CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY',
  'CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY',
  'CONFIG_PREEMPT_RT',
];

/** Options that programs of a type need to be attached, whatever their section says. */
export function typeAttachOptions(type: string): string[] {
  return BY_TYPE.flatMap(([pattern, options]) => (pattern.test(type) ? options : []));
}

/** Options that a program needs to be attached. */
export function attachOptions({ section, kind }: Pick<ProgramFacts, 'section' | 'kind'>): string[] {
  return [...(BY_SECTION.find(([pattern]) => pattern.test(section))?.[1] ?? []), ...typeAttachOptions(kind.type)];
}
