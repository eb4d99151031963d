import type { Finding, FindingCode } from '../../model/finding.ts';
import { arg, errno, sentence, since, type Writer, who } from './writer.ts';

/** Kinds of targets that are no plain functions, by section name. */
const KINDS: readonly { readonly section: RegExp; readonly kind: string; readonly advice: string }[] = [
  {
    section: /^\??(?:tp_btf|tp|tracepoint|raw_tp|raw_tracepoint)\b/,
    kind: 'tracepoint',
    advice: 'Look for its new name under /sys/kernel/tracing/events, or use a kprobe on the kernels without it.',
  },
  {
    section: /^\??lsm/,
    kind: 'LSM hook',
    advice:
      'The hook was renamed, or the kernel was built without it: add a program for the hook that these kernels have.',
  },
  {
    section: /^\??iter/,
    kind: 'iterator',
    advice: 'The kernel is too old for it or was built without it: leave the program out there (autoload).',
  },
];

const FUNCTION_ADVICE =
  'The function was renamed, removed or inlined. Add a second program for the kernels without it (bpf_program__set_autoload), or hook a tracepoint, which is more stable.';

function kindOf(f: Finding): (typeof KINDS)[number] | undefined {
  return KINDS.find(({ section }) => section.test(arg(f, 'section', '')));
}

function targetTitle(f: Finding): string {
  const name = arg(f, 'function', arg(f, 'target', 'the attach target'));
  const kind = kindOf(f)?.kind;
  if (kind !== undefined) return `${kind} ${name} is not in this kernel`;
  return f.args['reason'] === 'btf' ? `${name} is not in this kernel's BTF` : `function ${name} is not in this kernel`;
}

const NOT_TRACEABLE: ReadonlyMap<string, { readonly what: string; readonly why: string }> = new Map([
  [
    'not_sleepable',
    { what: 'cannot be hooked by a sleepable program', why: 'The kernel keeps a list of functions that may sleep.' },
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

/** Words for programs that loaded and could not be attached. */
export const ATTACH_WORDS = {
  ATTACH_TARGET_NOT_FOUND: (f) => ({
    title: targetTitle(f),
    explanation: sentence(
      `${who(f)}${f.args['section'] === undefined ? '' : ` (${f.args['section']})`} attaches to it.`,
    ),
    remediation: kindOf(f)?.advice ?? FUNCTION_ADVICE,
  }),
  ATTACH_TARGET_AMBIGUOUS: (f) => ({
    title: `there is more than one function ${arg(f, 'function', '?')} in this kernel`,
    explanation: 'The kernel refuses a probe by a name that several functions have.',
    remediation: 'Hook a function with a unique name, or attach by address.',
  }),
  ATTACH_TARGET_NOT_TRACEABLE: (f) => {
    const { what, why } = NOT_TRACEABLE.get(arg(f, 'reason', '')) ?? REFUSED;
    return {
      title: `${arg(f, 'function', 'the function')} ${what} on this kernel`,
      explanation: sentence(`${who(f)} hooks it. ${why}`),
      remediation: 'Hook a caller or a tracepoint.',
    };
  },
  UNSUPPORTED_ATTACH_TYPE: (f) => ({
    title: `this kernel cannot attach ${arg(f, 'kind', who(f))}${since(f)}`,
    explanation:
      f.args['reason'] === 'compiled_out'
        ? 'The kernel was built without the option that the hook needs (CONFIG_FPROBE for kprobe.multi).'
        : `The kernel is older than the hook, and refused it${errno(f)}.`,
    remediation: 'Use an older hook of the same kind there, as a fallback program or a second object.',
  }),
  ATTACH_FAILED: (f) => ({
    title: `${who(f)} loads but cannot be attached${errno(f)}`,
    explanation:
      f.args['reason'] === 'cgroup_v1'
        ? 'The target is not a cgroup v2 directory.'
        : 'The errno alone does not say why.',
    remediation: 'Use another hook or a fallback program there; see the evidence of the target.',
  }),
  ATTACH_CONFLICT: (f) => ({
    title: `the hook of ${who(f)} is already taken${errno(f)}`,
    explanation: 'The guest is fresh, so the object itself attaches to the same hook twice.',
    remediation: 'Attach only one of them, or use a hook that takes several programs.',
  }),
  NEEDS_ATTACH_TARGET: (f) => {
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
  TRAMPOLINE_UNSUPPORTED: (f) => ({
    title: `this kernel cannot attach ${arg(f, 'section', who(f))} by a trampoline`,
    explanation: 'It loads, but the architecture or the function has no support for direct calls (ENOTSUPP).',
    remediation: 'Use a kprobe or a tracepoint there.',
  }),
  TRACEPOINT_CONTEXT_MISMATCH: (f) => ({
    title: `${who(f)} reads past the record of tracepoint ${arg(f, 'function', '?')}`,
    explanation: 'The record has another layout on this kernel than the program was compiled for.',
    remediation: 'Use raw_tp or tp_btf, or read trace_event_raw_* structures with CO-RE.',
  }),
  LSM_BPF_NOT_ENABLED: (f) => ({
    title: `${who(f)} is attached but never runs: bpf is not among the active security modules`,
    explanation: `Active: ${arg(f, 'modules', 'unknown')}.`,
    remediation: 'Boot the kernel with lsm=...,bpf.',
  }),
  NOT_ATTACHED: (f) => ({
    title: `required program ${arg(f, 'program', '?')} was not attached`,
    explanation: sentence(`${arg(f, 'why', 'no reason was given')}.`),
    remediation: 'Name a target it can be attached to, or drop attach.required for it in the manifest.',
  }),
} as const satisfies Partial<Record<FindingCode, Writer>>;
