import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { workQueue } from '../../src/api/agent-work.ts';
import { probeHost } from '../../src/api/runtime-probe.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import {
  awaitResult,
  putRequest,
  putResult,
  type QueuedRequest,
  takeRequest,
} from '../../src/runtime/execute-queue.ts';
import { execute } from '../../src/server/execute.ts';
import { ROUTES } from '../../src/server/routes.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';
import { token } from './access-table.ts';
import { KEY, SECRET, type ServerLab, serverLab } from './server-lab.ts';

const APPROVAL = 'a token of the operator';
const POLICY = 'schema_version: runtime_execute_policy.v0.2\nrules: [{name: t, action: allow, artifacts: [conn]}]\n';
const BODY = { artifact_name: 'conn', tenant: 'acme', project: 'edge', allow_host_load: true };
let lab: AgentLab;
let env: Record<string, string>;
const opened: ServerLab[] = [];

beforeEach(async () => {
  lab = await createAgentLab();
  rmSync(join(lab.workdir, 'store'), { recursive: true });
  // Evidence of this very machine: server and agent look at it themselves.
  const { identity: kernel, constraints } = await probeHost({ host: lab.host });
  await lab.attest(OBJECT, { kernel, guest: { lockdown: constraints.lockdown, lsm: '' } });
  lab.put('execute.yaml', POLICY);
  env = {
    BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE: 'true',
    BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN: APPROVAL,
    BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH: 'execute.yaml',
    BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER: String(process.getuid?.()),
    BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET,
    BPFCOMPAT_TRUST_FILE: join(lab.cwd, 'trust.yaml'),
  };
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
  lab[Symbol.dispose]();
});

async function post(more: { env?: object; body?: object; headers?: Record<string, string>; from?: string } = {}) {
  const server = await serverLab({ env: { ...env, ...more.env }, dir: lab.cwd });
  opened.push(server);
  const headers = { ...(await token('execute')), 'x-execute-approval-token': APPROVAL, ...more.headers };
  const response = await server.inject({
    ...{ method: 'POST', url: '/api/v1/runtime/execute', headers, remoteAddress: more.from ?? '127.0.0.1' },
    payload: { ...BODY, ...more.body },
  });
  // No response names a place of this machine.
  expect(response.body).not.toContain(lab.cwd);
  return { status: response.statusCode, json: response.json() };
}

/** The agent of this host, with a worker that loads nothing. */
const work = (more: object = {}) =>
  workQueue({
    ...lab.base,
    queue: '.bpfcompat/execute-queue',
    queueUser: '',
    allowHostLoad: true,
    loadPolicy: 'execute.yaml',
    idleMs: 20_000,
    most: 1,
    ...more,
  });

const lastRow = () =>
  JSON.parse(
    readFileSync(join(lab.workdir, 'registry/runtime_decisions.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '',
  );

describe('each gate, in order, has its code and a row', () => {
  const name = 'BPFCOMPAT_API_RUNTIME_EXECUTE_';
  test.each<[number, string, Parameters<typeof post>[0]]>([
    // Whoever fails a gate fails all that come after it, too.
    [403, 'execute_disabled', { env: { BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE: '', [`${name}KILL_SWITCH`]: 'true' } }],
    [503, 'kill_switch', { env: { [`${name}KILL_SWITCH`]: 'true' }, headers: { 'x-api-identity-token': '' } }],
    [401, 'unauthorized', { headers: { 'x-api-identity-token': '', 'x-execute-approval-token': '' } }],
    [401, 'invalid_credential', { headers: { 'x-api-key': 'wrong' } }],
    [503, 'approval_not_configured', { env: { [`${name}APPROVAL_TOKEN`]: '' }, from: '192.0.2.7' }],
    [403, 'approval_wrong', { headers: { 'x-execute-approval-token': `${APPROVAL}x` }, from: '192.0.2.7' }],
    [403, 'loopback_only', { from: '192.0.2.7', env: { [`${name}POLICY_PATH`]: '' } }],
    [
      403,
      'loopback_only',
      // What another machine says of itself, although it is one that proxies are on.
      {
        from: '192.0.2.7',
        headers: { 'x-forwarded-for': '127.0.0.1' },
        env: { BPFCOMPAT_API_TRUSTED_PROXIES: '192.0.2.0/24' },
      },
    ],
    [
      503,
      'worker_identity_missing',
      { env: { [`${name}WORKER_USER`]: '', [`${name}REQUIRE_WORKER_IDENTITY`]: 'true', [`${name}POLICY_PATH`]: '' } },
    ],
    [503, 'policy_missing', { env: { [`${name}POLICY_PATH`]: '' }, body: { artifact_name: 'other' } }],
    [412, 'no_verified_candidate', { body: { artifact_name: 'other' } }],
  ])('%i %s', async (status, code, more) => {
    const response = await post(more);
    expect([response.status, response.json.code]).toEqual([status, code]);
    if (code !== 'no_verified_candidate')
      expect(lastRow()).toMatchObject({ operation: 'execute', status: 'denied', code });
    expect([lab.loads(), readdirSync(lab.workdir).includes('execute-queue')]).toEqual([[], false]);
  });

  test('the shared key is no identity, and other scopes are not enough', async () => {
    for (const headers of [
      { 'x-api-identity-token': '', 'x-api-key': KEY },
      await token('validate read compare delivery'),
    ])
      expect(await post({ headers })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    const roles = { BPFCOMPAT_API_RUNTIME_EXECUTE_JWT_REQUIRED_ROLES: 'ops' };
    expect(await post({ env: roles })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });

  test('the policy has the last word, by what a guest showed', async () => {
    lab.put('execute.yaml', 'schema_version: runtime_execute_policy.v0.1\nrules: []\n');
    expect(await post()).toMatchObject({ status: 403, json: { code: 'load_policy_denied' } });
    lab.put('execute.yaml', POLICY.replace('artifacts: [conn]', 'program_types: [xdp]'));
    expect(await post()).toMatchObject({ status: 403, json: { code: 'load_policy_denied' } });
  });

  test('a file that is the kill switch', async () => {
    writeFileSync(join(lab.workdir, 'kill-switch'), '');
    expect(await post()).toMatchObject({ status: 503, json: { code: 'kill_switch' } });
  });

  test.each([
    { allow_host_load: false },
    { allow_host_load: undefined },
    { tenant: '' },
    { workdir: '/' },
    { out_dir: '/' },
    { validator: '/bin/true' },
    { use_sudo: true },
    { manifest: 'x' },
    { timeout: '1s' },
    { require_verified_history: false },
    { host_probe: {} },
  ])('%j is 400', async (body) => {
    expect((await post({ body })).status).toBe(400);
  });
});

test('who shows nothing writes one line, and pushes no decision out of the stream', async () => {
  const server = await serverLab({ env, dir: lab.cwd });
  opened.push(server);
  const statuses = new Set<number>();
  for (let nth = 0; nth < 20; nth++)
    statuses.add((await server.inject({ method: 'POST', url: '/api/v1/runtime/execute', payload: BODY })).statusCode);
  expect([...statuses]).toEqual([401]);
  const rows = readFileSync(join(lab.workdir, 'registry/runtime_decisions.jsonl'), 'utf8').trimEnd().split('\n');
  expect(rows.filter((row) => row.includes('"unauthorized"'))).toHaveLength(1);
});

test('it does not start together with anything that is open to everybody', async () => {
  for (const more of ['VALIDATE', 'READ', 'WRITE', 'RUNTIME_DELIVERY'])
    await expect(post({ env: { [`BPFCOMPAT_API_ALLOW_ANONYMOUS_${more}`]: '1' } })).rejects.toMatchObject({
      code: 'execute_enabled',
    });
  expect(ROUTES.runtimeExecute.access.switches).toEqual([]);
});

describe('the agent', () => {
  test('checks the load, and its result is the response', async () => {
    const [response, done] = await Promise.all([post({ headers: { 'x-execute-approved-by': 'ada' } }), work()]);
    expect(response).toMatchObject({
      status: 200,
      json: {
        correlation_id: expect.stringMatching(/^exe_/),
        fetch: { actual_sha256: sha256(OBJECT) },
        execution: { status: 'pass' },
      },
    });
    expect(done.requests).toMatchObject([{ status: 'pass' }]);
    expect([lab.loads(), readdirSync(join(lab.workdir, 'execute-queue'))]).toEqual([[sha256(OBJECT)], []]);
    const { trace_path: trace } = lastRow();
    expect(JSON.parse(readFileSync(trace, 'utf8'))).toMatchObject({
      subject: expect.stringContaining('ci'),
      approved_by: 'ada',
      outcome: 'done',
    });
  });

  test('has a policy, a kill switch and evidence of its own', async () => {
    lab.put('agent.yaml', 'schema_version: runtime_execute_policy.v0.2\n');
    const [response] = await Promise.all([post(), work({ loadPolicy: 'agent.yaml' })]);
    expect(response).toMatchObject({ status: 403, json: { code: 'load_policy_denied' } });
    mkdirSync(join(lab.cwd, 'empty'));
    const [none] = await Promise.all([post(), work({ workdir: 'empty' })]);
    expect(none).toMatchObject({ status: 412, json: { code: 'no_verified_candidate' } });
    const [unread] = await Promise.all([post(), work({ loadPolicy: 'none.yaml' })]);
    expect(unread).toMatchObject({
      status: 403,
      json: { code: 'policy_invalid', error: expect.stringMatching(/: none\.yaml: /) },
    });
    writeFileSync(join(lab.cwd, 'empty/kill-switch'), '');
    await expect(work({ workdir: 'empty' })).rejects.toMatchObject({ code: 'kill_switch' });
    await expect(work({ allowHostLoad: false })).rejects.toMatchObject({ code: 'host_load_not_allowed' });
    await expect(work({ loadPolicy: '' })).rejects.toMatchObject({ code: 'policy_missing' });
    expect(lab.loads()).toEqual([]);
  });

  /** The same call with other times, and a host that says who owns results. */
  async function called(times: { done: number; late: number }, owner?: number) {
    const server = await serverLab({ env: { ...env, BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER: '' }, dir: lab.cwd });
    opened.push(server);
    const { host } = server.services;
    const stat: typeof host.files.stat = async (path) => {
      const found = await host.files.stat(path);
      return found && owner !== undefined && path.endsWith('.result.json') ? { ...found, uid: owner } : found;
    };
    const services = { ...server.services, host: { ...host, files: { ...host.files, stat } } };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
    let code = 200;
    const call = {
      body: ROUTES.runtimeExecute.body.parse(BODY),
      caller: { kind: 'jwt', subject: 'ci', scopes: new Set(['execute']), roles: new Set() },
      request: {
        id: 'r',
        ip: '127.0.0.1',
        headers: { 'x-execute-approval-token': APPROVAL },
        socket: { remoteAddress: '127.0.0.1' },
      },
      reply: {
        code: (status: number) => {
          code = status;
        },
      },
      services,
    };
    const executing = call as unknown as Parameters<typeof execute>[0];
    const json = await execute(
      executing,
      { takenMs: 10_000, doneMs: times.done, pause },
      { takenMs: Number.POSITIVE_INFINITY, doneMs: times.late, pause },
    );
    return { code, json: json as Record<string, unknown>, log: server.log };
  }

  const queueDir = () => join(lab.workdir, 'execute-queue');
  /** Takes the request that comes, and no more. */
  async function taken(): Promise<QueuedRequest> {
    for (;;) {
      const request = await takeRequest(lab.host, queueDir(), process.getuid?.());
      if (request !== undefined) return request;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('whose results are of another user than the server is none where no one is named', async () => {
    const [own] = await Promise.all([called({ done: 20_000, late: 0 }), work()]);
    expect(own).toMatchObject({ code: 200, json: { execution: { status: 'pass' } } });
    const other = called({ done: 20_000, late: 0 }, 4711);
    const denied = expect(other).rejects.toMatchObject({ code: 'queue_owner' });
    await work();
    await denied;
  });

  test('that is late ends in the decisions', async () => {
    const [response, request] = await Promise.all([called({ done: 300, late: 20_000 }), taken()]);
    expect(response).toMatchObject({ code: 202, json: { correlation_id: request.id, state: 'running' } });
    expect(lastRow()).toMatchObject({ request_id: request.id, outcome: 'pending', status: 'error' });
    await putResult(lab.host, queueDir(), { id: request.id, result: { execution: { status: 'fail' } } });
    await expect
      .poll(lastRow, { timeout: 10_000 })
      .toMatchObject({ request_id: request.id, outcome: 'done', execution_status: 'fail' });
    expect(readdirSync(queueDir())).toEqual([]);
  });

  test('that never comes back is noted, too', async () => {
    const [, request] = await Promise.all([called({ done: 100, late: 200 }), taken()]);
    await expect
      .poll(lastRow, { timeout: 10_000 })
      .toMatchObject({ request_id: request.id, outcome: 'no_result', status: 'error' });
  });

  test('of two agents one takes it', async () => {
    const [response, ...done] = await Promise.all([post(), work({ idleMs: 6000 }), work({ idleMs: 6000 })]);
    expect([response.status, done.flatMap(({ requests }) => requests).length, lab.loads().length]).toEqual([200, 1, 1]);
  });
});

describe('the queue', () => {
  const times = { takenMs: 300, doneMs: 700, pause: () => new Promise((resolve) => setTimeout(resolve, 50)) };
  const ID = `exe_${'0'.repeat(32)}`;
  const request: QueuedRequest = {
    ...{
      schema_version: 'runtime_execute_request.v0.1',
      id: ID,
      artifact_name: 'conn',
      version: '',
      target_profile: '',
    },
    ...{ created_at: '2026-01-01T00:00:00Z', expires_at: '2026-01-01T00:01:00Z', sha256: sha256(OBJECT) },
    ...{ tenant: 'a', project: 'b', attach_mode: 'disabled', probe_features: false, subject: '', approved_by: '' },
  };
  const queue = (): string => join(lab.cwd, 'queue');
  const own = process.getuid?.();

  test('what no one takes is withdrawn, and what is taken stays', async () => {
    await putRequest(lab.host, queue(), request);
    expect(await awaitResult(lab.host, queue(), { id: ID, uid: own, times })).toBe('no_agent');
    expect(await takeRequest(lab.host, queue(), own)).toBeUndefined();
    await putRequest(lab.host, queue(), request);
    expect(await takeRequest(lab.host, queue(), own)).toEqual(request);
    expect(await awaitResult(lab.host, queue(), { id: ID, uid: own, times })).toBe('pending');
  });

  test('requests and responses of others are none', async () => {
    await putRequest(lab.host, queue(), request);
    await expect(takeRequest(lab.host, queue(), 4711)).rejects.toMatchObject({ code: 'queue_owner' });
    expect(await takeRequest(lab.host, queue(), own)).toBeUndefined();
    await putResult(lab.host, queue(), { id: ID, result: {} });
    const wait = awaitResult(lab.host, queue(), { id: ID, uid: 4711, times });
    await expect(wait).rejects.toMatchObject({ code: 'queue_owner' });
  });

  test.each(['{', '{}', JSON.stringify({ ...request, out_dir: '/' }), JSON.stringify({ ...request, id: 'exe_1' })])(
    'a request such as %j is none',
    async (text) => {
      mkdirSync(queue(), { recursive: true });
      writeFileSync(join(queue(), `${ID}.request.json`), text);
      await expect(takeRequest(lab.host, queue(), own)).rejects.toMatchObject({ code: 'queue_request' });
    },
  );

  test('what no one waits for any more is not carried out', async () => {
    await putRequest(lab.host, queue(), request);
    expect((await work({ queue: 'queue', idleMs: 0 })).requests).toMatchObject([{ code: 'request_expired' }]);
    expect(lab.loads()).toEqual([]);
  });

  test('results that no one came for go after an hour', async () => {
    mkdirSync(queue());
    await putResult(lab.host, queue(), { id: ID, result: {} });
    const file = join(queue(), `${ID}.result.json`);
    const other = { ...request, id: `exe_${'1'.repeat(32)}` };
    await putRequest(lab.host, queue(), other);
    expect(existsSync(file)).toBe(true);
    const before = (lab.host.now().getTime() - 3_700_000) / 1000;
    utimesSync(file, before, before);
    await putRequest(lab.host, queue(), other);
    expect(readdirSync(queue())).toEqual([`${other.id}.request.json`]);
  });

  test('nothing below a directory is removed, whatever it is called', async () => {
    mkdirSync(join(queue(), `${ID}.request.json`), { recursive: true });
    writeFileSync(join(queue(), `${ID}.request.json`, 'kept'), '');
    expect((await work({ queue: 'queue', idleMs: 0 })).requests).toMatchObject([{ code: 'queue_owner' }]);
    expect(existsSync(join(queue(), `${ID}.taken`, 'kept'))).toBe(true);
    expect(await takeRequest(lab.host, queue(), own)).toBeUndefined();
  });

  test('one that cannot be used ends the agent, and a link is none', async () => {
    writeFileSync(queue(), '');
    await expect(work({ queue: 'queue' })).rejects.toMatchObject({ code: 'queue_unusable' });
    rmSync(queue());
    mkdirSync(queue());
    symlinkSync(queue(), join(lab.cwd, 'link'));
    await expect(work({ queue: 'link' })).rejects.toMatchObject({ code: 'link_in_workdir' });
    await expect(putRequest(lab.host, join(lab.cwd, 'link'), request)).rejects.toMatchObject({
      code: 'link_in_workdir',
    });
  });
});
