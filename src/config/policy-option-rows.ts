import type { OptionRow } from './option-row.ts';

const SELECTING = [
  'runtime select',
  'runtime fetch',
  'runtime execute',
  'agent plan',
  'agent apply',
  'agent rollback',
] as const;

/** Limits that narrow what may be selected, and never widen it (docs/runtime.md). */
export const POLICY_OPTIONS = [
  {
    name: 'policy-require-summary-pass',
    type: 'boolean',
    default: '',
    description: 'the whole run behind the evidence must have passed',
    commands: SELECTING,
  },
  {
    name: 'policy-min-required-passed',
    type: 'integer',
    default: '0',
    placeholder: 'N',
    description: 'at least N required kernels of that run must have passed',
    commands: SELECTING,
    min: 0,
    max: 1_000_000,
  },
  {
    name: 'policy-max-required-failed',
    type: 'text',
    default: '',
    placeholder: 'N',
    description: 'at most N required kernels of that run may have failed; default: any number',
    commands: SELECTING,
  },
  {
    name: 'policy-require-kernel-btf',
    type: 'boolean',
    default: '',
    description: 'the host must have BTF',
    commands: SELECTING,
  },
  {
    name: 'policy-require-attach-support',
    type: 'boolean',
    default: '',
    description: 'the host must show tracefs or kprobe_events',
    commands: SELECTING,
  },
  {
    name: 'policy-require-ringbuf-support',
    type: 'boolean',
    default: '',
    description: 'the release of the host must be of 5.8 or newer',
    commands: SELECTING,
  },
  {
    name: 'policy-require-perf-event-array-support',
    type: 'boolean',
    default: '',
    description: 'the release of the host must be of 4.3 or newer',
    commands: SELECTING,
  },
  {
    name: 'policy-deny-codes',
    type: 'list',
    default: '',
    placeholder: 'CODE,...',
    description: 'no kernel of that run may have failed with one of these classification codes',
    commands: SELECTING,
  },
  {
    name: 'policy-allow-codes',
    type: 'list',
    default: '',
    placeholder: 'CODE,...',
    description: 'kernels of that run may have failed with these classification codes only',
    commands: SELECTING,
  },
] as const satisfies readonly OptionRow[];
