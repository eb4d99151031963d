import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { userId } from '../host/user-id.ts';
import { codeOf, messageOf, UsageError } from '../model/errors.ts';
import { putResult, type QueuedRequest, takeRequest } from '../runtime/execute-queue.ts';
import { AGENT_LIMITS, NO_LIMITS } from '../runtime/load-limits.ts';
import type { LoadOptions } from './agent-apply-types.ts';
import { rejectKilled } from './agent-plan.ts';
import { executeArtifact } from './runtime-execute.ts';
import type { EvidencePlace } from './runtime-select.ts';
import { environmentOf } from './services.ts';

export interface WorkOptions extends EvidencePlace, Omit<LoadOptions, 'attachMode' | 'probeFeatures'> {
  /** Directory of the queue: `execute-queue` in the work directory of the server. */
  readonly queue: string;
  /** Whose requests are taken: name or number; empty: those of this user. */
  readonly queueUser: string;
  readonly allowHostLoad: boolean;
  /** Execute policy; needed. */
  readonly loadPolicy: string;
  readonly outDir: string;
  readonly sources: readonly string[];
  /** After this long without a request it ends. */
  readonly idleMs: number;
  /** It ends after that many requests, too. Default: however many come. */
  readonly most?: number;
}

/** `agent_work.v0.1`: what became of each request. */
export interface WorkResult {
  readonly schema_version: 'agent_work.v0.1';
  readonly requests: readonly { readonly id: string; readonly status: string; readonly code?: string }[];
}

const POLL_MS = 500;

/** Decides anew for this host, by what this agent believes, and checks the load of the one object that was requested. */
async function execute(options: WorkOptions, wanted: QueuedRequest) {
  const { host } = environmentOf(options);
  if (host.now().getTime() >= Date.parse(wanted.expires_at))
    throw new UsageError('request_expired', `it had to be carried out before ${wanted.expires_at}`);
  return executeArtifact({
    ...options,
    hostFile: '',
    limit: 0,
    policy: { ...NO_LIMITS, ...AGENT_LIMITS },
    request: {
      name: wanted.artifact_name,
      version: wanted.version,
      variant: '',
      sha256: wanted.sha256,
      profile: wanted.target_profile,
    },
    tenant: wanted.tenant,
    project: wanted.project,
    attachMode: wanted.attach_mode,
    probeFeatures: wanted.probe_features,
  });
}

/**
 * Carries out the load checks that an API server queued, each behind the gates of `runtime execute` and by the policy of this
 * agent. Nothing stays loaded.
 * @throws UsageError `host_load_not_allowed`, `policy_missing`; HostError `kill_switch`, `queue_unusable`
 */
export async function workQueue(options: WorkOptions): Promise<WorkResult> {
  if (!options.allowHostLoad)
    throw new UsageError('host_load_not_allowed', 'nothing is loaded on this host unless that is allowed');
  if (options.loadPolicy === '')
    throw new UsageError(
      'policy_missing',
      'there is no execute policy, and without one nothing is loaded (docs/runtime-execute-policy.md)',
    );
  const { host, cwd } = environmentOf(options);
  const queue = resolve(cwd, options.queue);
  const uid = options.queueUser === '' ? process.getuid?.() : await userId(host, options.queueUser, 'the queue');
  const requests: { id: string; status: string; code?: string }[] = [];
  let until = host.monotonicMs() + options.idleMs;
  for (;;) {
    if (requests.length >= (options.most ?? Number.POSITIVE_INFINITY))
      return { schema_version: 'agent_work.v0.1', requests };
    await rejectKilled(options);
    let wanted: QueuedRequest | undefined;
    try {
      wanted = await takeRequest(host, queue, uid);
    } catch (error) {
      if (!['queue_owner', 'queue_request'].includes(codeOf(error))) throw error;
      // It is gone, and nobody waits for it who may.
      requests.push({ id: '', status: 'denied', code: codeOf(error) });
      continue;
    }
    if (wanted === undefined) {
      if (host.monotonicMs() >= until) return { schema_version: 'agent_work.v0.1', requests };
      await sleep(POLL_MS);
      continue;
    }
    const { id } = wanted;
    until = host.monotonicMs() + options.idleMs;
    try {
      const result = await execute(options, wanted);
      requests.push({ id, status: result.execution.status });
      await putResult(host, queue, { id, result: { ...result } });
    } catch (error) {
      const code = codeOf(error);
      requests.push({ id, status: 'denied', code });
      await putResult(host, queue, { id, error: { code, message: messageOf(error) } });
    }
  }
}
