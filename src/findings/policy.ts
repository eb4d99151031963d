import { entry, type Facts, type Words } from './entry.ts';
import { lockedWords } from './lockdown.ts';
import { arg, who } from './writer.ts';

function ownWords(f: Facts<'owner' | 'hook'>): Words {
  const owner = `program ${arg(f, 'owner', '?')} of this object`;
  return {
    title: `${who(f)} cannot be attached while ${owner} is on LSM hook ${arg(f, 'hook', '?')}`,
    explanation:
      'That hook decides over the calls of every process, its own loader included, and returned an error here.',
    remediation: `Let ${owner} allow its loader (compare bpf_get_current_pid_tgid() with a variable that the loader sets), or attach it after all others.`,
  };
}

/** Words for what a kernel could do and is not allowed to. */
export const POLICY_FINDINGS = {
  POLICY_DENIED: entry({
    group: 'policy',
    rule: ['A policy forbids it', 'Look at lockdown, security modules and sysctls of that kernel.'],
    args: ['level', 'modules', 'helper', 'id', 'map', 'owner', 'hook'],
    reasons: ['lockdown', 'lsm', 'own_program', 'unexplained'],
    words: (f) =>
      f.args.reason === 'own_program'
        ? ownWords(f)
        : f.args.reason === 'lockdown'
          ? {
              title: `lockdown (${arg(f, 'level', 'active')}) forbids ${f.args.helper === undefined ? `what ${who(f)} does` : `${f.args.helper}, which ${who(f)} calls`}`,
              explanation: lockedWords(f.args.helper, f.args.section).why,
              remediation: `${lockedWords(f.args.helper, f.args.section).todo} Or lower the lockdown level of the host.`,
            }
          : {
              title: `a policy of this machine forbids what ${who(f)} does`,
              explanation: `Active security modules: ${arg(f, 'modules', 'unknown')}.`,
              remediation: 'Adjust the policy of the host (see its audit log).',
            },
  }),
  CAPABILITY_FAILURE: entry({
    group: 'policy',
    rule: ['A capability is missing', 'Load with CAP_BPF and what the program type needs.'],
    args: ['map'],
    reasons: ['capability', 'verifier', 'trivial'],
    words: (f) => ({
      title: `${who(f)} needs a privilege that is missing`,
      explanation: 'bpf(2) returns EPERM, or the verifier requires a capability.',
      remediation: 'Grant CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before 5.8), and CAP_NET_ADMIN for network programs.',
    }),
  }),
  MEMLOCK_LIMIT: entry({
    group: 'policy',
    coarse: 'CAPABILITY_FAILURE',
    rule: ['The limit of locked memory is too low', 'Raise RLIMIT_MEMLOCK before the load.'],
    args: ['map'],
    reasons: ['memlock'],
    words: (f) => ({
      title: `${who(f)} does not fit into the locked memory that the loader may use`,
      explanation: 'Kernels before 5.11 charge maps and programs to RLIMIT_MEMLOCK.',
      remediation: 'Raise RLIMIT_MEMLOCK to infinity before load, as libbpf does by default.',
    }),
  }),
  SIGNATURE_REQUIRED: entry({
    group: 'policy',
    coarse: 'POLICY_DENIED',
    rule: ['The kernel wants a signed program', 'Sign it, or allow unsigned ones.'],
    reasons: ['signature'],
    words: () => ({
      title: 'this kernel loads signed programs only',
      explanation: 'A policy requires a signature that the object does not have.',
      remediation: 'Sign the object, or change the policy of the host.',
    }),
  }),
};
