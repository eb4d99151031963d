import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { HostError, UsageError } from '../model/errors.ts';
import { type Audit, writeAudit } from '../runtime/audit.ts';
import type { Execution } from '../runtime/execution.ts';
import { decideLoad, type PolicyDecision } from '../runtime/load-policy.ts';
import type { LoadOptions } from './agent-apply-types.ts';
import { rejectKilled } from './agent-plan.ts';
import { factsOf, readPolicyFile } from './agent-policy.ts';
import { type FetchArtifactOptions, type FetchResult, fetchArtifact } from './runtime-fetch.ts';
import { executeRequest, runWorkerCheck, workerProgram } from './runtime-worker.ts';
import { environmentOf } from './services.ts';

export interface ExecuteOptions extends FetchArtifactOptions, LoadOptions {
  /** Must be true. */
  readonly allowHostLoad: boolean;
  /** Execute policy; empty: none, and then the flag alone decides. */
  readonly loadPolicy: string;
  /** Labels for the policy. Default: none. */
  readonly tenant?: string;
  readonly project?: string;
}

export type ExecuteResult = Pick<FetchResult, 'fetch' | 'selection' | 'host_probe'> & {
  readonly correlation_id: string;
  readonly load_policy?: PolicyDecision;
  readonly execution: Execution;
} & Audit;

async function policyDecision(options: ExecuteOptions, fetched: FetchResult): Promise<PolicyDecision | undefined> {
  const policy = await readPolicyFile(options, options.loadPolicy, 'execute');
  const { selected } = fetched.selection;
  if (policy === undefined || selected === undefined) return undefined;
  const who = { agent: '', tenant: options.tenant ?? '', project: options.project ?? '' };
  const result = decideLoad(policy, factsOf(selected, fetched.host_probe.kernel.release, who));
  if (!result.allowed) throw new HostError('load_policy_denied', `the policy denies this load: ${result.reason}`);
  return result;
}

/**
 * Selects, fetches, and has the worker check the load on this host. Nothing stays loaded.
 * @throws UsageError `host_load_not_allowed`, HostError `kill_switch`, `no_verified_candidate`, `load_policy_denied`
 */
export async function executeArtifact(options: ExecuteOptions): Promise<ExecuteResult> {
  if (!options.allowHostLoad)
    throw new UsageError('host_load_not_allowed', 'nothing is loaded on this host unless that is allowed');
  await rejectKilled(options);
  const { host, cwd, root } = environmentOf(options);
  const fetched = await fetchArtifact(options);
  const { fetch, selection, host_probe: probe } = fetched;
  const workdir = resolve(cwd, options.workdir);
  const entry = { operation: 'execute', selection, probe } as const;
  try {
    if (selection.selected?.match_tier === 'legacy')
      throw new HostError(
        'legacy_evidence',
        'only a row of the history speaks for it: that may be fetched and not loaded',
      );
    const policy = await policyDecision(options, fetched);
    // The switch may have been thrown while bytes came from elsewhere.
    await rejectKilled(options);
    const request = executeRequest(options, cwd, { path: fetch.output_path, sha256: fetch.expected_sha256 });
    const execution = await runWorkerCheck(host, options.worker ?? workerProgram(root), request);
    const status = execution.status === 'pass' ? 'pass' : 'error';
    const audit = await writeAudit(host, workdir, { ...entry, status, more: { fetch, execution } });
    const base = { correlation_id: randomUUID(), fetch, selection, host_probe: probe };
    return { ...base, ...(policy && { load_policy: policy }), execution, ...audit };
  } catch (error) {
    await writeAudit(host, workdir, { ...entry, status: 'error', more: { fetch, error: String(error) } });
    throw error;
  }
}
