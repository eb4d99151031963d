import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPERIMENTAL } from '../../src/model/experimental.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { needSpace } from '../../src/server/space.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';
import { DEBIAN_12, probeOf, UBUNTU_20 } from '../fixtures/runtime-lab.ts';
import { token } from './access-table.ts';
import { formOf, KEY, SECRET, type ServerLab, serverLab } from './server-lab.ts';

let agent: AgentLab;
let server: ServerLab;

beforeAll(async () => {
  agent = await createAgentLab();
  const env = { BPFCOMPAT_TRUST_FILE: join(agent.cwd, 'trust.yaml') };
  server = await serverLab({ env, dir: agent.cwd });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  agent[Symbol.dispose]();
});

const BODY = { artifact_name: 'conn', host_probe: probeOf(DEBIAN_12) };

async function post(url: string, payload: object, more: object = {}) {
  const { statusCode, json, body } = await server.inject({
    ...{ method: 'POST', url: `/api/v1/${url}`, payload, headers: { 'x-api-key': KEY } },
    ...more,
  });
  // No response names a place of this machine.
  expect(body).not.toContain(agent.cwd);
  return { statusCode, json: json() };
}

test('a decision for the host of the caller, the same on both prefixes', async () => {
  const { statusCode, json } = await post('runtime/select', BODY);
  expect([statusCode, json.selection.selected.sha256]).toEqual([200, sha256(OBJECT)]);
  expect(json.audit.decision_id).toBe(json.selection.decision_id);
  const legacy = await post('runtime/select', BODY, { url: '/api/runtime/select' });
  expect(legacy.json.selection).toEqual(json.selection);
});

test.each(['runtime/select', 'runtime/fetch', 'agent/decision'])('%s: none is 412 with all reasons', async (url) => {
  const { statusCode, json } = await post(url, { ...BODY, host_probe: probeOf(UBUNTU_20) });
  expect([statusCode, json.code]).toEqual([412, 'no_verified_candidate']);
  expect(json.selection.candidates[0].rejections[0].code).toBe('kernel_mismatch');
  expect(json.selection.selected).toBeUndefined();
});

test('fetch writes into a directory of the server alone', async () => {
  const { statusCode, json } = await post('runtime/fetch', BODY);
  expect([statusCode, json.fetch.output_path]).toEqual([200, 'conn-1.0.0.bpf.o']);
  expect(readFileSync(join(agent.workdir, 'runtime-selected/conn-1.0.0.bpf.o'))).toEqual(Buffer.from(OBJECT));
  for (const more of [{ workdir: '/' }, { out_dir: '/tmp/x' }, { require_verified_history: false }, { trust: 'x' }])
    expect((await post('runtime/fetch', { ...BODY, ...more })).statusCode).toBe(400);
});

test('an agent gets a decision that approves nothing', async () => {
  const { json } = await post('agent/decision', { ...BODY, agent_id: 'edge-1' });
  expect(json.decision).toMatchObject({ approval_required: true, load_approved: false, agent_id: 'edge-1' });
  expect(agent.loads()).toEqual([]);
});

test('a probe that was changed, or that is missing, is 400', async () => {
  const changed = { ...BODY.host_probe, identity: { ...BODY.host_probe.identity, release: '9.9' } };
  expect((await post('runtime/select', { ...BODY, host_probe: changed })).json.code).toBe('probe_invalid');
  expect((await post('runtime/select', { artifact_name: 'conn' })).statusCode).toBe(400);
});

test('a probe that would fill the trail of decisions is none', async () => {
  const long = { ...BODY.host_probe, warnings: Array(200).fill('x'.repeat(1000)) };
  const { statusCode, json } = await post('runtime/select', { ...BODY, host_probe: long });
  expect([statusCode, json.code]).toEqual([413, 'too_large']);
});

test('limits only narrow', async () => {
  const { statusCode } = await post('runtime/select', { ...BODY, policy: { min_required_passed: 99 } });
  expect(statusCode).toBe(412);
});

test('decisions are listed, newest first, without places', async () => {
  const get = (url: string, remoteAddress = '127.0.0.1') =>
    server.inject({ method: 'GET', url, remoteAddress, headers: { 'x-api-key': KEY } });
  const { records } = (await get('/api/v1/runtime/decisions?limit=1')).json();
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({ source: 'api', operation: 'select' });
  expect(Object.keys(records[0])).not.toContain('trace_path');
  const own = await get('/api/v1/runtime/probe');
  expect([own.statusCode, own.json().probe.schema_version]).toEqual([200, 'runtime_probe.v0.1']);
  expect((await get('/api/v1/runtime/probe', '192.0.2.7')).json().code).toBe('loopback_only');
});

test('whoever comes through a proxy on this machine is not on it', async () => {
  await using lab = await serverLab({ args: ['--behind-proxy'], dir: agent.cwd });
  const response = await lab.inject({ method: 'GET', url: '/api/v1/runtime/probe', headers: { 'x-api-key': KEY } });
  expect([response.statusCode, response.json().code]).toEqual([403, 'loopback_only']);
});

test('of a long list of decisions the end is read, and a full disk takes no more', async () => {
  const stream = join(agent.workdir, 'registry/runtime_decisions.jsonl');
  const older = join(agent.workdir, 'registry/runtime_decisions.1.jsonl');
  const before = readFileSync(stream);
  try {
    writeFileSync(stream, `${'{"operation":"old"}\n'.repeat(200_000)}{"operation":"new"}\n`);
    const url = '/api/v1/runtime/decisions?limit=2';
    const { records } = (await server.inject({ method: 'GET', url, headers: { 'x-api-key': KEY } })).json();
    expect(records).toEqual([{ operation: 'new' }, { operation: 'old' }]);
    // The stream began a moment ago: what came before is in the older file.
    writeFileSync(older, '{"operation":"older"}\n{"operation":"old"}\n');
    writeFileSync(stream, '{"operation":"new"}\n');
    const next = await server.inject({ method: 'GET', url, headers: { 'x-api-key': KEY } });
    expect(next.json().records).toEqual([{ operation: 'new' }, { operation: 'old' }]);
  } finally {
    writeFileSync(stream, before);
    rmSync(older, { force: true });
  }
  const { host } = server.services;
  const full = { ...host, files: { ...host.files, freeBytes: async () => 1 } };
  await expect(needSpace({ host: full, settings: server.services.settings })).rejects.toMatchObject({
    code: 'disk_full',
  });
});

test('nothing of the API loads anything: that is switched off', async () => {
  expect((await post('runtime/execute', { ...BODY, allow_host_load: true })).json.code).toBe('execute_disabled');
  expect(existsSync(join(agent.workdir, 'runtime-runs'))).toBe(false);
});

describe('the page', () => {
  const form = (...parts: Parameters<typeof formOf>[0]) => formOf(parts);
  const page = async (payload: ReturnType<typeof formOf>, env: object = { 'x-api-key': KEY }) => {
    const { statusCode, headers, body } = await server.inject({
      ...{ method: 'POST', url: '/runtime', payload: payload.payload },
      headers: { ...payload.headers, ...env },
    });
    expect(body).not.toContain(agent.cwd);
    return { statusCode, type: headers['content-type'], policy: headers['content-security-policy'], body };
  };
  const probe = (kernel: typeof DEBIAN_12) => ['host_probe', JSON.stringify(probeOf(kernel)), 'host.json'] as const;

  test('shows a decision, and why there is none, as the API decides', async () => {
    const { json } = await post('runtime/select', BODY);
    const made = await page(form(['artifact_name', 'conn'], probe(DEBIAN_12)));
    expect([made.statusCode, made.type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(made.policy).toContain("default-src 'none'");
    expect(made.body).toContain(EXPERIMENTAL);
    expect(made.body).toContain('A build of conn fits this host');
    expect(made.body).toContain(json.selection.decision_id);
    const none = await page(form(['artifact_name', 'conn'], probe(UBUNTU_20)));
    expect([none.statusCode, none.body.includes('<code>kernel_mismatch</code>')]).toEqual([412, true]);
    expect(none.body).toContain('No build of conn may be used on this host');
    const fetched = await page(form(['artifact_name', 'conn'], ['do', 'fetch'], probe(DEBIAN_12)));
    expect([fetched.statusCode, fetched.body.includes('conn-1.0.0.bpf.o')]).toEqual([200, true]);
    const nothing = await page(form(['artifact_name', '<b>x</b>'], probe(DEBIAN_12)));
    expect(nothing.body).not.toContain('<b>x');
  });

  test('fetches for those alone whom the API lets fetch', async () => {
    await using lab = await serverLab({
      env: {
        BPFCOMPAT_TRUST_FILE: join(agent.cwd, 'trust.yaml'),
        BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET,
        BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES_RUNTIME_FETCH: 'fetcher',
      },
      dir: agent.cwd,
    });
    const send = async (what: string, claims: object) => {
      const { headers, payload } = form(['artifact_name', 'conn'], ['do', what], probe(DEBIAN_12));
      const credential = await token('delivery', { ...claims });
      return (await lab.inject({ method: 'POST', url: '/runtime', payload, headers: { ...headers, ...credential } }))
        .statusCode;
    };
    expect(await send('select', {})).toBe(200);
    expect(await send('fetch', {})).toBe(403);
    expect(await send('fetch', { roles: ['fetcher'] })).toBe(200);
  });

  test('says what is wrong with a form', async () => {
    const changed = ['host_probe', JSON.stringify({ ...probeOf(DEBIAN_12), probe_sha256: 'x' }), 'h.json'] as const;
    const long = ['host_probe', ' '.repeat(70_000), 'h.json'] as const;
    for (const [parts, status, said] of [
      [[probe(DEBIAN_12)], 400, 'artifact_name'],
      [[['artifact_name', 'conn'], changed], 400, 'is not that of its contents'],
      [
        [
          ['artifact_name', 'conn'],
          ['host_probe', 'x', 'h.json'],
        ],
        400,
        'not JSON',
      ],
      [[['artifact_name', 'conn'], ['do', 'execute'], probe(DEBIAN_12)], 400, 'select or fetch'],
      [[['artifact_name', 'conn'], long], 413, ''],
    ] as const) {
      const { statusCode, body } = await page(form(...(parts as unknown as Parameters<typeof formOf>[0])));
      expect([statusCode, body]).toEqual([status, expect.stringContaining(said)]);
      expect(body).toContain('Back to the form');
    }
  });

  test('shows the machine of the server to callers on it with a key, and to nobody else', async () => {
    const get = async (headers: object, remoteAddress = '127.0.0.1') =>
      (await server.inject({ method: 'GET', url: '/runtime', headers, remoteAddress } as never)).body;
    expect(await get({ 'x-api-key': KEY })).toContain('digest of the probe');
    expect(await get({})).not.toContain('digest of the probe');
    expect(await get({ 'x-api-key': KEY }, '192.0.2.1')).not.toContain('digest of the probe');
    const body = await get({ 'x-api-key': KEY });
    expect(body).not.toContain('execute');
    const own = await page(form(['artifact_name', 'conn'], ['host_probe', '', '']));
    expect([200, 412]).toContain(own.statusCode);
    const far = await server.inject({
      ...{
        method: 'POST',
        url: '/runtime',
        remoteAddress: '192.0.2.1',
        payload: form(['artifact_name', 'conn']).payload,
      },
      headers: { ...form(['artifact_name', 'conn']).headers, 'x-api-key': KEY },
    });
    expect([far.statusCode, far.body.includes('choose the report')]).toEqual([400, true]);
  });
});
