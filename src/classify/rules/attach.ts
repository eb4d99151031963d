import { kernelVersion, olderThan } from '../../model/kernel-range.ts';
import { attachKind } from '../first-kernel.ts';
import { PLACE_RULES } from './attach-places.ts';
import type { CodeAndReason, Suspicion } from './rule.ts';

/** A program that loaded and could not be attached. */
export interface AttachRejection {
  readonly errno: number;
  readonly section: string;
  /** How it was attached: `auto`, `xdp`, `tcx`, `cgroup`, ... */
  readonly method: string;
  /** libbpf's warnings, one per line, without prefix. */
  readonly lines: readonly string[];
  readonly release: string;
}

export type AttachRule = CodeAndReason & {
  readonly confidence: Suspicion;
  readonly errnos?: readonly number[];
  readonly section?: RegExp;
  /** One warning must match; named groups become args. */
  readonly line?: RegExp;
  readonly when?: (rejection: AttachRejection) => boolean;
  readonly example: AttachRejection;
};

const EPERM = -1;
const ENOENT = -2;
const ESRCH = -3;
const E2BIG = -7;
const EBADF = -9;
const EACCES = -13;
const EBUSY = -16;
const EEXIST = -17;
const ENODEV = -19;
const EINVAL = -22;
const EOPNOTSUPP = -95;
const EMFILE = -24;
const EADDRNOTAVAIL = -99;
export const ECANCELED = -125;
const ENOTSUPP = -524;

const KPROBE = /^\??k(?:ret)?(?:probe|syscall)\//;
const MULTI = /^\??k(?:ret)?probe\.(?:multi|session)\b/;
const TRACEPOINT = /^\??(?:tp|tracepoint)\//;
const RAW_TRACEPOINT = /^\??raw_(?:tp|tracepoint)(?:\.w)?\//;
const TRAMPOLINE = /^\??(?:fentry|fexit|fmod_ret|fsession|lsm|freplace)\b/;
const CGROUP = /^\??(?:cgroup|sockops)/;
const NETDEV = /^\??(?:xdp|tc|tcx|netkit|classifier|action)\b/;
const UPROBE = /^\??(?:u(?:ret)?probe|usdt)\b/;
const KPROBE_LINE =
  /failed to (?:create|attach to) k(?:ret)?probe '(?<function>[^'+]+)\+0x|failed to add legacy kprobe event for '(?<legacy>[^'+]+)\+0x/;

const NEW_61 = '6.1.0-56-cloud-amd64';
const OLD = '5.10.0-46-cloud-amd64';

/** Tried in this order; every condition that is given must hold. */
export const ATTACH_RULES: readonly AttachRule[] = [
  ...PLACE_RULES,
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'kprobe',
    confidence: 'medium',
    errnos: [ENOENT],
    section: KPROBE,
    line: KPROBE_LINE,
    example: {
      errno: -2,
      section: 'kprobe/bpfcompat_symbol_should_not_exist_987654',
      method: 'auto',
      lines: [
        "prog 'probe': failed to create kprobe 'bpfcompat_symbol_should_not_exist_987654+0x0' perf event: -ENOENT",
      ],
      release: OLD,
    },
  },
  {
    code: 'ATTACH_TARGET_AMBIGUOUS',
    reason: 'kprobe',
    confidence: 'medium',
    errnos: [EADDRNOTAVAIL],
    section: KPROBE,
    example: {
      errno: -99,
      section: 'kprobe/handle_irq',
      method: 'auto',
      lines: ["prog 'probe': failed to create kprobe 'handle_irq+0x0' perf event: -EADDRNOTAVAIL"],
      release: '6.12.117+deb12-cloud-amd64',
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'kprobe',
    confidence: 'medium',
    errnos: [EINVAL, -84],
    section: KPROBE,
    line: KPROBE_LINE,
    example: {
      errno: -22,
      section: 'kprobe/do_int3',
      method: 'auto',
      lines: ["prog 'probe': failed to create kprobe 'do_int3+0x0' perf event: -EINVAL"],
      release: NEW_61,
    },
  },
  {
    code: 'UNSUPPORTED_ATTACH_TYPE',
    reason: 'compiled_out',
    confidence: 'medium',
    errnos: [EOPNOTSUPP],
    section: MULTI,
    example: {
      errno: -95,
      section: 'kprobe.multi/vfs_*',
      method: 'auto',
      lines: ["prog 'multi': failed to attach: -EOPNOTSUPP"],
      release: NEW_61,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'kprobe_multi',
    confidence: 'medium',
    errnos: [ENOENT, ESRCH],
    section: MULTI,
    example: {
      errno: -3,
      section: 'kprobe.multi/no_such_function',
      method: 'auto',
      lines: ["prog 'multi': failed to attach: -ESRCH"],
      release: NEW_61,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'kprobe_multi',
    confidence: 'medium',
    errnos: [EINVAL],
    section: MULTI,
    line: /failed to find a unique match for '(?<function>[^']+)' \(0 matches\)/,
    example: {
      errno: -22,
      section: 'kprobe.multi/no_such_function',
      method: 'auto',
      lines: ["prog 'multi': failed to find a unique match for 'no_such_function' (0 matches)"],
      release: '6.12.117+deb12-cloud-amd64',
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'tracepoint',
    confidence: 'medium',
    errnos: [ENOENT],
    section: TRACEPOINT,
    line: /failed to determine tracepoint '(?<function>[^']+)' perf event ID/,
    example: {
      errno: -2,
      section: 'tracepoint/block/block_rq_gone',
      method: 'auto',
      lines: ["failed to determine tracepoint 'block/block_rq_gone' perf event ID: -ENOENT"],
      release: NEW_61,
    },
  },
  {
    code: 'TRACEPOINT_CONTEXT_MISMATCH',
    reason: 'record_too_short',
    confidence: 'medium',
    errnos: [EACCES],
    section: TRACEPOINT,
    example: {
      errno: -13,
      section: 'tracepoint/sched/sched_switch',
      method: 'auto',
      lines: ["prog 'on_switch': failed to create BPF link for perf_event FD 9: -EACCES"],
      release: NEW_61,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'raw_tracepoint',
    confidence: 'medium',
    errnos: [ENOENT],
    section: RAW_TRACEPOINT,
    example: {
      errno: -2,
      section: 'raw_tp/sched_gone',
      method: 'auto',
      lines: ["prog 'raw': failed to attach to raw tracepoint 'sched_gone': -ENOENT"],
      release: NEW_61,
    },
  },
  {
    code: 'TRACEPOINT_CONTEXT_MISMATCH',
    reason: 'argument',
    confidence: 'medium',
    errnos: [EINVAL],
    section: RAW_TRACEPOINT,
    example: {
      errno: -22,
      section: 'raw_tp/sched_switch',
      method: 'auto',
      lines: ["prog 'raw': failed to attach to raw tracepoint 'sched_switch': -EINVAL"],
      release: OLD,
    },
  },
  {
    code: 'TRAMPOLINE_UNSUPPORTED',
    reason: 'trampoline',
    confidence: 'medium',
    errnos: [ENOTSUPP],
    section: TRAMPOLINE,
    example: {
      errno: -524,
      section: 'fentry/vfs_read',
      method: 'auto',
      lines: ["prog 'on_read': failed to attach: -ENOTSUPP"],
      release: OLD,
    },
  },
  {
    // What the validator says of a scheduler that is off again once it was attached.
    code: 'ATTACH_FAILED',
    reason: 'scheduler_disabled',
    confidence: 'medium',
    errnos: [ECANCELED],
    section: /^\??struct_ops/,
    example: {
      errno: -125,
      section: 'struct_ops.s/init',
      method: 'struct_ops',
      lines: [],
      release: '7.3.4+deb13-cloud-amd64',
    },
  },
  {
    code: 'STRUCT_OPS_UNSUPPORTED',
    reason: 'register',
    confidence: 'medium',
    errnos: [ENOTSUPP],
    example: { errno: -524, section: 'struct_ops/init', method: 'struct_ops', lines: [], release: NEW_61 },
  },
  {
    // Where a number in sched_ext_ops is larger than the kernel allows.
    code: 'STRUCT_OPS_MISMATCH',
    reason: 'value',
    confidence: 'medium',
    errnos: [E2BIG],
    section: /^\??struct_ops/,
    example: {
      errno: -7,
      section: 'struct_ops/init',
      method: 'struct_ops',
      lines: [],
      release: '6.12.117+deb12-cloud-amd64',
    },
  },
  {
    // The kernel finds something else than its own tracing stub at the start of the function.
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'no_entry',
    confidence: 'medium',
    errnos: [EBUSY],
    section: /^\??(?:fentry|fexit|fmod_ret)\b/,
    example: {
      errno: -16,
      section: 'fentry/blk_account_io_start',
      method: 'auto',
      lines: ["prog 'blk_account_io_start': failed to attach: -EBUSY"],
      release: '7.3.4+deb13-cloud-amd64',
    },
  },
  {
    code: 'ATTACH_CONFLICT',
    reason: 'occupied',
    confidence: 'medium',
    errnos: [EBUSY, EEXIST, E2BIG],
    example: {
      errno: -16,
      section: 'xdp',
      method: 'xdp',
      lines: ["prog 'second': failed to attach to xdp: -EBUSY"],
      release: NEW_61,
    },
  },
  {
    code: 'UNSUPPORTED_ATTACH_TYPE',
    reason: 'kernel_too_old',
    confidence: 'medium',
    errnos: [EINVAL],
    when: (r) => olderThan(kernelVersion(r.release), attachKind(r.section)?.since),
    example: {
      errno: -22,
      section: 'tcx/ingress',
      method: 'tcx',
      lines: ["prog 'ingress': failed to attach to tcx: -EINVAL"],
      release: NEW_61,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'not_in_file',
    confidence: 'medium',
    errnos: [ENOENT],
    section: UPROBE,
    line: /^elf: failed to find symbol '(?<function>[^']+)' in '/,
    example: {
      errno: -2,
      section: 'uprobe//proc/self/exe:main',
      method: 'auto',
      lines: ["elf: failed to find symbol 'main' in '/proc/self/exe'"],
      release: NEW_61,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'not_in_file',
    confidence: 'medium',
    errnos: [ENOENT],
    section: UPROBE,
    line: /^usdt: no USDT notes section \([^)]*\) found in '/,
    example: {
      errno: -2,
      section: 'usdt//proc/self/exe:libc:setjmp',
      method: 'auto',
      lines: ["usdt: no USDT notes section (.note.stapsdt) found in '/proc/self/exe'"],
      release: NEW_61,
    },
  },
  {
    // libbpf says it of a file that it cannot open, and nothing of names that it does not find in one.
    code: 'ATTACH_TARGET_NOT_FOUND',
    reason: 'not_in_file',
    confidence: 'medium',
    errnos: [ENOENT],
    section: UPROBE,
    when: (r) => r.lines.length === 0,
    example: {
      errno: -2,
      section: 'uprobe.multi//proc/self/exe:no_such_*',
      method: 'auto',
      lines: [],
      release: '6.12.117+deb12-cloud-amd64',
    },
  },
  {
    code: 'NEEDS_ATTACH_TARGET',
    reason: 'binary',
    confidence: 'medium',
    errnos: [ENOENT, -20, EINVAL],
    section: UPROBE,
    example: {
      errno: -2,
      section: 'uprobe//usr/bin/bash:readline',
      method: 'auto',
      lines: ["prog 'readline': failed to resolve full path for '/usr/bin/bash': -ENOENT"],
      release: NEW_61,
    },
  },
  {
    code: 'NEEDS_ATTACH_TARGET',
    reason: 'no_auto_attach',
    confidence: 'medium',
    errnos: [EOPNOTSUPP],
    when: (r) => r.lines.length === 0 && r.method === 'auto',
    example: { errno: -95, section: 'lwt_in', method: 'auto', lines: [], release: NEW_61 },
  },
  {
    code: 'CGROUP_UNAVAILABLE',
    reason: 'cgroup_v1',
    confidence: 'medium',
    errnos: [EBADF],
    section: CGROUP,
    example: { errno: -9, section: 'cgroup/connect4', method: 'cgroup', lines: [], release: OLD },
  },
  {
    code: 'CGROUP_UNAVAILABLE',
    reason: 'no_cgroup',
    confidence: 'low',
    errnos: [ENOENT, EINVAL],
    section: CGROUP,
    example: { errno: -22, section: 'cgroup_skb/egress', method: 'cgroup', lines: [], release: NEW_61 },
  },
  {
    code: 'NETDEV_ATTACH_FAILED',
    reason: 'refused',
    confidence: 'medium',
    section: NETDEV,
    line: /Kernel error message: (?<said>.+)$/,
    example: {
      errno: -95,
      section: 'xdp',
      method: 'xdp',
      lines: ['Kernel error message: Underlying driver does not support XDP in native mode'],
      release: NEW_61,
    },
  },
  {
    code: 'NETDEV_ATTACH_FAILED',
    reason: 'errno',
    confidence: 'low',
    errnos: [EOPNOTSUPP, EINVAL, ENOENT, ENODEV],
    section: NETDEV,
    example: { errno: -22, section: 'tc', method: 'tc', lines: [], release: NEW_61 },
  },
  {
    code: 'PERF_EVENT_UNAVAILABLE',
    reason: 'no_event',
    confidence: 'medium',
    errnos: [ENOENT, EOPNOTSUPP, ENODEV, EMFILE],
    section: /^\??perf_event\b/,
    example: { errno: -2, section: 'perf_event', method: 'perf_event', lines: [], release: NEW_61 },
  },
];

/** Errnos that mean "forbidden" once no rule above knew better. */
export const DENIED: readonly number[] = [EPERM, EACCES];
