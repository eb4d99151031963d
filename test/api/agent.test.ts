import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyAgent } from '../../src/api/agent-apply.ts';
import { revocationDrill } from '../../src/api/agent-drill.ts';
import { agentLedger } from '../../src/api/agent-ledger.ts';
import { preflightAgent } from '../../src/api/agent-preflight.ts';
import { rollbackAgent } from '../../src/api/agent-rollback.ts';
import { agentStatus } from '../../src/api/agent-status.ts';
import { unloadAgent } from '../../src/api/agent-unload.ts';
import { executeArtifact } from '../../src/api/runtime-execute.ts';
import { exitOf } from '../../src/cli/agent-command.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { type LedgerRow, withLedger } from '../../src/runtime/ledger.ts';
import { type AgentLab, createAgentLab, OBJECT, OLDER } from '../fixtures/agent-lab.ts';
import { DEBIAN_12, probeOf, UBUNTU_20 } from '../fixtures/runtime-lab.ts';

let lab: AgentLab;
beforeEach(async () => {
  lab = await createAgentLab();
});
afterEach(() => lab[Symbol.dispose]());

const DIGEST = sha256(OBJECT);
const MINUTE = 60_000;
const rows = (): LedgerRow[] =>
  lab
    .ledgerText()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LedgerRow);

/** Nothing was loaded, and the ledger says why. */
async function denied(code: string, more: Parameters<AgentLab['apply']>[0] = {}): Promise<void> {
  const before = lab.loads().length;
  const result = await lab.apply(more);
  expect([result.error?.code, result.schema_version]).toEqual([code, 'agent_apply_error.v0.1']);
  expect(lab.loads()).toHaveLength(before);
  expect(rows().at(-1)).toMatchObject({ status: 'denied', error: expect.stringContaining(code) });
}

describe('plan', () => {
  test('decides and fetches, and loads nothing', async () => {
    const { decision, fetch } = await lab.plan();
    expect(decision).toMatchObject({
      selected_artifact: { sha256: DIGEST },
      approval_required: true,
      load_approved: false,
    });
    expect(decision.host_id).toMatch(/^[0-9a-f]{64}$/);
    expect(decision.host_id).not.toContain(lab.state.machineId);
    expect(existsSync(fetch?.output_path ?? '')).toBe(true);
    expect(lab.loads()).toEqual([]);
  });

  test('none: a decision without an artifact', async () => {
    lab.put('host.json', JSON.stringify(probeOf(UBUNTU_20)));
    const { decision, fetch } = await lab.plan();
    expect([decision.selected_artifact, fetch]).toEqual([undefined, undefined]);
  });

  test('a run that did not pass as a whole needs a relaxed plan', async () => {
    const summary = { status: 'fail' as const, requiredPassed: 1, requiredFailed: 1, codes: [] };
    rmSync(join(lab.workdir, 'store/bundles'), { recursive: true });
    await lab.attest(OBJECT, { summary });
    expect((await lab.plan()).decision.selected_artifact).toBeUndefined();
    expect((await lab.plan({ relaxedPolicy: true })).decision.selected_artifact).toBeDefined();
  });
});

describe('apply', () => {
  test('without an approval nothing is loaded', async () => {
    const result = await lab.apply({ approveLoad: false });
    expect(result).toMatchObject({ schema_version: 'agent_apply.v0.1', load_skipped: true });
    expect([lab.loads(), lab.ledgerText()]).toEqual([[], '']);
  });

  test('a load check that the policy allows', async () => {
    const result = await lab.apply();
    expect(result.error).toBeUndefined();
    expect(result).toMatchObject({ execution: { status: 'pass' }, load_policy: { allowed: true, rule_name: 'all' } });
    expect(lab.loads()).toEqual([DIGEST]);
    expect(rows().map(({ operation, status }) => [operation, status])).toEqual([
      ['approve', 'unsigned'],
      ['apply', 'pass'],
    ]);
    expect(rows()[1]).toMatchObject({
      policy_sha256: expect.any(String),
      notes: expect.stringContaining('nothing stays'),
    });
  });

  test('the kill switch comes before everything else', async () => {
    writeFileSync(join(lab.workdir, 'kill-switch'), '');
    lab.put('policy.yaml', 'not: a policy');
    await denied('kill_switch');
    await expect(lab.plan()).rejects.toMatchObject({ code: 'kill_switch' });
    await expect(executeArtifact({ ...lab.base, allowHostLoad: true })).rejects.toMatchObject({ code: 'kill_switch' });
    rmSync(join(lab.workdir, 'kill-switch'));
    mkdirSync(join(lab.workdir, 'kill-switch'));
    await denied('kill_switch');
    rmSync(join(lab.workdir, 'kill-switch'), { recursive: true });
    symlinkSync('nowhere', join(lab.workdir, 'kill-switch'));
    await denied('kill_switch');
  });

  test.each([
    ['schema_version: agent_load_policy.v0.1\n', 'load_policy_denied'],
    ['schema_version: agent_load_policy.v0.1\ndefault_action: allow\nrevoked_agents: ["EDGE-*"]\n', 'agent_revoked'],
    ['schema_version: agent_load_policy.v0.1\ndefault_action: allow\nallowed_agents: [core-*]\n', 'agent_revoked'],
    ['schema_version: agent_load_policy.v0.1\ndefault_action: allow\nunknown: 1\n', 'policy_invalid'],
  ])('the policy %j denies', async (text, code) => {
    lab.put('policy.yaml', text);
    await denied(code);
  });

  test('without a policy nothing is loaded, whatever the flag says', async () => {
    await denied('policy_missing', { loadPolicy: '' });
    await denied('policy_missing', { loadPolicy: '', requireLoadPolicy: false });
    expect(await lab.apply({ loadPolicy: '', requireLoadPolicy: false, approveLoad: false })).toMatchObject({
      load_skipped: true,
    });
  });

  test('no candidate, pins and manifest', async () => {
    await denied('approval_pins_missing', { requireApprovalPins: true });
    await denied('approval_pins_mismatch', { expectedSha256: sha256('other') });
    await denied('approval_pins_mismatch', { expectedDecisionId: `dec_${sha256('other')}` });
    await denied('manifest_missing', { requireManifest: true });
    lab.put('host.json', JSON.stringify(probeOf(UBUNTU_20)));
    await denied('no_verified_candidate');
  });

  test.each<['fail' | 'error', number]>([
    ['fail', 2],
    ['error', 1],
  ])('a load check that ends with %s is a result, with exit code %i', async (status, code) => {
    lab.end(status);
    const result = await lab.apply();
    expect([result.error, result.execution?.status]).toEqual([undefined, status]);
    expect(rows().at(-1)).toMatchObject({ operation: 'apply', status });
    expect(exitOf(result)).toBe(code);
  });

  test('other bytes in the store', async () => {
    writeFileSync(join(lab.workdir, 'store/blobs/sha256', DIGEST), OLDER);
    await denied('wrong_digest');
  });
});

describe('an approval', () => {
  const approve = 'approval.json';

  test('is for one load', async () => {
    await lab.approve();
    expect((await lab.apply({ approve })).approval?.approver).toBe('ops');
    await denied('approval_used', { approve });
    expect(lab.loads()).toEqual([DIGEST]);
  });

  test('two agents at once: one of them loads', async () => {
    await lab.approve();
    const results = await Promise.all([lab.apply({ approve }), lab.apply({ approve }), lab.apply({ approve })]);
    expect(results.map(({ error }) => error?.code ?? 'ok').sort()).toEqual(['approval_used', 'approval_used', 'ok']);
    expect(lab.loads()).toEqual([DIGEST]);
    expect(await agentLedger({ ...lab.base, artifactName: '', limit: 0, checkpoint: '', key: '' })).toMatchObject({
      chain: 'ok',
    });
  });

  test('used in one work directory is used in every one of this host', async () => {
    await lab.approve();
    const other = { approve, workdir: 'elsewhere', evidence: ['.bpfcompat/store/bundles'], sources: ['object'] };
    lab.put('object', '');
    writeFileSync(join(lab.cwd, 'object'), OBJECT);
    const results = await Promise.all([lab.apply({ approve }), lab.apply(other)]);
    expect(results.map(({ error }) => error?.code ?? 'ok').sort()).toEqual(['approval_used', 'ok']);
    rmSync(join(lab.workdir, 'agent-load-ledger.jsonl'));
    expect((await lab.apply({ approve })).error?.code).toBe('approval_used');
    expect((await lab.apply(other)).error?.code).toBe('approval_used');
    expect(lab.loads()).toEqual([DIGEST]);
  });

  test('where the host cannot keep that it was used, nothing is loaded', async () => {
    await lab.approve();
    const state = join(lab.root, 'state');
    writeFileSync(state, '');
    await denied('approval_state', { approve });
    rmSync(state);
    mkdirSync(state);
    chmodSync(state, 0o777);
    await denied('approval_state', { approve });
    chmodSync(state, 0o755);
    const host = { ...lab.host, env: { BPFCOMPAT_AGENT_STATE_DIR: 'state' } };
    await denied('state_dir_invalid', { approve, host });
    expect((await lab.apply({ approve })).execution?.status).toBe('pass');
  });

  test('is needed where the policy says so, and from v0.2 on unless it says no', async () => {
    const policy = (version: string, more = ''): void =>
      lab.put('policy.yaml', `schema_version: agent_load_policy.${version}\ndefault_action: allow\n${more}`);
    policy('v0.2');
    await denied('approval_missing');
    policy('v0.1', 'require_approval: true\n');
    await denied('approval_missing');
    policy('v0.2', 'require_approval: false\n');
    expect((await lab.apply()).execution?.status).toBe('pass');
    policy('v0.2');
    await lab.approve();
    expect((await lab.apply({ approve })).execution?.status).toBe('pass');
  });

  test('holds for its time', async () => {
    await lab.approve();
    lab.state.now += 61 * MINUTE;
    await denied('approval_expired', { approve });
    // A clock that was set back brings no approval back to life.
    lab.state.now -= 50 * MINUTE;
    expect(await lab.apply({ approve })).toMatchObject({
      error: { code: 'clock_went_back' },
      load_ledger_error: expect.any(String),
    });
    expect(lab.loads()).toEqual([]);
  });

  test('does not hold before its time', async () => {
    await lab.approve();
    lab.state.now -= 2 * MINUTE;
    await denied('approval_not_yet', { approve });
  });

  test('is bound to host, kernel, object and decision', async () => {
    await lab.approve();
    lab.state.machineId = 'beef'.repeat(8);
    await denied('approval_mismatch', { approve });
    lab.state.machineId = 'f00d'.repeat(8);
    lab.put('host.json', JSON.stringify(probeOf({ ...DEBIAN_12, build_id: undefined })));
    await denied('approval_mismatch', { approve });
    lab.put('host.json', JSON.stringify(probeOf(DEBIAN_12)));
    await lab.attest(OLDER, { version: '2.0.0' });
    await denied('approval_mismatch', { approve });
  });

  test('is signed by an approver, not by who signs evidence', async () => {
    writeFileSync(join(lab.root, 'ci.pem'), lab.trustedKeys.ci.pem, { mode: 0o600 });
    await lab.approve('approval.json', {}, 3_600_000, 'ci.pem');
    await denied('signer_unknown', { approve });
    lab.put(approve, '{}');
    await denied('bundle_invalid', { approve });
  });

  test('is not used up where no validator could check a load', async () => {
    await lab.approve();
    const { worker: _own, ...base } = lab.base;
    const result = await applyAgent({ ...base, approve, validator: 'policy.yaml' });
    expect(result).toMatchObject({ phase: 'validator', error: { code: 'validator_not_elf' } });
    expect((await lab.apply({ approve })).execution?.status).toBe('pass');
  });

  test('needs a kernel that shows a build id', async () => {
    lab.put('host.json', JSON.stringify(probeOf({ ...DEBIAN_12, build_id: undefined })));
    await expect(lab.approve()).rejects.toMatchObject({ code: 'decision_invalid' });
  });
});

describe('the ledger', () => {
  test('a clock that was ahead does not end load checks for ever: a new ledger can be begun', async () => {
    const file = join(lab.workdir, 'agent-load-ledger.jsonl');
    const year = 365 * 24 * 60 * MINUTE;
    lab.state.now += year;
    await lab.approve();
    expect((await lab.apply({ approve: 'approval.json' })).execution?.status).toBe('pass');
    const ahead = lab.ledgerText();
    lab.state.now -= year;
    expect((await lab.apply()).error).toMatchObject({
      code: 'clock_went_back',
      message: expect.stringContaining('docs/production-runtime-agent-alpha.md'),
    });
    expect(lab.ledgerText()).toBe(ahead);
    renameSync(file, `${file}.ahead`);
    expect((await lab.apply()).execution?.status).toBe('pass');
    // What was used under the other ledger stays used.
    lab.state.now += year;
    await denied('approval_used', { approve: 'approval.json' });
    expect(lab.loads()).toHaveLength(2);
  });

  test('power goes before the row is written: nothing is loaded', async () => {
    await lab.approve();
    const cut = async (where: RegExp): Promise<void> => {
      lab.state.appendFails = where;
      const result = await lab.apply({ approve: 'approval.json' });
      expect([result.phase, result.error?.message, lab.loads()]).toEqual(['ledger', 'the power is gone', []]);
      lab.state.appendFails = /$^/;
    };
    await cut(/used-approvals/);
    await cut(/ledger/);
    // This host knows that it was used, although its ledger does not: it needs another.
    await denied('approval_used', { approve: 'approval.json' });
    await lab.approve();
    expect((await lab.apply({ approve: 'approval.json' })).execution?.status).toBe('pass');
  });

  test('a clock that is set back a little each time does not get far', async () => {
    lab.state.now += 60 * MINUTE;
    const start = lab.state.now;
    await lab.apply();
    for (const minutes of [4, 5]) {
      lab.state.now = start - minutes * MINUTE;
      expect((await lab.apply()).execution?.status).toBe('pass');
    }
    // The last row is of two minutes after this, and the first one of seven.
    lab.state.now = start - 7 * MINUTE;
    expect((await lab.apply()).error?.code).toBe('clock_went_back');
  });

  test('power goes within a row: it is cut off, and the chain goes on', async () => {
    await lab.apply();
    writeFileSync(join(lab.workdir, 'agent-load-ledger.jsonl'), `${lab.ledgerText()}{"operation":"appr`);
    expect((await lab.apply()).execution?.status).toBe('pass');
    expect(rows()[2]).toMatchObject({ operation: 'mend' });
    expect(rows()).toHaveLength(5);
  });

  test('a link says nothing here: not read, not written', async () => {
    await lab.apply();
    symlinkSync(join(lab.workdir, 'agent-load-ledger.jsonl'), join(lab.cwd, 'agent-load-ledger.jsonl'));
    const look = agentLedger({ ...lab.base, workdir: '.', artifactName: '', limit: 1, checkpoint: '', key: '' });
    await expect(look).rejects.toMatchObject({ code: 'link_in_workdir' });
  });

  test('a row that was changed stops everything', async () => {
    await lab.apply();
    writeFileSync(join(lab.workdir, 'agent-load-ledger.jsonl'), lab.ledgerText().replace('edge-1', 'edge-2'));
    const result = await lab.apply();
    expect(result.error?.code).toBe('ledger_invalid');
    expect(lab.loads()).toHaveLength(1);
  });

  test('a checkpoint shows that the end was cut', async () => {
    await lab.apply();
    const look = (key: string) => agentLedger({ ...lab.base, artifactName: '', limit: 1, checkpoint: 'c.json', key });
    expect((await look(join(lab.root, 'ops.pem'))).records).toHaveLength(1);
    expect((await look('')).chain).toBe('ok');
    const first = lab.ledgerText().split('\n')[0];
    writeFileSync(join(lab.workdir, 'agent-load-ledger.jsonl'), `${first}\n`);
    expect(await look('')).toMatchObject({ chain: 'broken', problem: expect.stringContaining('was cut') });
  });
});

test('status says how the last apply ended', async () => {
  const status = async (more: Parameters<AgentLab['apply']>[0] = {}) => {
    lab.put('last.json', JSON.stringify(await lab.apply(more)));
    return agentStatus({ host: lab.host, cwd: lab.cwd, file: 'last.json' });
  };
  expect(await status()).toMatchObject({
    healthy: true,
    load_status: 'pass',
    selected_sha256: DIGEST,
    load_policy_rule: 'all',
  });
  expect(await status({ approveLoad: false })).toMatchObject({ healthy: true, load_status: 'skipped' });
  expect(await status({ loadPolicy: '' })).toMatchObject({
    healthy: false,
    load_status: 'denied',
    last_error_phase: 'load_policy',
  });
  // A check that began and came to no result was not denied.
  expect(await status({ worker: [process.execPath, '-e', 'process.exit(3)'] })).toMatchObject({
    healthy: false,
    load_status: 'error',
    last_error_phase: 'load',
  });
  await expect(agentStatus({ host: lab.host, cwd: lab.cwd, file: 'policy.yaml' })).rejects.toMatchObject({
    code: 'status_unreadable',
  });
});

test('rollback goes to what was good before, with an approval of its own', async () => {
  const options = { ...lab.base, execute: false, record: true };
  expect(await rollbackAgent(options)).toMatchObject({ status: 'blocked' });
  await lab.apply();
  await lab.attest(OLDER, { version: '2.0.0' });
  expect((await lab.apply()).decision?.selected_artifact).toMatchObject({ version: '2.0.0' });
  const plan = await rollbackAgent(options);
  expect(plan).toMatchObject({ status: 'ready', previous: { selected_sha256: DIGEST }, recorded_ledger: true });
  expect(plan.rollback_command).toContain(DIGEST);
  expect(await rollbackAgent({ ...options, execute: true })).toMatchObject({
    status: 'blocked',
    reason: expect.stringContaining('approval'),
  });
  await lab.approve('back.json', { request: { ...lab.base.request, sha256: DIGEST } });
  const done = await rollbackAgent({ ...options, execute: true, approve: 'back.json' });
  expect([done.status, lab.loads().at(-1)]).toEqual(['pass', DIGEST]);
  expect(rows().at(-1)).toMatchObject({ operation: 'rollback', status: 'pass' });
  // What was rolled back is not what was good before.
  expect(await rollbackAgent(options)).toMatchObject({
    status: 'blocked',
    reason: expect.stringContaining('no earlier object'),
  });
});

test('a second rollback goes further back, and not forward', async () => {
  const good = (digest: string, operation = 'apply', status = 'pass') =>
    withLedger(lab.host, lab.workdir, (ledger) =>
      ledger.append({ operation, status, artifact_name: 'conn', selected_sha256: digest }),
    );
  const previous = async () =>
    (await rollbackAgent({ ...lab.base, execute: false, record: false })).previous?.['selected_sha256'];
  for (const one of ['a', 'b', 'b', 'c']) await good(one);
  expect(await previous()).toBe('b');
  await good('b', 'rollback');
  expect(await previous()).toBe('a');
  await good('a', 'rollback');
  expect(await previous()).toBeUndefined();
  await good('c');
  await good('d', 'apply', 'fail');
  expect(await previous()).toBe('c');
});

test('unload removes what this agent pinned, and nothing else', async () => {
  const pins = join(lab.cwd, 'pins');
  mkdirSync(pins);
  writeFileSync(join(pins, 'prog'), '');
  const options = {
    ...lab.base,
    artifactName: 'conn',
    pinPath: pins,
    execute: true,
    recursive: true,
    allowNonBpffs: false,
    record: true,
  };
  expect(await unloadAgent({ ...options, pinPath: '' })).toMatchObject({ status: 'absent' });
  expect(await unloadAgent(options)).toMatchObject({ status: 'error', reason: expect.stringContaining('no such pin') });
  await withLedger(lab.host, lab.workdir, (ledger) =>
    ledger.append({ operation: 'apply', status: 'pass', artifact_name: 'conn', pins: [pins] }),
  );
  expect(await unloadAgent(options)).toMatchObject({
    status: 'error',
    reason: expect.stringContaining('not in bpffs'),
  });
  expect(await unloadAgent({ ...options, allowNonBpffs: true, execute: false })).toMatchObject({ status: 'planned' });
  expect(existsSync(pins)).toBe(true);
  expect(await unloadAgent({ ...options, allowNonBpffs: true })).toMatchObject({
    status: 'pass',
    removed: [join(pins, 'prog'), pins],
  });
  expect(existsSync(pins)).toBe(false);
});

test('unload goes through no link in a directory of pins', async () => {
  const [pins, other] = [join(lab.cwd, 'pins'), join(lab.cwd, 'other')];
  for (const dir of [pins, other]) mkdirSync(dir);
  writeFileSync(join(other, 'file'), '');
  symlinkSync(other, join(pins, 'link'));
  await withLedger(lab.host, lab.workdir, (ledger) =>
    ledger.append({ operation: 'apply', status: 'pass', artifact_name: 'conn', pins: [pins] }),
  );
  const options = { ...lab.base, artifactName: 'conn', pinPath: pins, record: false };
  const unload = unloadAgent({ ...options, execute: true, recursive: true, allowNonBpffs: true });
  await expect(unload).rejects.toMatchObject({ code: 'link_in_workdir' });
  expect(existsSync(join(other, 'file'))).toBe(true);
});

test.each(['uninitialized', '', '0'.repeat(32), 'F00D'.repeat(8), `${'f00d'.repeat(8)}0`])(
  'a machine-id of %j is none, and no approval can name the host',
  async (machineId) => {
    lab.state.machineId = machineId;
    expect((await lab.plan()).decision.host_id).toBeUndefined();
    await expect(lab.approve()).rejects.toMatchObject({ code: 'decision_invalid' });
  },
);

test('the drill passes only for an agent that is revoked', async () => {
  const drill = () => revocationDrill({ ...lab.base, artifactName: 'conn', record: true });
  expect(await drill()).toMatchObject({ status: 'fail', decision: { allowed: true } });
  lab.put('policy.yaml', 'schema_version: agent_load_policy.v0.1\n');
  expect(await drill()).toMatchObject({ status: 'fail', decision: { allowed: false } });
  lab.put('policy.yaml', 'schema_version: agent_load_policy.v0.1\nrevoked_agents: [edge-*]\n');
  expect(await drill()).toMatchObject({ status: 'pass' });
});

test('preflight says what is missing', async () => {
  const options = { ...lab.base, artifactName: 'conn', includeLoad: false, requireConfig: true, checkHostProbe: false };
  expect(await preflightAgent(options)).toMatchObject({ status: 'pass' });
  const load = await preflightAgent({ ...options, requireLoadPolicy: false, loadPolicy: '', includeLoad: true });
  expect(load.checks).toContainEqual(expect.objectContaining({ name: 'load_policy', required: true, status: 'fail' }));
  const bare = await preflightAgent({ ...options, loadPolicy: '', artifactName: '', requireApprovalPins: true });
  const failed = bare.checks.filter(({ status }) => status === 'fail').map(({ name }) => name);
  expect([bare.status, failed]).toEqual(['fail', ['agent_config', 'load_policy', 'approval_pins']]);
});

describe('execute', () => {
  const execute = (more: object = {}) => executeArtifact({ ...lab.base, allowHostLoad: true, loadPolicy: '', ...more });

  test('checks the load of what was selected', async () => {
    const { execution, audit } = (await execute()) as { execution: object; audit?: { decision_id: string } };
    expect([execution, audit]).toMatchObject([
      { status: 'pass', artifact_sha256: DIGEST },
      { decision_id: expect.any(String) },
    ]);
    await expect(execute({ allowHostLoad: false })).rejects.toMatchObject({ code: 'host_load_not_allowed' });
  });

  test('a policy without a default action denies', async () => {
    lab.put('execute.yaml', 'schema_version: runtime_execute_policy.v0.1\nrules: []\n');
    await expect(execute({ loadPolicy: 'execute.yaml' })).rejects.toMatchObject({ code: 'load_policy_denied' });
    lab.put(
      'execute.yaml',
      'schema_version: runtime_execute_policy.v0.1\nrules: [{name: t, action: allow, program_types: [tracepoint]}]\n',
    );
    expect((await execute({ loadPolicy: 'execute.yaml' })).load_policy).toMatchObject({ rule_name: 't' });
    expect(lab.loads()).toHaveLength(1);
  });
});
