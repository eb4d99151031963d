import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { ApplyResult } from './agent-apply-types.ts';
import { type Environment, environmentOf } from './services.ts';

const MAX_RESULT = 16 * 1024 * 1024;

/** `agent_status.v0.1`: what the last `agent apply` ended with. */
export interface AgentStatus {
  readonly schema_version: 'agent_status.v0.1';
  readonly healthy: boolean;
  readonly source_path: string;
  readonly updated_at?: string | undefined;
  readonly [key: string]: unknown;
}

function loadStatus({ execution, load_skipped: skipped, error, phase }: ApplyResult): string {
  if (execution !== undefined) return execution.status;
  if (skipped) return 'skipped';
  if (error === undefined) return 'unknown';
  // A check that began and came to no result was not denied.
  return phase === 'load' ? 'error' : 'denied';
}

function known(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
}

/** Says how the last apply ended. @param file its output @throws UsageError for a file that is no such output */
export async function agentStatus(options: Environment & { readonly file: string }): Promise<AgentStatus> {
  const { host, cwd } = environmentOf(options);
  const path = resolve(cwd, options.file);
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError('status_unreadable', `${path}: ${why}; "bpfcompat agent apply" writes it`, { cause });
  if ((await host.files.stat(path)) === undefined) throw wrong('there is no such file');
  let last: ApplyResult;
  try {
    last = JSON.parse((await host.files.read(path, MAX_RESULT)).toString('utf8')) as ApplyResult;
    if (!/^agent_apply/.test(last.schema_version)) throw new TypeError('another schema');
  } catch (cause) {
    throw wrong('this is no result of an apply', cause);
  }
  const { decision, load_ledger: row, error } = last;
  const selected = decision?.selection?.selected;
  const status = loadStatus(last);
  const healthy =
    error === undefined && (status === 'pass' || status === 'skipped') && last.load_ledger_error === undefined;
  return {
    schema_version: 'agent_status.v0.1',
    healthy,
    source_path: path,
    fetch_status: last.fetch === undefined ? 'none' : 'pass',
    load_approved: decision?.load_approved ?? false,
    load_status: status,
    history_verified: last.fetch?.verified ?? false,
    required_passed: selected?.required_passed ?? 0,
    required_failed: selected?.required_failed ?? 0,
    ...known({
      updated_at: last.created_at,
      agent_id: decision?.agent_id,
      artifact_name: decision?.artifact_name,
      selected_version: selected?.artifact_version,
      selected_sha256: selected?.sha256,
      target_profile: decision?.target_profile,
      decision_id: decision?.decision_id,
      fetch_output_path: last.fetch?.output_path,
      load_policy_status: last.load_policy?.action,
      load_policy_rule: last.load_policy?.rule_name,
      audit_status: last.plan_audit === undefined ? undefined : 'audit' in last.plan_audit ? 'pass' : 'error',
      load_ledger_path: last.load_ledger_path,
      previous_loaded_version: row?.['previous_loaded_version'],
      last_error: error?.message,
      last_error_phase: error && last.phase,
      summary_status: selected?.summary_status,
      host_profile_hint: decision?.host_profile_hint,
      candidates_reviewed: decision?.selection?.candidates_reviewed,
      candidates_accepted: decision?.selection?.candidates_accepted,
    }),
  };
}
