import type { Verdict } from '../findings/findings.ts';
import type { Hello } from '../model/evidence.ts';
import type { Confidence, Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { findingBy } from './make-finding.ts';

/** First kernel that charges BPF memory to cgroups and not to RLIMIT_MEMLOCK. */
const MEMCG_SINCE = '5.11';

/** Helpers that lockdown takes away, by the level that does it. */
const INTEGRITY = new Set([36]);
const CONFIDENTIALITY = new Set([4, 36, 45, 112, 113, 114, 115]);

/** The level in force: `integrity` of `none [integrity] confidentiality`; undefined when lockdown is off or unknown. */
export function lockdownLevel(hello: Hello): 'integrity' | 'confidentiality' | undefined {
  const level = /\[(\w+)\]/.exec(hello.facts.lockdown ?? '')?.[1];
  return level === 'integrity' || level === 'confidentiality' ? level : undefined;
}

/** Whether lockdown is why a helper is rejected. */
export function lockedHelper(hello: Hello, id: number): boolean {
  const level = lockdownLevel(hello);
  if (level === undefined) return false;
  return (level === 'integrity' ? INTEGRITY : CONFIDENTIALITY).has(id);
}

/** Whether tracefs is empty, so that no tracepoint can be found by its name: not that the kernel has none. */
export function hidesTracepoints(hello: Hello): boolean {
  return lockdownLevel(hello) === 'confidentiality';
}

/** Whether lockdown alone forbids an attach to this section, whoever else decides over it. */
export function hidesProbes(hello: Hello, section: string): boolean {
  return lockdownLevel(hello) === 'confidentiality' && /^\??k(?:ret)?(?:probe|syscall)\+?(?:\/|$)/.test(section);
}

const CAP_NET_ADMIN = 12;
const CAP_SYS_ADMIN = 21;
const CAP_PERFMON = 38;
const CAP_BPF = 39;

/** Whether the validator has what loading takes; undefined when it does not say. */
function privileged(hello: Hello): boolean | undefined {
  const hex = hello.facts.cap_eff;
  if (hex === undefined || !/^[0-9a-f]{1,16}$/i.test(hex)) return undefined;
  const held = (bit: number): boolean => ((BigInt(`0x${hex}`) >> BigInt(bit)) & 1n) === 1n;
  return held(CAP_SYS_ADMIN) || (held(CAP_BPF) && held(CAP_PERFMON) && held(CAP_NET_ADMIN));
}

type Denial = Verdict<'POLICY_DENIED' | 'CAPABILITY_FAILURE' | 'MEMLOCK_LIMIT'> & { readonly confidence: Confidence };

function denial(hello: Hello, phase: Finding['phase']): Denial {
  const level = lockdownLevel(hello);
  if (level !== undefined) {
    return { code: 'POLICY_DENIED', confidence: 'medium', reason: 'lockdown', args: { level } };
  }
  const rights = privileged(hello);
  if (rights === false) return { code: 'CAPABILITY_FAILURE', confidence: 'high', reason: 'capability' };
  const modules = (hello.facts.lsm ?? '')
    .split(',')
    .filter((name) => /^(?:selinux|apparmor|smack|tomoyo|bpf)$/.test(name));
  const enforcing = modules.filter((name) => name === 'selinux' || name === 'smack');
  if (enforcing.length > 0) {
    return { code: 'POLICY_DENIED', confidence: 'low', reason: 'lsm', args: { modules: enforcing.join(', ') } };
  }
  if (rights === undefined) return { code: 'CAPABILITY_FAILURE', confidence: 'medium', reason: 'capability' };
  if (phase !== 'attach' && olderThan(kernelVersion(hello.kernel.release), MEMCG_SINCE)) {
    return { code: 'MEMLOCK_LIMIT', confidence: 'low', reason: 'memlock' };
  }
  return { code: 'POLICY_DENIED', confidence: 'low', reason: 'unexplained', args: { modules: modules.join(', ') } };
}

/**
 * EPERM without any text: the kernel could, something forbids it. Lockdown is the first suspect, then missing
 * capabilities (the validator is root with all of them, so that means a broken guest), then a security module, then on
 * old kernels the limit for locked memory.
 */
export function denied(
  hello: Hello,
  context: {
    phase: Finding['phase'];
    subject: string | undefined;
    section?: string;
    errno: string;
    evidence?: Finding['evidence'];
  },
): Finding {
  const { phase, subject, section, errno, evidence } = context;
  const about = phase === 'map' ? { map: subject } : { program: subject, section };
  const { code, confidence, reason, args } = denial(hello, phase);
  return findingBy(code, { confidence, phase, subject, args: { ...about, reason, ...args, errno }, evidence });
}
