import { resolve } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { findValidator } from '../run/validator-binary.ts';
import { hostId } from '../runtime/agent-host.ts';
import { ledgerPath, readLedger } from '../runtime/ledger.ts';
import { approvalMarks } from '../runtime/used-approvals.ts';
import type { ApplyOptions } from './agent-apply-types.ts';
import { rejectKilled } from './agent-plan.ts';
import { readPolicyFile } from './agent-policy.ts';
import { probeHost } from './runtime-probe.ts';
import { type EvidencePlace, loadBelief } from './runtime-select.ts';
import { environmentOf } from './services.ts';

type Gates = Pick<
  ApplyOptions,
  | 'outDir'
  | 'agentId'
  | 'tenant'
  | 'project'
  | 'loadPolicy'
  | 'requireLoadPolicy'
  | 'expectedDecisionId'
  | 'expectedSha256'
  | 'requireApprovalPins'
  | 'requireManifest'
  | 'manifest'
  | 'validator'
>;

export interface PreflightOptions extends EvidencePlace, Gates {
  /** May be empty. */
  readonly artifactName: string;
  /** The validator is needed. */
  readonly includeLoad: boolean;
  readonly requireConfig: boolean;
  readonly checkHostProbe: boolean;
}

interface Check {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'skip';
  readonly required: boolean;
  readonly detail?: string;
  readonly error?: string;
}

/** `agent_preflight.v0.1`. */
export interface Preflight {
  readonly schema_version: 'agent_preflight.v0.1';
  readonly status: 'pass' | 'fail';
  readonly created_at: string;
  readonly agent_id: string;
  readonly workdir: string;
  readonly out_dir: string;
  readonly checks: readonly Check[];
}

type Work = () => Promise<string>;

async function check(name: string, required: boolean, work: Work | undefined): Promise<Check> {
  if (work === undefined) return { name, status: 'skip', required };
  try {
    return { name, status: 'pass', required, detail: await work() };
  } catch (error) {
    return { name, status: 'fail', required, error: messageOf(error) };
  }
}

function need(condition: boolean, detail: string, otherwise: string): string {
  if (condition) return detail;
  throw new Error(otherwise);
}

type Row = readonly [name: string, required: boolean, work: Work | undefined];

/** `work` where it is wanted. */
function expected(is: boolean, work: Work): Work | undefined {
  return is ? work : undefined;
}

function hostRows(options: PreflightOptions): Row[] {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const writable = (dir: string) => async (): Promise<string> => {
    await host.files.makeDir(dir);
    await host.files.checkWritable(dir);
    return dir;
  };
  const killSwitch = async (): Promise<string> => {
    await rejectKilled(options);
    return 'absent';
  };
  const hasId = async () =>
    need(
      (await hostId(host)) !== undefined,
      'of machine-id',
      '/etc/machine-id is missing or not set up yet: no approval can name this host',
    );
  const chain = async () => {
    const { problem } = await readLedger(host, workdir);
    return need(problem === '', 'holds', `${ledgerPath(workdir)}: ${problem}`);
  };
  const probe = async () => (await probeHost(options)).identity.release;
  const { agentId, requireConfig, checkHostProbe, artifactName } = options;
  return [
    ['kill_switch', true, killSwitch],
    ['agent_identity', true, async () => need(agentId !== '', agentId, 'the agent has no id')],
    ['host_identity', options.includeLoad, hasId],
    ['approval_state', options.includeLoad, expected(options.includeLoad, () => approvalMarks(host))],
    ['workdir_writable', true, writable(workdir)],
    ['out_dir_writable', true, writable(resolve(cwd, options.outDir))],
    [
      'agent_config',
      requireConfig,
      expected(requireConfig, async () => need(artifactName !== '', artifactName, 'no artifact')),
    ],
    ['ledger', true, chain],
    ['host_probe', checkHostProbe, expected(checkHostProbe, probe)],
  ];
}

function loadRows(options: PreflightOptions): Row[] {
  const { host, cwd, root } = environmentOf(options);
  const { includeLoad, requireLoadPolicy, requireApprovalPins, requireManifest, manifest } = options;
  // Without a policy no load is approved, whatever else is said.
  const needsPolicy = requireLoadPolicy || includeLoad;
  const file = options.loadPolicy || (host.env['BPFCOMPAT_AGENT_LOAD_POLICY_PATH'] ?? '');
  const own = options.validator === '' ? {} : { BPFCOMPAT_VALIDATOR_BIN: resolve(cwd, options.validator) };
  const trust = async () => {
    const { keys, source } = (await loadBelief(options)).trust;
    return need(
      keys.evidence.length > 0,
      `${keys.evidence.length} keys (${source})`,
      'the trust lists no key of evidence',
    );
  };
  const policy = async () =>
    need((await readPolicyFile(options, file, 'agent')) !== undefined, file, 'there is no load policy');
  const validator = async () => (await findValidator({ ...host, env: { ...host.env, ...own } }, root, host.arch)).path;
  const pins = async () =>
    need(
      options.expectedDecisionId !== '' && options.expectedSha256 !== '',
      'both',
      'decision and digest are not both named',
    );
  const intent = async () => {
    const path = resolve(cwd, manifest);
    return need(manifest !== '' && (await host.files.stat(path)) !== undefined, path, 'there is no manifest');
  };
  return [
    ['trust', true, trust],
    ['load_policy', needsPolicy, expected(file !== '' || needsPolicy, policy)],
    ['validator_binary', includeLoad, expected(includeLoad, validator)],
    ['approval_pins', requireApprovalPins, expected(requireApprovalPins, pins)],
    ['manifest_intent', requireManifest, expected(requireManifest, intent)],
  ];
}

/** Whether this host is ready for an agent. Decides and loads nothing. */
export async function preflightAgent(options: PreflightOptions): Promise<Preflight> {
  const { host, cwd } = environmentOf(options);
  const checks: Check[] = [];
  for (const [name, required, work] of [...hostRows(options), ...loadRows(options)])
    checks.push(await check(name, required, work));
  const failed = checks.some(({ status, required }) => required && status === 'fail');
  return {
    schema_version: 'agent_preflight.v0.1',
    status: failed ? 'fail' : 'pass',
    created_at: host.now().toISOString(),
    agent_id: options.agentId,
    workdir: resolve(cwd, options.workdir),
    out_dir: resolve(cwd, options.outDir),
    checks,
  };
}
