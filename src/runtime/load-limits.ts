import type { Probe } from './probe.ts';
import type { Extension } from './statement.ts';

/** The `--policy-*` limits: they only narrow what may be selected. */
export interface SelectPolicy {
  readonly require_summary_pass: boolean;
  readonly min_required_passed: number;
  /** Undefined: any number. */
  readonly max_required_failed?: number | undefined;
  readonly require_kernel_btf: boolean;
  readonly require_attach_support: boolean;
  readonly require_ringbuf_support: boolean;
  readonly require_perf_event_array_support: boolean;
  readonly deny_classification_codes: readonly string[];
  readonly allow_classification_codes: readonly string[];
}

/** No flag was given. */
export const NO_LIMITS: SelectPolicy = {
  require_summary_pass: false,
  min_required_passed: 0,
  require_kernel_btf: false,
  require_attach_support: false,
  require_ringbuf_support: false,
  require_perf_event_array_support: false,
  deny_classification_codes: [],
  allow_classification_codes: [],
};

/** What agents demand whatever is requested: the object passed on every required kernel. */
export const AGENT_LIMITS = { require_summary_pass: true, max_required_failed: 0 } as const;

/** Names of the limits that a candidate breaks on a host, in the order of the flags. */
export function policyViolations(
  policy: SelectPolicy,
  summary: Extension['summary'],
  { btf, features }: Probe,
): string[] {
  const supported = (name: keyof Probe['features']): boolean => features[name].status === 'supported';
  const { deny_classification_codes: denied, allow_classification_codes: allowed } = policy;
  const broken: readonly (readonly [string, boolean])[] = [
    ['require_summary_pass', policy.require_summary_pass && summary.status !== 'pass'],
    ['min_required_passed', summary.requiredPassed < policy.min_required_passed],
    ['max_required_failed', summary.requiredFailed > (policy.max_required_failed ?? Number.POSITIVE_INFINITY)],
    ['require_kernel_btf', policy.require_kernel_btf && !btf.kernel_available],
    [
      'require_attach_support',
      policy.require_attach_support && !(supported('attach_tracefs') || supported('attach_kprobe_events')),
    ],
    ['require_ringbuf_support', policy.require_ringbuf_support && !supported('map_ringbuf')],
    ['require_perf_event_array_support', policy.require_perf_event_array_support && !supported('map_perf_event_array')],
    ['deny_codes', summary.codes.some((code) => denied.includes(code))],
    ['allow_codes', allowed.length > 0 && summary.codes.some((code) => !allowed.includes(code))],
  ];
  return broken.filter(([, isBroken]) => isBroken).map(([name]) => name);
}

const LOCKDOWN = ['', 'none', 'integrity', 'confidentiality'];

/** Why a host cannot take what a guest with another policy took; undefined where nothing is known against it. */
export function hostProblem(
  { needs, guest }: Extension,
  { btf, constraints }: Probe,
): { readonly code: string; readonly detail: string } | undefined {
  if (needs.btf && !btf.kernel_available)
    return { code: 'host_no_btf', detail: 'the object needs the BTF of the kernel, and this one has none' };
  const strength = (level: string): number => Math.max(1, LOCKDOWN.indexOf(level));
  if (!LOCKDOWN.includes(constraints.lockdown) || strength(constraints.lockdown) > strength(guest.lockdown))
    return {
      code: 'host_lockdown',
      detail: `lockdown is ${constraints.lockdown} here, and was ${guest.lockdown || 'none'} in the guest`,
    };
  if (needs.programTypes.includes('lsm') && !constraints.lsm.includes('bpf'))
    return { code: 'host_lsm', detail: 'the object has LSM programs, and bpf is not among the active LSMs' };
  return undefined;
}
