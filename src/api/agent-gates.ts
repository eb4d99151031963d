import { resolve } from 'node:path';
import { readManifest } from '../config/manifest.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { findValidator } from '../run/validator-binary.ts';
import { sha256 } from '../runtime/canonical.ts';
import type { Selection } from '../runtime/decision.ts';
import { MAX_MANIFEST_BYTES } from '../runtime/execution.ts';
import { agentProblem, decideLoad, type LoadPolicy } from '../runtime/load-policy.ts';
import type { Probe } from '../runtime/probe.ts';
import type { ApplyOptions, Draft } from './agent-apply-types.ts';
import { factsOf, readPolicyFile } from './agent-policy.ts';
import { environmentOf } from './services.ts';

/** A selection that was made for this host. */
export interface Made {
  readonly selection: Selection;
  readonly probe: Probe;
}

export function denied(code: string, message: string): HostError {
  return new HostError(code, message);
}

export async function policyOf(options: ApplyOptions, draft: Draft): Promise<LoadPolicy | undefined> {
  draft.phase = 'load_policy';
  const { host } = environmentOf(options);
  const file = options.loadPolicy || (host.env['BPFCOMPAT_AGENT_LOAD_POLICY_PATH'] ?? '');
  const policy = await readPolicyFile(options, file, 'agent');
  const isNeeded = options.requireLoadPolicy || options.approveLoad;
  if (policy === undefined && isNeeded)
    throw new UsageError(
      'policy_missing',
      'there is no load policy, and without one nothing is loaded (docs/runtime-execute-policy.md)',
    );
  const problem = policy ? agentProblem(policy, options.agentId) : '';
  if (problem !== '') throw denied('agent_revoked', problem);
  return policy;
}

export function checkPins(options: ApplyOptions, { decision_id: id, selected }: Selection, draft: Draft): void {
  draft.phase = 'approval_pins';
  const { expectedDecisionId: decision, expectedSha256: digest, requireApprovalPins: required } = options;
  if (required && (decision === '' || digest === ''))
    throw denied('approval_pins_missing', 'pins are required: name the decision and the digest that were approved');
  const wrong = (decision !== '' && decision !== id) || (digest !== '' && digest !== selected?.sha256);
  draft.approval_pins = {
    required,
    ...(decision !== '' && { expected_decision_id: decision }),
    ...(digest !== '' && { expected_sha256: digest }),
    verified: !wrong && decision !== '' && digest !== '',
  };
  if (wrong)
    throw denied(
      'approval_pins_mismatch',
      `this is decision ${id} about ${selected?.sha256}, and another one was approved`,
    );
}

export async function checkManifest(options: ApplyOptions, draft: Draft): Promise<void> {
  draft.phase = 'manifest_intent';
  const { host, cwd } = environmentOf(options);
  const { manifest, requireManifest: required } = options;
  if (manifest === '') {
    if (required) throw denied('manifest_missing', 'a manifest is required: name the one that says what is loaded');
    draft.manifest_intent = { required, valid: false };
    return;
  }
  const file = resolve(cwd, manifest);
  const bytes = await host.files.read(file, MAX_MANIFEST_BYTES);
  const { programs } = readManifest({ file, text: bytes.toString('utf8') });
  draft.manifest_intent = { required, path: file, program_count: programs.length, valid: true, sha256: sha256(bytes) };
}

/** What could not check any load must not use an approval up. */
export async function checkValidator(options: ApplyOptions, draft: Draft): Promise<void> {
  draft.phase = 'validator';
  const { host, cwd, root } = environmentOf(options);
  const env = {
    ...host.env,
    ...(options.validator !== '' && { BPFCOMPAT_VALIDATOR_BIN: resolve(cwd, options.validator) }),
  };
  if (options.worker === undefined) await findValidator({ ...host, env }, root, host.arch);
}

export function checkPolicy(options: ApplyOptions, policy: LoadPolicy, made: Made, draft: Draft): void {
  draft.phase = 'load_policy';
  const { selected } = made.selection;
  if (selected === undefined) return;
  const { agentId: agent, tenant, project } = options;
  const result = decideLoad(policy, factsOf(selected, made.probe.kernel.release, { agent, tenant, project }));
  draft.load_policy = result;
  if (!result.allowed) throw denied('load_policy_denied', result.reason);
  if (policy.requireApproval && options.approve === '')
    throw denied(
      'approval_missing',
      'the load policy requires an approval that an operator signed ("bpfcompat agent approve"); name its file',
    );
  if (selected.match_tier === 'legacy')
    throw denied('legacy_evidence', 'only a row of the history speaks for it: that may be fetched and not loaded');
}
