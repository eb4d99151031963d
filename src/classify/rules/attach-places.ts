import type { AttachRule } from './attach.ts';

const ESRCH = -3;
const EINVAL = -22;
const EILSEQ = -84;
const KPROBE = /^\??k(?:ret)?(?:probe|syscall)\//;
const RELEASE = '6.1.0-56-cloud-amd64';

/** Places that sections name and that take no program, and structures that are rejected as a whole. */
export const PLACE_RULES: readonly AttachRule[] = [
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'usdt_maps',
    confidence: 'medium',
    errnos: [ESRCH],
    section: /^\??usdt\b/,
    line: /^usdt: failed to find USDT support BPF maps/,
    example: {
      errno: -3,
      section: 'usdt//bin/x:a:b',
      method: 'auto',
      lines: ['usdt: failed to find USDT support BPF maps, did you forget to include bpf/usdt.bpf.h?'],
      release: RELEASE,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'inside_instruction',
    confidence: 'medium',
    errnos: [EILSEQ],
    section: KPROBE,
    line: /failed to create kprobe '(?<function>[^'+]+)\+(?<offset>0x[0-9a-f]+)' perf event/,
    example: {
      errno: -84,
      section: 'kprobe/vfs_read+0x3',
      method: 'auto',
      lines: ["prog 'probe': failed to create kprobe 'vfs_read+0x3' perf event: -EILSEQ"],
      release: RELEASE,
    },
  },
  {
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'return_offset',
    confidence: 'medium',
    errnos: [EINVAL],
    section: KPROBE,
    line: /^kretprobes do not support offset specification/,
    example: {
      errno: -22,
      section: 'kretprobe/vfs_read+0x4',
      method: 'auto',
      lines: ['kretprobes do not support offset specification'],
      release: RELEASE,
    },
  },
  {
    // libbpf says nothing of a section that it cannot take apart.
    code: 'NEEDS_ATTACH_TARGET',
    reason: 'tracepoint_category',
    confidence: 'medium',
    errnos: [EINVAL],
    section: /^\??(?:tp|tracepoint)\/[^/]+$/,
    when: (r) => r.lines.length === 0,
    example: { errno: -22, section: 'tp/sched_switch', method: 'auto', lines: [], release: RELEASE },
  },
  {
    code: 'NEEDS_ATTACH_TARGET',
    reason: 'section_form',
    confidence: 'medium',
    errnos: [EINVAL],
    line: /^prog '[^']*': (?:section '[^']*' missing ':function|invalid format of section definition)|^invalid section '[^']*', expected SEC|^prog '[^']*': uretprobes do not support|^kprobe (?:name|multi pattern|session pattern) is invalid/,
    example: {
      errno: -22,
      section: 'uprobe//proc/self/exe',
      method: 'auto',
      lines: ["prog 'probe': section 'uprobe//proc/self/exe' missing ':function[+offset]' specification"],
      release: RELEASE,
    },
  },
  {
    code: 'STRUCT_OPS_MISMATCH',
    reason: 'refused',
    confidence: 'medium',
    errnos: [EINVAL],
    section: /^\??struct_ops/,
    example: { errno: -22, section: 'struct_ops/ssthresh', method: 'struct_ops', lines: [], release: RELEASE },
  },
];
