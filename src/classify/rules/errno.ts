import type { ReasonOf, SomeArgs } from '../../findings/findings.ts';
import type { FindingCode } from '../../model/finding.ts';
import { kernelVersion, olderThan } from '../../model/kernel-range.ts';
import { attachKind, programTypeSince, sectionTarget } from '../first-kernel.ts';
import type { Suspicion } from './rule.ts';
import { FRAGS, SLEEPABLE, TRACED } from './sections.ts';

/** What is known about a program that the kernel rejected with an empty log. */
interface EmptyLogRejection {
  readonly errno: number;
  readonly type: string;
  readonly section: string;
  readonly insns: number;
  readonly release: string;
}

/** A cause read from the errno and from what the program needs. */
export type ErrnoRule = {
  readonly [Code in FindingCode]: {
    readonly code: Code;
    readonly reason: ReasonOf<Code>;
    readonly args: (rejection: EmptyLogRejection) => SomeArgs<Code>;
  };
}[FindingCode] & {
  readonly confidence: Suspicion;
  readonly when: (rejection: EmptyLogRejection) => boolean;
  readonly example: EmptyLogRejection;
};

const EINVAL = -22;
const E2BIG = -7;
const ENOMEM = -12;
const EFAULT = -14;
const ENOSYS = -38;
/** EBADMSG, ENOKEY, EKEYREJECTED. */
const SIGNATURE: readonly number[] = [-74, -126, -129];
const ENOTSUPP = -524;

const older = (rejection: EmptyLogRejection, since: string | undefined): boolean =>
  olderThan(kernelVersion(rejection.release), since);

/** Tried in this order when a load failed and the verifier log is empty. */
export const ERRNO_RULES: readonly ErrnoRule[] = [
  {
    code: 'PROGRAM_TOO_LARGE',
    reason: 'instructions',
    confidence: 'medium',
    when: (r) => r.errno === E2BIG && r.insns > 4096 && older(r, '5.2'),
    args: (r) => ({ insns: String(r.insns), limit: '4096', since: '5.2' }),
    example: { errno: -7, type: 'sched_cls', section: 'tc', insns: 5003, release: '4.19.0-26-cloud-amd64' },
  },
  {
    code: 'UNSUPPORTED_PROGRAM_TYPE',
    reason: 'kernel_too_old',
    confidence: 'medium',
    when: (r) => (r.errno === EINVAL || r.errno === E2BIG) && older(r, programTypeSince(r.type)),
    args: (r) => ({ type: r.type, since: programTypeSince(r.type) }),
    example: { errno: -22, type: 'netfilter', section: 'netfilter', insns: 2, release: '6.1.0-56-cloud-amd64' },
  },
  {
    code: 'UNSUPPORTED_PROGRAM_FLAG',
    reason: 'sleepable',
    confidence: 'medium',
    when: (r) => r.errno === EINVAL && SLEEPABLE.test(r.section) && older(r, '5.10'),
    args: () => ({ since: '5.10' }),
    example: { errno: -22, type: 'lsm', section: 'lsm.s/bprm_committed_creds', insns: 9, release: '5.8.0-63-generic' },
  },
  {
    code: 'UNSUPPORTED_PROGRAM_FLAG',
    reason: 'xdp_frags',
    confidence: 'medium',
    when: (r) => r.errno === EINVAL && FRAGS.test(r.section) && older(r, '5.18'),
    args: () => ({ since: '5.18' }),
    example: { errno: -22, type: 'xdp', section: 'xdp.frags', insns: 12, release: '5.10.0-46-cloud-amd64' },
  },
  {
    code: 'UNSUPPORTED_ATTACH_TYPE',
    reason: 'kernel_too_old',
    confidence: 'medium',
    when: (r) => r.errno === EINVAL && older(r, attachKind(r.section)?.since),
    args: (r) => attachKind(r.section) ?? {},
    example: { errno: -22, type: 'kprobe', section: 'kprobe.multi/tcp_*', insns: 4, release: '5.10.0-46-cloud-amd64' },
  },
  {
    // Kernels before 6.18 keep some functions from tracing programs without a word.
    code: 'ATTACH_TARGET_NOT_TRACEABLE',
    reason: 'denied',
    confidence: 'low',
    when: (r) => r.errno === EINVAL && r.type === 'tracing' && TRACED.test(r.section),
    args: (r) => ({ function: sectionTarget(r.section) }),
    example: {
      errno: -22,
      type: 'tracing',
      section: 'fentry/migrate_disable',
      insns: 2,
      release: '6.1.0-56-cloud-amd64',
    },
  },
  {
    code: 'STRUCT_OPS_UNSUPPORTED',
    reason: 'struct',
    confidence: 'medium',
    when: (r) => r.errno === ENOTSUPP && r.type === 'struct_ops',
    args: () => ({}),
    example: {
      errno: -524,
      type: 'struct_ops',
      section: 'struct_ops/select_cpu',
      insns: 4,
      release: '6.1.0-56-cloud-amd64',
    },
  },
  {
    code: 'JIT_UNSUPPORTED',
    reason: 'jit',
    confidence: 'low',
    when: (r) => r.errno === ENOTSUPP,
    args: () => ({}),
    example: { errno: -524, type: 'xdp', section: 'xdp', insns: 4, release: '6.1.0-56-cloud-amd64' },
  },
  {
    code: 'OUT_OF_MEMORY',
    reason: 'program',
    confidence: 'medium',
    when: (r) => r.errno === ENOMEM,
    args: () => ({}),
    example: {
      errno: -12,
      type: 'kprobe',
      section: 'kprobe/vfs_read',
      insns: 900_000,
      release: '6.1.0-56-cloud-amd64',
    },
  },
  {
    code: 'SIGNATURE_REQUIRED',
    reason: 'signature',
    confidence: 'medium',
    when: (r) => SIGNATURE.includes(r.errno),
    args: () => ({}),
    example: { errno: -129, type: 'xdp', section: 'xdp', insns: 4, release: '7.3.4+deb13-cloud-amd64' },
  },
  {
    code: 'BPF_SYSCALL_DISABLED',
    reason: 'syscall',
    confidence: 'medium',
    when: (r) => r.errno === ENOSYS,
    args: () => ({}),
    example: { errno: -38, type: 'xdp', section: 'xdp', insns: 4, release: '6.1.0-56-cloud-amd64' },
  },
  {
    code: 'VERIFIER_INTERNAL',
    reason: 'bug',
    confidence: 'low',
    when: (r) => r.errno === EFAULT,
    args: () => ({}),
    example: { errno: -14, type: 'xdp', section: 'xdp', insns: 4, release: '6.1.0-56-cloud-amd64' },
  },
  {
    code: 'UNSUPPORTED_PROGRAM_FLAG',
    reason: 'attributes',
    confidence: 'low',
    when: (r) => r.errno === E2BIG,
    args: () => ({}),
    example: { errno: -7, type: 'xdp', section: 'xdp', insns: 4, release: '5.10.0-46-cloud-amd64' },
  },
];
