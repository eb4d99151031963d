import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { ledgerPath, withLedger } from '../runtime/ledger.ts';
import { decideLoad, type PolicyDecision } from '../runtime/load-policy.ts';
import { readPolicyFile } from './agent-policy.ts';
import { type Environment, environmentOf } from './services.ts';

export interface DrillOptions extends Environment {
  readonly workdir: string;
  readonly loadPolicy: string;
  readonly agentId: string;
  readonly artifactName: string;
  readonly record: boolean;
}

/** `agent_revocation_drill.v0.1`: `pass` where the policy denies the agent. */
export interface DrillResult {
  readonly schema_version: 'agent_revocation_drill.v0.1';
  readonly status: 'pass' | 'fail';
  readonly agent_id: string;
  readonly policy_path: string;
  readonly decision: PolicyDecision;
  readonly load_ledger_path: string;
}

/** Whether an agent that was revoked is really denied. Loads nothing. @throws UsageError without a policy */
export async function revocationDrill(options: DrillOptions): Promise<DrillResult> {
  const { host, cwd } = environmentOf(options);
  const file = options.loadPolicy || (host.env['BPFCOMPAT_AGENT_LOAD_POLICY_PATH'] ?? '');
  const policy = await readPolicyFile(options, file, 'agent');
  if (policy === undefined)
    throw new UsageError('policy_missing', 'name the load policy that the agent must be revoked in');
  const { agentId, artifactName } = options;
  const decision = decideLoad(policy, {
    agent: agentId,
    tenant: '',
    project: '',
    artifact: artifactName,
    profile: '',
    programTypes: [],
    attachKinds: [],
    kernel: '',
    verified: true,
  });
  // Denied for want of a rule is not revoked: another artifact might be allowed.
  const status = !decision.allowed && decision.rule_name === '' && /revoked/.test(decision.reason) ? 'pass' : 'fail';
  const workdir = resolve(cwd, options.workdir);
  if (options.record)
    await withLedger(host, workdir, (ledger) =>
      ledger.append({ operation: 'revocation_drill', status, agent_id: agentId, policy_reason: decision.reason }),
    );
  return {
    schema_version: 'agent_revocation_drill.v0.1',
    status,
    agent_id: agentId,
    policy_path: resolve(cwd, file),
    decision,
    load_ledger_path: ledgerPath(workdir),
  };
}
