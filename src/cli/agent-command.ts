import { hostname } from 'node:os';
import { applyAgent } from '../api/agent-apply.ts';
import type { ApplyOptions, ApplyResult } from '../api/agent-apply-types.ts';
import { approveDecision } from '../api/agent-approve.ts';
import { revocationDrill } from '../api/agent-drill.ts';
import { agentLedger } from '../api/agent-ledger.ts';
import { type AgentOptions, planAgent } from '../api/agent-plan.ts';
import { preflightAgent } from '../api/agent-preflight.ts';
import { rollbackAgent } from '../api/agent-rollback.ts';
import { agentStatus } from '../api/agent-status.ts';
import { unloadAgent } from '../api/agent-unload.ts';
import { workQueue } from '../api/agent-work.ts';
import type { checkAgentApplyOptions, checkAgentRollbackOptions } from '../config/agent-options.ts';
import type { ValuesOf } from '../config/options.ts';
import type { ParsedArgs } from '../config/parse-args.ts';
import { option, phrase, spell } from '../model/wording.ts';
import { printedJson } from '../report/escape.ts';
import type { Io } from './io.ts';
import { saveJson } from './save-json.ts';
import { aroundOf, selectOptions } from './select-options.ts';

export type AgentCommand = Extract<ParsedArgs, { command: `agent ${string}` }>;

const LAST_RESULT = '/var/lib/bpfcompat-agent/last-apply.json';

const EXIT_ERROR = 1;
/** A verdict that is no: unhealthy, not ready, not denied, a load that failed. */
const EXIT_NO = 2;

async function print(io: Io, out: string, value: unknown): Promise<void> {
  await saveJson(io, out, value);
  io.out(printedJson(value));
}

/** Flags of earlier versions with secrets for a server. */
const LOST = [
  ['registryToken', 'registry-token'],
  ['identityToken', 'identity-token'],
] as const;

function noteLost(values: object, io: Io): void {
  const set = new Map(Object.entries(values));
  for (const [key, name] of LOST) {
    if ((set.get(key) ?? '') === '') continue;
    const words = phrase`${option(name)} has no effect: the agent decides by the evidence it has and calls no server`;
    io.err(`note: ${spell(words, io.face)}\n`);
  }
}

/** Commands of the agent (docs/production-runtime-agent-alpha.md); only the worker that `apply` starts loads anything. */
export async function agentCommand(parsed: AgentCommand, io: Io): Promise<number> {
  noteLost(parsed.options, io);
  switch (parsed.command) {
    case 'agent preflight':
      return preflight(parsed.options, io);
    case 'agent plan':
      return plan(parsed.options, io);
    case 'agent approve':
      return approve(parsed.options, io);
    case 'agent apply':
      return apply(parsed.options, io);
    case 'agent rollback':
      return rollback(parsed.options, io);
    case 'agent work':
      return work(parsed.options, io);
    case 'agent status':
    case 'agent ledger':
    case 'agent unload':
    case 'agent revocation-drill':
      return looking(parsed, io);
  }
}

function agentOptions(values: ValuesOf<'agent plan'> | Applying, io: Io): AgentOptions {
  return {
    ...selectOptions(values, '', io),
    limit: 0,
    outDir: values.outDir,
    sources: values.source,
    agentId: values.agentId || hostname(),
    tenant: values.tenant,
    project: values.project,
    relaxedPolicy: values.relaxedPolicy,
  };
}

type Applying = ReturnType<typeof checkAgentApplyOptions> | ReturnType<typeof checkAgentRollbackOptions>;

function applyOptions(values: Applying, approveLoad: boolean, io: Io): ApplyOptions {
  const { approve, loadPolicy, requireLoadPolicy, expectedDecisionId, expectedSha256, requireApprovalPins } = values;
  const { requireManifest, manifest, attachMode, probeFeatures, useSudo, sudoNonInteractive, validator } = values;
  const pin = (name: string, value: string): string => value || (io.env[name] ?? '');
  return {
    ...agentOptions(values, io),
    approveLoad,
    approve,
    loadPolicy,
    requireLoadPolicy,
    expectedDecisionId: pin('BPFCOMPAT_AGENT_EXPECTED_DECISION_ID', expectedDecisionId),
    expectedSha256: pin('BPFCOMPAT_AGENT_EXPECTED_SHA256', expectedSha256),
    requireApprovalPins: requireApprovalPins || isOn(io.env['BPFCOMPAT_AGENT_REQUIRE_APPROVAL_PINS']),
    requireManifest: requireManifest || isOn(io.env['BPFCOMPAT_AGENT_REQUIRE_MANIFEST']),
    manifest,
    attachMode,
    probeFeatures,
    useSudo,
    sudoNonInteractive,
    validator,
    timeoutMs: values.timeoutMs,
  };
}

/** Whatever is no clear "off" switches a gate on. */
function isOn(text: string | undefined): boolean {
  return text !== undefined && !/^(?:|0|false|no|off)$/i.test(text);
}

async function preflight(values: ValuesOf<'agent preflight'>, io: Io): Promise<number> {
  const { loadPolicy, requireLoadPolicy, expectedDecisionId, expectedSha256, requireApprovalPins, requireManifest } =
    values;
  const { manifest, validator, includeLoad, requireConfig, checkHostProbe, tenant, project, outDir } = values;
  const result = await preflightAgent({
    workdir: values.workdir,
    trust: values.trust,
    index: values.index,
    evidence: values.evidence,
    outDir,
    agentId: values.agentId || hostname(),
    artifactName: values.artifactName,
    tenant,
    project,
    loadPolicy,
    requireLoadPolicy,
    expectedDecisionId,
    expectedSha256,
    requireApprovalPins,
    requireManifest,
    manifest,
    validator,
    includeLoad,
    requireConfig,
    checkHostProbe,
    ...aroundOf(io),
  });
  await print(io, values.out, result);
  return result.status === 'pass' ? 0 : EXIT_ERROR;
}

async function plan(values: ValuesOf<'agent plan'>, io: Io): Promise<number> {
  const result = await planAgent(agentOptions(values, io));
  await print(io, values.out, result);
  return result.decision.selected_artifact === undefined ? EXIT_ERROR : 0;
}

async function approve(values: ValuesOf<'agent approve'>, io: Io): Promise<number> {
  io.out(printedJson(await approveDecision({ ...values, ...aroundOf(io) })));
  return 0;
}

/** A check that did not complete is an error: nothing is known of the load then. */
export function exitOf({ error, execution }: Pick<ApplyResult, 'error' | 'execution'>): number {
  if (error !== undefined) return EXIT_ERROR;
  return { pass: 0, fail: EXIT_NO, error: EXIT_ERROR }[execution?.status ?? 'pass'];
}

async function apply(values: ReturnType<typeof checkAgentApplyOptions>, io: Io): Promise<number> {
  const result = await applyAgent(applyOptions(values, values.approveLoad, io));
  await saveJson(io, io.env['BPFCOMPAT_AGENT_LAST_RESULT_PATH'] ?? '', result);
  await print(io, values.out, result);
  if (result.error) io.err(`bpfcompat: ${result.error.code}: ${result.error.message}\n`);
  return exitOf(result);
}

async function rollback(values: ReturnType<typeof checkAgentRollbackOptions>, io: Io): Promise<number> {
  const { execute, record } = values;
  const result = await rollbackAgent({ ...applyOptions(values, execute, io), execute, record });
  await print(io, values.out, result);
  return result.status === 'ready' || result.status === 'pass' ? 0 : EXIT_NO;
}

async function work(values: ValuesOf<'agent work'>, io: Io): Promise<number> {
  const { source: sources, ...options } = values;
  const outcome = await workQueue({ ...options, sources, manifest: '', ...aroundOf(io) });
  io.out(printedJson(outcome));
  return 0;
}

type Looking = 'agent status' | 'agent ledger' | 'agent unload' | 'agent revocation-drill';

async function looking(parsed: Extract<AgentCommand, { command: Looking }>, io: Io): Promise<number> {
  const around = aroundOf(io);
  switch (parsed.command) {
    case 'agent status': {
      const file = parsed.options.path || io.env['BPFCOMPAT_AGENT_LAST_RESULT_PATH'] || LAST_RESULT;
      const status = await agentStatus({ file, ...around });
      io.out(printedJson(status));
      return status.healthy ? 0 : EXIT_NO;
    }
    case 'agent ledger': {
      const ledger = await agentLedger({ ...parsed.options, ...around });
      io.out(printedJson(ledger));
      return ledger.chain === 'ok' ? 0 : EXIT_ERROR;
    }
    case 'agent unload': {
      const unload = await unloadAgent({ ...parsed.options, ...around });
      io.out(printedJson(unload));
      return unload.status === 'error' ? EXIT_ERROR : 0;
    }
    case 'agent revocation-drill': {
      const agentId = parsed.options.agentId || hostname();
      const drill = await revocationDrill({ ...parsed.options, agentId, ...around });
      io.out(printedJson(drill));
      return drill.status === 'pass' ? 0 : EXIT_NO;
    }
  }
}
