import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { needSpace } from '../../src/server/space.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';
import { DEBIAN_12, probeOf, UBUNTU_20 } from '../fixtures/runtime-lab.ts';
import { KEY, type ServerLab, serverLab } from './server-lab.ts';

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
  const before = readFileSync(stream);
  try {
    writeFileSync(stream, `${'{"operation":"old"}\n'.repeat(200_000)}{"operation":"new"}\n`);
    const url = '/api/v1/runtime/decisions?limit=2';
    const { records } = (await server.inject({ method: 'GET', url, headers: { 'x-api-key': KEY } })).json();
    expect(records).toEqual([{ operation: 'new' }, { operation: 'old' }]);
  } finally {
    writeFileSync(stream, before);
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
