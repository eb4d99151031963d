import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { factsOf, readPolicyFile } from '../api/agent-policy.ts';
import { probeHost } from '../api/runtime-probe.ts';
import { selectArtifact } from '../api/runtime-select.ts';
import { userId } from '../host/user-id.ts';
import { isKilled } from '../runtime/agent-host.ts';
import { noteDenial, writeAudit } from '../runtime/audit.ts';
import { awaitResult, putRequest, type QueuedResult, type QueueTimes } from '../runtime/execute-queue.ts';
import { decideLoad } from '../runtime/load-policy.ts';
import type { Caller } from './access.ts';
import { endOf, LATE, noteLateResult } from './late-result.ts';
import { isLocalCaller } from './local-caller.ts';
import { ApiError, withoutDirectories } from './problem.ts';
import type { BodyOf } from './routes.ts';
import { noneSelected, optionsOf } from './runtime.ts';
import type { Services } from './services.ts';
import { needSpace } from './space.ts';

/** How long the agent has. After that the response is 202: it may still load, and the decisions say so. */
const TIMES: QueueTimes = { takenMs: 10_000, doneMs: 60_000, pause: () => sleep(200) };
/** A request that nobody took by then is carried out by nobody. */
const EXPIRES_MS = 60_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function headerOf({ headers }: FastifyRequest, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.slice(0, 256) ?? '';
}

/** The gates before anything of the caller is looked at. @throws ApiError 403, 503 */
export async function openExecute({ host, settings }: Services): Promise<void> {
  const { env, workdir } = settings;
  if (!env.runtimeExecute)
    throw new ApiError(
      403,
      'execute_disabled',
      'load checks on this host are switched off (BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE)',
    );
  if (env.executeKillSwitch || (await isKilled(host, workdir)))
    throw new ApiError(503, 'kill_switch', 'the kill switch is on: nothing is loaded until its operator removes it');
}

/** Writes a denial down, whichever gate it was. */
async function noteExecuteDenial(error: unknown, { host, settings }: Services): Promise<void> {
  const code = error instanceof ApiError ? error.code : 'error';
  await noteDenial(host, settings.workdir, { operation: 'execute', source: 'api', code });
}

/** Of denials before there is a caller, so often one of each code is written down: anybody may cause as many as they like. */
const PAUSE_MS = 60_000;
const noted = new WeakMap<Services, Map<string, number>>();

/**
 * Writes a denial down for which nobody has shown who they are. Else lines of nobody would cost a lock each, and push the
 * decisions out of the stream.
 */
export async function noteUnknownDenial(error: unknown, services: Services): Promise<void> {
  const code = error instanceof ApiError ? error.code : 'error';
  const known = noted.get(services) ?? new Map<string, number>();
  noted.set(services, known);
  const now = services.host.monotonicMs();
  if (now - (known.get(code) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return;
  known.set(code, now);
  await noteExecuteDenial(error, services);
}

function checkApproval(request: FastifyRequest, { settings }: Services): void {
  const { executeApproval: expected } = settings.env;
  if (expected === '')
    throw new ApiError(
      503,
      'approval_not_configured',
      'the server has no approval token (BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN)',
    );
  const said = headerOf(request, 'x-execute-approval-token');
  if (!timingSafeEqual(digest(said), digest(expected)))
    throw new ApiError(403, 'approval_wrong', 'the header X-Execute-Approval-Token has not the approval token');
}

function checkPeer(request: FastifyRequest, caller: Caller, services: Services): void {
  if (caller.kind === 'certificate' || isLocalCaller(request, services)) return;
  throw new ApiError(403, 'loopback_only', 'load checks are for callers on the same machine, or with a certificate');
}

async function policyOf({ host, settings }: Services) {
  const policy = await readPolicyFile({ host, cwd: settings.cwd }, settings.env.executePolicy, 'execute');
  if (policy !== undefined) return policy;
  throw new ApiError(
    503,
    'policy_missing',
    'the server has no execute policy (BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH), and without one nothing is loaded',
  );
}

async function agentUser({ host, settings }: Services): Promise<number | undefined> {
  const { executeWorkerUser: user, executeNeedsIdentity } = settings.env;
  if (user !== '') return userId(host, user, 'BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER');
  // No one else's results count where no one is named: whoever may write into the queue could make them.
  if (!executeNeedsIdentity) return process.getuid?.();
  throw new ApiError(
    503,
    'worker_identity_missing',
    'the user of the agent is required and not configured (BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER)',
  );
}

const STATUS: Readonly<Record<string, number>> = { kill_switch: 503, no_verified_candidate: 412 };

/** Names of files, and not where they lie on this machine. */
function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('/') ? basename(value) : withoutDirectories(value);
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutPlaces(one)]));
}

function bodyOf({ error, result }: QueuedResult) {
  if (error !== undefined)
    throw new ApiError(
      STATUS[error.code] ?? 403,
      error.code,
      `the agent denied it: ${withoutDirectories(error.message)}`,
    );
  const { audit: _own, audit_error: _problem, ...rest } = (result ?? {}) as Record<string, unknown>;
  return withoutPlaces(rest) as Record<string, unknown>;
}

interface Executing {
  readonly body: BodyOf<'runtimeExecute'>;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly services: Services;
}

/** A decision for this host that the policy lets through. @throws ApiError 403, 412 */
async function decided({ body, reply, request, services }: Executing) {
  const { host, settings } = services;
  const policy = await policyOf(services);
  const probe = await probeHost({ host, cwd: settings.cwd });
  const options = await optionsOf(
    { ...body, variant: '', host_probe: probe, require_verified_history: true },
    true,
    services,
  );
  const made = await selectArtifact(options);
  const { selected } = made.selection;
  if (selected?.sha256 === undefined || selected.match_tier === 'legacy')
    return { none: noneSelected(reply, request.id, made.selection) };
  const who = { agent: '', tenant: body.tenant, project: body.project };
  const response = decideLoad(policy, factsOf(selected, probe.kernel.release, who));
  if (!response.allowed)
    throw new ApiError(403, 'load_policy_denied', `the policy denies this load: ${response.reason}`);
  return { made, sha256: selected.sha256, policy: response };
}

/** Who wanted it, as far as that is known, and who is said to have approved it. */
function claimsOf({ caller, request }: Executing) {
  return {
    subject: caller.kind === 'nobody' ? '' : caller.subject.slice(0, 256),
    approved_by: headerOf(request, 'x-execute-approved-by'),
  };
}

/** Leaves the agent a request, and waits for its response. */
async function throughAgent(executing: Executing, sha256: string, uid: number | undefined, times: QueueTimes) {
  const { body, services } = executing;
  const { host, settings } = services;
  const queue = join(settings.workdir, 'execute-queue');
  const id = `exe_${randomBytes(16).toString('hex')}`;
  const now = host.now().getTime();
  const { artifact_name, version, target_profile, tenant, project, attach_mode, probe_features } = body;
  await putRequest(host, queue, {
    schema_version: 'runtime_execute_request.v0.1',
    id,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + EXPIRES_MS).toISOString(),
    ...{ artifact_name, version, target_profile, sha256, tenant, project, attach_mode, probe_features },
    ...claimsOf(executing),
  });
  return { id, queue, response: await awaitResult(host, queue, { id, uid, times }) };
}

/** The gates after the credential, in order; then the agent decides by its own. @throws ApiError */
async function queued(executing: Executing, times: QueueTimes, late: QueueTimes) {
  const { caller, request, reply, services } = executing;
  const { host, settings } = services;
  checkApproval(request, services);
  checkPeer(request, caller, services);
  const uid = await agentUser(services);
  await needSpace(services);
  const found = await decided(executing);
  if ('none' in found) return found.none;
  const { made, sha256, policy } = found;
  // The switch may have been thrown while it was decided.
  await openExecute(services);
  const { id, queue, response } = await throughAgent(executing, sha256, uid, times);
  const isDone = typeof response !== 'string' && response.error === undefined;
  const more = { ...claimsOf(executing), load_policy: policy };
  await writeAudit(host, settings.workdir, {
    ...{ source: 'api', operation: 'execute', status: isDone ? 'pass' : 'error' },
    ...{ selection: made.selection, probe: made.probe },
    ...{ more, ended: endOf(id, response) },
  });
  if (response === 'no_agent')
    throw new ApiError(503, 'no_agent', 'no agent of this host took the request ("bpfcompat agent work")', {
      retryAfter: 60,
    });
  if (response !== 'pending') return { ...bodyOf(response), correlation_id: id };
  void noteLateResult({ id, queue, uid, made, more }, services, late);
  reply.code(202);
  return { correlation_id: id, state: 'running', decision_id: made.selection.decision_id };
}

/**
 * Has the local agent check a load on this host. This process never loads anything.
 * @throws ApiError with the code of the first gate that does not hold, which is written down
 */
export async function execute(executing: Executing, times = TIMES, late = LATE) {
  try {
    return await queued(executing, times, late);
  } catch (error) {
    await noteExecuteDenial(error, executing.services);
    throw error;
  }
}
