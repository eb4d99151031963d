interface Advice {
  readonly why: string;
  readonly todo: string;
}

/** What lockdown takes away, by the helper that is called or the section of the program; the first row that fits counts. */
const LOCKED: readonly (readonly [what: RegExp, advice: Advice])[] = [
  [
    /^bpf_probe_read/,
    {
      why: 'Reading kernel memory by helpers is forbidden in that mode. Loaders turn bpf_probe_read_kernel and bpf_probe_read_user alike into bpf_probe_read where the kernel rejects the first of them (libbpf does), so programs that read user memory alone are hit as well.',
      todo: 'Read kernel objects without a helper, through pointers that the verifier knows (arguments of fentry, fexit, tp_btf and LSM programs, bpf_get_current_task_btf()), and user memory with bpf_copy_from_user() in sleepable programs (uprobe.s, fentry.s).',
    },
  ],
  [
    /^bpf_probe_write_user$/,
    {
      why: 'Writing to user memory is forbidden in every mode of lockdown.',
      todo: 'Leave the program out there (bpf_program__set_autoload); nothing else writes user memory.',
    },
  ],
  [
    /^\??k(?:ret)?(?:probe|syscall)\+?(?:\/|$)/,
    {
      why: 'Probes that are made one by one (perf_event_open, kprobe_events) are forbidden in that mode.',
      todo: 'Attach it as kprobe.multi (5.18 and later), fentry or fexit, which are not forbidden.',
    },
  ],
  [
    /^\??(?:tp|tracepoint)(?:\/|$)/,
    {
      why: 'In that mode tracefs is empty, and a tracepoint cannot be found by its name.',
      todo: 'Attach it as a raw tracepoint (raw_tp, or tp_btf, which knows the types), which is not forbidden.',
    },
  ],
];

/** What lockdown forbids, and what it leaves. */
export function lockedWords(helper: string | undefined, section: string | undefined): Advice {
  return (
    LOCKED.find(([what]) => what.test(helper ?? section ?? ''))?.[1] ?? {
      why: 'The kernel could do it; lockdown does not allow it.',
      todo: 'Avoid the helper or hook there.',
    }
  );
}
