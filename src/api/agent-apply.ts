import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { codeOf, messageOf } from '../model/errors.ts';
import { type CheckedApproval, checkApproval } from '../runtime/approval.ts';
import { type LedgerFacts, type LedgerRow, ledgerPath, type OpenLedger, withLedger } from '../runtime/ledger.ts';
import { claimApproval } from '../runtime/used-approvals.ts';
import type { ApplyOptions, ApplyResult, Draft } from './agent-apply-types.ts';
import { checkManifest, checkPins, checkPolicy, checkValidator, denied, policyOf } from './agent-gates.ts';
import { decisionOf, rejectKilled, strictly } from './agent-plan.ts';
import { fetchSelected, reasonsOf } from './runtime-fetch.ts';
import { loadBelief, selectArtifact } from './runtime-select.ts';
import { executeRequest, runWorkerCheck, workerProgram } from './runtime-worker.ts';
import { environmentOf } from './services.ts';

/** What every row of this call says. */
function rowFacts(options: ApplyOptions, draft: Draft) {
  const selected = draft.decision?.selection.selected;
  const { rule_name: rule, action, reason, policy_sha256: digest } = draft.load_policy ?? {};
  return {
    operation: options.operation ?? 'apply',
    agent_id: options.agentId,
    host_id: draft.decision?.host_id,
    kernel_build_id: draft.decision?.kernel_build_id,
    tenant: options.tenant || undefined,
    project: options.project || undefined,
    artifact_name: options.request.name,
    selected_version: selected?.artifact_version,
    selected_sha256: selected?.sha256,
    artifact_path: draft.fetch?.output_path,
    decision_id: draft.decision?.decision_id,
    host_profile_hint: draft.decision?.host_profile_hint,
    load_approved: options.approveLoad,
    approval_pins_required: options.requireApprovalPins,
    approval_expected_decision_id: options.expectedDecisionId || undefined,
    approval_expected_sha256: options.expectedSha256 || undefined,
    manifest_path: options.manifest || undefined,
    manifest_sha256: draft.manifest_intent?.sha256,
    policy_rule: rule,
    policy_action: action,
    policy_reason: reason,
    policy_sha256: digest,
  };
}

/** The objects of this name that a load ended well for, the newest last. What a rollback went behind is none any more. */
function goodOnes(rows: readonly LedgerRow[], name: string): LedgerRow[] {
  const good: LedgerRow[] = [];
  for (const row of rows) {
    const { artifact_name: own, status, operation, selected_sha256: digest } = row;
    if (own !== name || status !== 'pass' || (operation !== 'apply' && operation !== 'rollback')) continue;
    const before = good.findLastIndex((one) => one['selected_sha256'] === digest);
    if (before >= 0 && (operation === 'rollback' || before === good.length - 1)) good.length = before;
    good.push(row);
  }
  return good;
}

/** The last good object of this name with another digest than this one. */
export function previousGood(rows: readonly LedgerRow[], name: string, digest: string): LedgerRow | undefined {
  return goodOnes(rows, name).findLast((row) => row['selected_sha256'] !== digest);
}

async function checkApprovalFile(options: ApplyOptions, ledger: OpenLedger, draft: Draft): Promise<void> {
  draft.phase = 'approval';
  const { host, cwd } = environmentOf(options);
  if (options.approve === '') return;
  const { decision } = draft;
  const { trust } = await loadBelief({ ...options, index: '' });
  const checked: CheckedApproval = checkApproval(
    await host.files.readHead(resolve(cwd, options.approve), 1024 * 1024 + 1),
    {
      trust,
      now: host.now(),
      rows: ledger.rows,
      scope: {
        decisionId: decision?.decision_id ?? '',
        sha256: decision?.selection.selected?.sha256 ?? '',
        hostId: decision?.host_id ?? '',
        kernelBuildId: decision?.kernel_build_id ?? '',
      },
    },
  );
  if (!checked.ok) throw denied(checked.code, `the approval ${options.approve}: ${checked.detail}`);
  draft.approval = { approver: checked.approver, nonce: checked.approval.nonce };
}

function workdirOf(options: ApplyOptions): string {
  return resolve(environmentOf(options).cwd, options.workdir);
}

/** The approval is used up, on the disk, before anything is loaded: power may go in between. */
async function load(options: ApplyOptions, ledger: OpenLedger, draft: Draft): Promise<void> {
  const { host, cwd, root } = environmentOf(options);
  await checkApprovalFile(options, ledger, draft);
  draft.phase = 'ledger';
  const facts = rowFacts(options, draft);
  const previous = previousGood(ledger.rows, options.request.name, String(facts.selected_sha256));
  const nonce = draft.approval?.nonce;
  if (nonce !== undefined) await claimApproval(host, nonce, `${workdirOf(options)}: ${facts.decision_id}`);
  await ledger.append({
    ...facts,
    operation: 'approve',
    // Without a signed approval it was the flag of whoever started this, which the policy lets suffice.
    status: nonce === undefined ? 'unsigned' : 'used',
    approval_nonce: nonce,
    approver: draft.approval?.approver,
  });
  draft.phase = 'load';
  await rejectKilled(options);
  const object = { path: draft.fetch?.output_path ?? '', sha256: String(facts.selected_sha256) };
  const request = executeRequest(options, cwd, object, draft.manifest_intent?.sha256);
  const execution = await runWorkerCheck(host, options.worker ?? workerProgram(root), request);
  draft.execution = execution;
  draft.load_ledger = await ledger.append({
    ...facts,
    status: execution.status,
    approver: draft.approval?.approver,
    execution_run_dir: execution.run_dir,
    previous_loaded_version: previous?.['selected_version'],
    previous_loaded_sha256: previous?.['selected_sha256'],
    notes: 'load check: nothing stays loaded',
  });
  draft.phase = 'done';
}

async function prepare(options: ApplyOptions, draft: Draft): Promise<void> {
  draft.phase = 'kill_switch';
  await rejectKilled(options);
  const policy = await policyOf(options, draft);
  draft.phase = 'select';
  const made = await selectArtifact(options);
  draft.host_probe = made.probe;
  draft.decision = await decisionOf(options, made, options.approveLoad);
  if (made.selection.selected === undefined)
    throw denied(
      'no_verified_candidate',
      `no verified artifact ${options.request.name} for this host: ${reasonsOf(made.selection)}`,
    );
  checkPins(options, made.selection, draft);
  draft.phase = 'fetch';
  const { fetch, selection: _selection, host_probe: _probe, ...audit } = await fetchSelected(options, made);
  draft.fetch = fetch;
  draft.plan_audit = audit;
  await checkManifest(options, draft);
  if (policy && options.approveLoad) checkPolicy(options, policy, made, draft);
  if (options.approveLoad) await checkValidator(options, draft);
}

async function recordDenial(options: ApplyOptions, draft: Draft, ledger: OpenLedger | undefined): Promise<void> {
  const { host } = environmentOf(options);
  const facts: LedgerFacts = {
    ...rowFacts(options, draft),
    status: draft.phase === 'load' ? 'error' : 'denied',
    error: `${draft.error?.code}: ${draft.error?.message}`,
    phase: draft.phase,
  };
  try {
    const write = async (own: OpenLedger): Promise<void> => {
      draft.load_ledger = await own.append(facts);
    };
    await (ledger ? write(ledger) : withLedger(host, workdirOf(options), write));
  } catch (error) {
    draft.load_ledger_error = messageOf(error);
  }
}

function resultOf(host: Host, draft: Draft, workdir: string): ApplyResult {
  const { phase = '', ...rest } = draft;
  const isError = draft.error !== undefined;
  return {
    schema_version: isError ? 'agent_apply_error.v0.1' : 'agent_apply.v0.1',
    created_at: host.now().toISOString(),
    phase,
    ...rest,
    load_ledger_path: ledgerPath(workdir),
  };
}

/**
 * Decides again, holds every gate against it, and has the worker check the load where one was approved. Nothing stays loaded.
 * Every denial is a row of the ledger. Never throws: a result with `error` says in which phase it ended.
 */
export async function applyAgent(given: ApplyOptions): Promise<ApplyResult> {
  const options = { ...given, ...strictly(given) };
  const { host } = environmentOf(options);
  const workdir = workdirOf(options);
  const draft: Draft = {};
  let open: OpenLedger | undefined;
  const fail = async (error: unknown): Promise<void> => {
    draft.error = { code: codeOf(error), message: messageOf(error) };
    await recordDenial(options, draft, open);
  };
  try {
    await prepare(options, draft);
    if (!options.approveLoad) {
      draft.phase = 'done';
      return resultOf(host, { ...draft, load_skipped: true }, workdir);
    }
    draft.phase = 'ledger';
    await withLedger(host, workdir, async (ledger) => {
      open = ledger;
      await load(options, ledger, draft).catch(fail);
    });
  } catch (error) {
    open = undefined;
    await fail(error);
  }
  return resultOf(host, draft, workdir);
}
