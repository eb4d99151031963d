import { resolve } from 'node:path';
import { flag } from '../model/wording.ts';
import { type LedgerRow, ledgerPath, readLedger, withLedger } from '../runtime/ledger.ts';
import { applyAgent, previousGood } from './agent-apply.ts';
import type { ApplyOptions, ApplyResult } from './agent-apply-types.ts';
import { environmentOf } from './services.ts';

export interface RollbackOptions extends ApplyOptions {
  readonly execute: boolean;
  /** Note the plan in the ledger. */
  readonly record: boolean;
}

/** `agent_rollback_plan.v0.1`. */
export interface RollbackPlan {
  readonly schema_version: 'agent_rollback_plan.v0.1';
  readonly status: 'ready' | 'blocked' | 'pass' | 'fail';
  readonly artifact_name: string;
  readonly current?: LedgerRow;
  readonly previous?: LedgerRow;
  readonly rollback_command?: readonly string[];
  readonly recorded_ledger: boolean;
  readonly load_ledger_path: string;
  readonly reason?: string;
  readonly apply?: ApplyResult;
}

function currentOf(rows: readonly LedgerRow[], name: string): LedgerRow | undefined {
  return rows.findLast(
    (row) =>
      row['artifact_name'] === name &&
      (row['operation'] === 'apply' || row['operation'] === 'rollback') &&
      row['selected_sha256'] !== undefined,
  );
}

function commandFor(name: string, digest: string): string[] {
  const words = [flag('artifact-name'), name, flag('digest'), digest, flag('approve'), 'FILE'];
  return ['bpfcompat', 'agent', 'rollback', ...words, flag('execute')];
}

/**
 * Names the object that was good before the current one, and with `execute` checks its load as `apply` does: with the
 * evidence of today, the policy, and an approval of its own.
 */
export async function rollbackAgent(options: RollbackOptions): Promise<RollbackPlan> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const name = options.request.name;
  const { rows, problem } = await readLedger(host, workdir);
  const current = currentOf(rows, name);
  const previous = current && previousGood(rows, name, String(current['selected_sha256']));
  const base = {
    schema_version: 'agent_rollback_plan.v0.1' as const,
    artifact_name: name,
    ...(current && { current }),
    ...(previous && { previous }),
    load_ledger_path: ledgerPath(workdir),
  };
  const reason =
    problem ||
    (current === undefined
      ? 'nothing of that name was ever applied'
      : previous
        ? ''
        : 'no earlier object of that name ended well');
  const record = options.record && problem === '';
  const digest = String(previous?.['selected_sha256'] ?? '');
  if (record)
    await withLedger(host, workdir, (ledger) =>
      ledger.append({
        operation: 'rollback_plan',
        status: reason === '' ? 'ready' : 'blocked',
        agent_id: options.agentId,
        artifact_name: name,
        previous_loaded_sha256: digest || undefined,
        notes: reason || undefined,
      }),
    );
  if (reason !== '') return { ...base, status: 'blocked', recorded_ledger: record, reason };
  const plan = { ...base, recorded_ledger: record, rollback_command: commandFor(name, digest) };
  if (!options.execute) return { ...plan, status: 'ready' };
  if (options.approve === '')
    return {
      ...plan,
      status: 'blocked',
      reason: 'a rollback needs an approval of its own (agent plan, agent approve)',
    };
  const apply = await applyAgent({
    ...options,
    operation: 'rollback',
    approveLoad: true,
    request: { ...options.request, sha256: digest },
  });
  const isGood = apply.execution?.status === 'pass';
  return { ...plan, status: isGood ? 'pass' : 'fail', ...(apply.error && { reason: apply.error.message }), apply };
}
