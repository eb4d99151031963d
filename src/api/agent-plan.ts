import { resolve } from 'node:path';
import { HostError } from '../model/errors.ts';
import { EXPERIMENTAL } from '../model/experimental.ts';
import { hostId, isKilled, killSwitchPath } from '../runtime/agent-host.ts';
import type { Audit } from '../runtime/audit.ts';
import type { Selection } from '../runtime/decision.ts';
import type { Probe } from '../runtime/probe.ts';
import { type FetchArtifactOptions, type FetchResult, fetchSelected } from './runtime-fetch.ts';
import { selectArtifact } from './runtime-select.ts';
import { type Environment, environmentOf } from './services.ts';

export interface AgentOptions extends FetchArtifactOptions {
  readonly agentId: string;
  /** Labels for the load policy. */
  readonly tenant: string;
  readonly project: string;
  /** Without it the whole run that the evidence is of must have passed. */
  readonly relaxedPolicy: boolean;
}

/** `agent_decision.v0.1` (docs/production-runtime-agent-alpha.md). */
export interface AgentDecision {
  readonly schema_version: 'agent_decision.v0.1';
  readonly notice: string;
  readonly decision_id: string;
  readonly created_at: string;
  readonly tenant?: string;
  readonly project?: string;
  readonly agent_id: string;
  /** Absent: this host has no machine-id, and no approval can be bound to it. */
  readonly host_id?: string;
  readonly kernel_build_id?: string;
  readonly artifact_name: string;
  readonly requested_version?: string;
  readonly target_profile?: string;
  readonly host_profile_hint: string;
  readonly policy: Selection['policy'];
  readonly selection: Selection;
  /** Absent: none may be used. */
  readonly selected_artifact?: Readonly<Record<string, unknown>>;
  readonly approval_required: true;
  readonly load_approved: boolean;
}

export interface AgentPlan {
  readonly decision: AgentDecision;
  readonly host_probe: Probe;
  readonly fetch?: FetchResult['fetch'];
  readonly audit?: Audit;
}

/** @throws HostError `kill_switch` where the file is there: before anything else is looked at */
export async function rejectKilled(options: Environment & { readonly workdir: string }): Promise<void> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  if (!(await isKilled(host, workdir))) return;
  throw new HostError(
    'kill_switch',
    `${killSwitchPath(host, workdir)} is there: this agent does nothing until it is removed`,
  );
}

/** The limits of a plan: those that were given, and the strict ones unless the plan is relaxed. */
export function strictly(options: AgentOptions): AgentOptions {
  if (options.relaxedPolicy) return options;
  const policy = { ...options.policy, require_summary_pass: true, max_required_failed: 0 };
  return { ...options, policy };
}

function selectedArtifact({ selected }: Selection) {
  if (selected === undefined) return undefined;
  const { artifact_name: name, artifact_version: version, artifact_variant: variant, ...rest } = selected;
  return { name, version, ...(variant !== undefined && { variant }), ...rest };
}

/** The decision as the agent writes it. */
export async function decisionOf(
  options: AgentOptions,
  { selection, probe }: { readonly selection: Selection; readonly probe: Probe },
  loadApproved: boolean,
): Promise<AgentDecision> {
  const { host } = environmentOf(options);
  const id = await hostId(host);
  const { request, tenant, project } = options;
  const artifact = selectedArtifact(selection);
  return {
    schema_version: 'agent_decision.v0.1',
    notice: EXPERIMENTAL,
    decision_id: selection.decision_id,
    created_at: host.now().toISOString(),
    ...(tenant !== '' && { tenant }),
    ...(project !== '' && { project }),
    agent_id: options.agentId,
    ...(id !== undefined && { host_id: id }),
    ...(probe.identity.build_id !== undefined && { kernel_build_id: probe.identity.build_id }),
    artifact_name: request.name,
    ...(request.version !== '' && { requested_version: request.version }),
    ...(request.profile !== '' && { target_profile: request.profile }),
    host_profile_hint: selection.host_profile_hint,
    policy: selection.policy,
    selection,
    ...(artifact && { selected_artifact: artifact }),
    approval_required: true,
    load_approved: loadApproved,
  };
}

/**
 * Probes, selects and fetches. Loads nothing. Where none may be used, the result has a decision without an artifact.
 * @throws HostError `kill_switch`, and for bytes that are not those of the evidence
 */
export async function planAgent(given: AgentOptions): Promise<AgentPlan> {
  await rejectKilled(given);
  const options = strictly(given);
  const made = await selectArtifact(options);
  const decision = await decisionOf(options, made, false);
  if (made.selection.selected === undefined) return { decision, host_probe: made.probe };
  const { fetch, selection: _selection, host_probe, ...audit } = await fetchSelected(options, made);
  return { decision, host_probe, fetch, audit };
}
