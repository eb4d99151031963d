import { expect, test } from 'vitest';
import type { CommandName } from '../../src/config/commands.ts';
import { optionsOf } from '../../src/config/options.ts';

/** Flags of the experimental commands, as scripts written for the earlier tool pass them. With `=`: their default, where it is a fixed one. */
const PROBE = 'probe-prefer-privileged probe-use-sudo=true probe-sudo-non-interactive=true';
const POLICY =
  'policy-require-summary-pass policy-min-required-passed=0 policy-max-required-failed policy-require-kernel-btf ' +
  'policy-require-attach-support policy-require-ringbuf-support policy-require-perf-event-array-support policy-deny-codes policy-allow-codes';
const SELECT = `workdir=.bpfcompat artifact-name version target-profile out ${PROBE} ${POLICY}`;
const FETCH = `${SELECT} out-dir=artifacts/runtime-selected require-verified-history=true`;
const LOAD = 'manifest attach-mode=best-effort probe-features=true use-sudo=true sudo-non-interactive=true validator';
const PINS = 'expected-decision-id expected-sha256 require-approval-pins require-manifest';
const AGENT = 'api-url tenant project agent-id registry-token';
const PLAN = `${SELECT} ${AGENT} identity-token require-verified-history=true relaxed-policy`;

test.each<[CommandName, string]>([
  ['runtime probe', `${PROBE} out`],
  ['runtime select', `${SELECT} limit=5`],
  ['runtime fetch', FETCH],
  ['runtime execute', `${FETCH} allow-host-load ${LOAD} timeout=2m`],
  ['agent plan', PLAN],
  [
    'agent apply',
    `${PLAN} out-dir=artifacts/agent-selected approve-load ${LOAD} timeout=2m load-policy require-load-policy=true ${PINS}`,
  ],
  [
    'agent preflight',
    `workdir out-dir ${AGENT} artifact-name load-policy require-load-policy=true validator include-load require-config check-host-probe=true json out ${PINS} manifest ${PROBE}`,
  ],
  ['agent status', 'path json'],
  ['agent ledger', 'workdir artifact-name limit=20 json'],
  [
    'agent rollback',
    `workdir ${AGENT} identity-token artifact-name target-profile out-dir out load-policy manifest execute record=true json`,
  ],
  ['agent unload', 'workdir artifact-name pin-path execute recursive allow-non-bpffs record=true json'],
  ['agent revocation-drill', 'workdir load-policy agent-id artifact-name record=true json'],
  ['admin list-tokens', 'workdir json'],
  ['admin revoke-token', 'workdir subject tenant all-tenants project dry-run'],
  ['admin verify-chain', 'workdir json'],
  ['admin audit-export', 'workdir tenant project limit=0 out sign-key sig-out'],
  ['admin audit-verify', 'input sig pubkey trust-envelope-key'],
  ['kernel-freshness', 'baselines crawler-base crawler-file markdown json update-from-report fail-on-stale timeout=4m'],
  [
    'kernel-sweep',
    'profile count=4 series target baselines crawler-base crawler-file profile-dir=vm/profiles matrix-out target-timeout=20m timeout=4m',
  ],
])('%s', (command, flags) => {
  const own = new Map(optionsOf(command).map((row) => [row.name as string, row.default]));
  const missing = flags.split(' ').filter((one) => {
    const [name = '', value] = one.split('=');
    return value === undefined ? !own.has(name) : own.get(name) !== value;
  });
  expect(missing).toEqual([]);
});
