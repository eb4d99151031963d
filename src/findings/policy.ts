import type { Family } from './entry.ts';
import { type Advice, arg, who } from './writer.ts';

const DENIED: Readonly<Record<string, Advice>> = {
  lockdown: {
    why: 'The kernel could do it; lockdown does not allow it.',
    todo: 'Lower the lockdown level of the host, or avoid the helper or hook there.',
  },
  unprivileged: {
    why: 'kernel.unprivileged_bpf_disabled keeps bpf(2) to processes with CAP_BPF.',
    todo: 'Load it with CAP_BPF (CAP_SYS_ADMIN before 5.8).',
  },
  perf_event_paranoid: {
    why: 'kernel.perf_event_paranoid keeps this kind of event to privileged processes.',
    todo: 'Lower the sysctl, or give the loader CAP_PERFMON.',
  },
  cgroup_parent: {
    why: 'A parent of the cgroup has a program that does not share the hook.',
    todo: 'Attach all of them with BPF_F_ALLOW_MULTI.',
  },
};

/** Words for what a kernel could do and is not allowed to. */
export const POLICY_FINDINGS = {
  POLICY_DENIED: {
    group: 'policy',
    rule: ['A policy forbids it', 'Look at lockdown, security modules and sysctls of that kernel.'],
    words: (f) => {
      const reason = arg(f, 'reason', '');
      const known = DENIED[reason];
      return {
        title:
          reason === 'lockdown'
            ? `lockdown (${arg(f, 'level', 'active')}) forbids what ${who(f)} does`
            : `a policy of this machine forbids what ${who(f)} does`,
        explanation: known?.why ?? `Active security modules: ${arg(f, 'modules', 'unknown')}.`,
        remediation: known?.todo ?? 'Adjust the policy of the host (see its audit log).',
      };
    },
  },
  CAPABILITY_FAILURE: {
    group: 'policy',
    rule: ['A capability is missing', 'Load with CAP_BPF and what the program type needs.'],
    words: (f) => ({
      title: `${who(f)} needs a privilege that is missing`,
      explanation: 'bpf(2) returns EPERM, or the verifier asked for a capability.',
      remediation: 'Grant CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before 5.8), and CAP_NET_ADMIN for network programs.',
    }),
  },
  MEMLOCK_LIMIT: {
    group: 'policy',
    coarse: 'CAPABILITY_FAILURE',
    rule: ['The limit of locked memory is too low', 'Raise RLIMIT_MEMLOCK before the load.'],
    words: (f) => ({
      title: `${who(f)} does not fit into the locked memory that the loader may use`,
      explanation: 'Kernels before 5.11 charge maps and programs to RLIMIT_MEMLOCK.',
      remediation: 'Raise RLIMIT_MEMLOCK to infinity before load, as libbpf does by default.',
    }),
  },
  SIGNATURE_REQUIRED: {
    group: 'policy',
    coarse: 'POLICY_DENIED',
    rule: ['The kernel wants a signed program', 'Sign it, or allow unsigned ones.'],
    words: () => ({
      title: 'this kernel loads signed programs only',
      explanation: 'A policy asks for a signature that the object does not have.',
      remediation: 'Sign the object, or change the policy of the host.',
    }),
  },
} as const satisfies Family;
