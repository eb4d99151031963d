import type { SelectOptions } from '../api/runtime-select.ts';
import type { ValuesOf } from '../config/options.ts';
import type { Io } from './io.ts';

/** Flags of every command that selects. */
type Selecting = Pick<
  ValuesOf<'agent plan'>,
  | 'workdir'
  | 'trust'
  | 'index'
  | 'evidence'
  | 'artifactName'
  | 'version'
  | 'variant'
  | 'digest'
  | 'targetProfile'
  | Extract<keyof ValuesOf<'agent plan'>, `policy${string}`>
>;

export function aroundOf(io: Io) {
  return { env: io.env, cwd: io.cwd };
}

function upperCase(codes: readonly string[]): string[] {
  return codes.map((code) => code.toUpperCase());
}

/** What is looked for and what is believed. @param hostFile file with a probe; empty: this machine */
export function selectOptions(values: Selecting, hostFile: string, io: Io): Omit<SelectOptions, 'limit'> {
  const most = values.policyMaxRequiredFailed;
  return {
    workdir: values.workdir,
    trust: values.trust,
    index: values.index,
    evidence: values.evidence,
    hostFile,
    request: {
      name: values.artifactName,
      version: values.version,
      variant: values.variant,
      sha256: values.digest,
      profile: values.targetProfile,
    },
    policy: {
      require_summary_pass: values.policyRequireSummaryPass,
      min_required_passed: values.policyMinRequiredPassed,
      ...(most !== '' && { max_required_failed: Number(most) }),
      require_kernel_btf: values.policyRequireKernelBtf,
      require_attach_support: values.policyRequireAttachSupport,
      require_ringbuf_support: values.policyRequireRingbufSupport,
      require_perf_event_array_support: values.policyRequirePerfEventArraySupport,
      deny_classification_codes: upperCase(values.policyDenyCodes),
      allow_classification_codes: upperCase(values.policyAllowCodes),
    },
    ...aroundOf(io),
  };
}
