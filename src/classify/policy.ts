import type { Hello } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { makeFinding } from './make-finding.ts';

/** Helpers that lockdown takes away, by the level that does it. */
const INTEGRITY = new Set([36]);
const CONFIDENTIALITY = new Set([4, 36, 45, 112, 113, 114, 115]);

/** The level in force: `integrity` of `none [integrity] confidentiality`; undefined when lockdown is off or unknown. */
export function lockdownLevel(hello: Hello): 'integrity' | 'confidentiality' | undefined {
  const level = /\[(\w+)\]/.exec(hello.facts.lockdown ?? '')?.[1];
  return level === 'integrity' || level === 'confidentiality' ? level : undefined;
}

/** Whether lockdown is why a helper is refused. */
export function lockedHelper(hello: Hello, id: number): boolean {
  const level = lockdownLevel(hello);
  if (level === undefined) return false;
  return (level === 'integrity' ? INTEGRITY : CONFIDENTIALITY).has(id);
}

/**
 * EPERM without any text: the kernel could, something forbids it. The validator is root with all capabilities, so
 * lockdown is the first suspect, then a security module, and a missing capability means a broken guest.
 */
export function denied(
  hello: Hello,
  context: { phase: Finding['phase']; subject: string | undefined; errno: string; evidence?: Finding['evidence'] },
): Finding {
  const { phase, subject, errno, evidence } = context;
  const about = phase === 'map' ? { map: subject } : { program: subject };
  const level = lockdownLevel(hello);
  if (level !== undefined) {
    const args = { ...about, reason: 'lockdown', level, errno };
    return makeFinding({ code: 'POLICY_DENIED', confidence: 'medium', phase, subject, args, evidence });
  }
  const modules = (hello.facts.lsm ?? '')
    .split(',')
    .filter((name) => /^(?:selinux|apparmor|smack|tomoyo|bpf)$/.test(name));
  const enforcing = modules.filter((name) => name === 'selinux' || name === 'smack');
  if (enforcing.length > 0) {
    const args = { ...about, reason: 'lsm', modules: enforcing.join(', '), errno };
    return makeFinding({ code: 'POLICY_DENIED', confidence: 'low', phase, subject, args, evidence });
  }
  const args = { ...about, reason: 'capability', errno };
  return makeFinding({ code: 'CAPABILITY_FAILURE', confidence: 'medium', phase, subject, args, evidence });
}
