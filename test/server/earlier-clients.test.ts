import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobRunner } from '../../src/server/jobs.ts';
import { type AgentLab, createAgentLab } from '../fixtures/agent-lab.ts';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { eventually } from '../fixtures/eventually.ts';
import { DEBIAN_12, probeOf } from '../fixtures/runtime-lab.ts';
import { at } from '../site/site-runs.ts';
import { saveRuns } from './saved-runs.ts';
import { KEY, OBJECT, REGISTRY_TOKENS, type ServerLab, serverLab, writeRegistryTokens } from './server-lab.ts';

/**
 * Requests as clients of the earlier tool put them on the wire, byte for byte: programs in Go, and scripts with curl. What
 * they read of the responses has to be there.
 */

let agent: AgentLab;
let lab: ServerLab;
let port = 0;
const RUNS = [at(placedRun(PLACE), 1), at(placedRun(PLACE, 2), 2), at(placedRun(PLACE), 3)];

const run: JobRunner = async (_job, _signal, onEvent) => {
  const runId = RUNS[0]?.runId ?? '';
  onEvent({ type: 'run-start', runId, artifacts: ['a'], targets: ['debian-12-6.1'], cells: 1 });
  const json = join(lab.services.settings.workdir, 'runs', runId, 'report.json');
  return { runId, exitCode: 2, json, markdown: json.replace(/json$/, 'md') };
};

beforeAll(async () => {
  agent = await createAgentLab();
  saveRuns(agent.workdir, RUNS);
  writeRegistryTokens(agent.workdir);
  const env = { BPFCOMPAT_TRUST_FILE: join(agent.cwd, 'trust.yaml'), BPFCOMPAT_API_ENABLE_METRICS: 'true' };
  lab = await serverLab({ env, dir: agent.cwd, run });
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  port = (lab.app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  agent[Symbol.dispose]();
});

const GO = ['User-Agent: Go-http-client/1.1', 'Accept-Encoding: gzip'];
const CURL = ['User-Agent: curl/7.88.1', 'Accept: */*'];
const KEY_HEADER = `X-API-Key: ${KEY}`;

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Sends a request as it is. @param request first line and headers, without those of the connection */
function wire(request: readonly string[], body: Buffer | string = ''): Promise<Answer> {
  const length = Buffer.byteLength(body);
  const head = [...request, ...(length > 0 ? [`Content-Length: ${length}`] : []), 'Connection: close'];
  const [first, ...headers] = head;
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', failed);
    socket.on('close', () => {
      const [top = '', ...rest] = text.split('\r\n\r\n');
      done({ status: Number(top.split(' ')[1]), headers: top, body: rest.join('\r\n\r\n') });
    });
    socket.write(`${[first, `Host: 127.0.0.1:${port}`, ...headers].join('\r\n')}\r\n\r\n`);
    socket.write(body);
  });
}

/** A JSON response; one that came in chunks is put together by its braces. */
function json({ body }: Answer): Record<string, unknown> {
  return JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as Record<string, unknown>;
}

/** As Go's mime/multipart writes it. */
function goForm(fields: Readonly<Record<string, string>>): readonly [type: string, body: Buffer] {
  const boundary = '8c5e1f0b7a4d4f2f9f0a6c3d2e1b0a99c7d6e5f4a3b2c1d0e9f8a7b6c5d4';
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="artifact_file"; filename="conn.bpf.o"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const rest = Object.entries(fields).map(
    ([name, value]) => `\r\n--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`,
  );
  const body = [Buffer.from(file), readFileSync(OBJECT), Buffer.from(`${rest.join('')}\r\n--${boundary}--\r\n`)];
  return [`Content-Type: multipart/form-data; boundary=${boundary}`, Buffer.concat(body)];
}

describe.each(['/api', '/api/v1'])('below %s', (prefix) => {
  test.each([
    ['health', ['status']],
    [
      'config',
      [
        ...['write_api_key_configured', 'write_identity_verifier_enabled', 'write_require_identity'],
        ...['allow_anonymous_validate', 'allow_anonymous_write', 'allow_anonymous_runtime_delivery'],
        ...['registry_require_identity', 'runtime_execute_enabled', 'runtime_execute_kill_switch'],
        'runtime_execute_approval_configured',
      ],
    ],
  ])('GET %s', async (path, keys) => {
    const response = await wire([`GET ${prefix}/${path} HTTP/1.1`, ...GO]);
    expect(response.status).toBe(200);
    expect(Object.keys(json(response))).toEqual(expect.arrayContaining(keys));
    // Two blanks, as before: scripts take single lines out of it.
    expect(response.body).toMatch(/\{\n {2}"/);
  });

  test('GET profiles', async () => {
    const { profiles } = json(await wire([`GET ${prefix}/profiles HTTP/1.1`, ...CURL]));
    expect((profiles as object[])[0]).toMatchObject({
      ...{ id: expect.any(String), distro: expect.any(String), version: expect.any(String) },
      ...{ kernel_family: expect.any(String), arch: expect.any(String), required_default: expect.any(Boolean) },
      ...{ image_local_path: expect.any(String), image_cached: expect.any(Boolean), source_mode: expect.any(String) },
      ...{ transport: expect.any(String), transport_supported: expect.any(Boolean) },
    });
  });

  test('POST validate, and validate/start with its status', async () => {
    const fields = { profiles: 'debian-12-6.1', required_profiles: 'debian-12-6.1', timeout: '8m', concurrency: '2' };
    const [type, body] = goForm({ ...fields, validation_mode: 'load_attach', artifact_name: 'conn' });
    const done = await wire([`POST ${prefix}/validate HTTP/1.1`, ...GO, type, KEY_HEADER], body);
    expect(done.status).toBe(200);
    const result = { exit_code: 2, report_json_path: 'report.json', report: { schema_version: 'v0.1' } };
    expect(json(done)).toMatchObject(result);
    const started = await wire([`POST ${prefix}/validate/start HTTP/1.1`, ...GO, type, KEY_HEADER], body);
    expect(started.status).toBe(202);
    const { job_id: id, status_url: url } = json(started);
    expect(url).toMatch(/^\/api\/v1\/validate\/status\?job_id=/);
    await eventually(async () => {
      const status = json(await wire([`GET ${prefix}/validate/status?job_id=${id} HTTP/1.1`, ...GO, KEY_HEADER]));
      expect(status).toMatchObject({
        ...{ job_id: id, state: 'completed', stage: 'completed', percent: 100, total_profiles: 1 },
        ...{ profile_statuses: { 'debian-12-6.1': 'pending' }, finished_at: expect.any(String), result },
      });
    });
  });

  test('GET history/*, with the key in each way that was taken', async () => {
    for (const key of [KEY_HEADER, `X-API-Token: ${KEY}`, `Authorization: Bearer ${KEY}`, `Authorization: ${KEY}`]) {
      const response = await wire([`GET ${prefix}/history/runs?limit=200 HTTP/1.1`, ...GO, key]);
      expect((json(response)['records'] as object[]).length).toBe(RUNS.length);
    }
    const { records } = json(await wire([`GET ${prefix}/history/runs?limit=1 HTTP/1.1`, ...CURL, KEY_HEADER]));
    const [{ run_id: id = '' } = {}] = records as { run_id?: string }[];
    const report = await wire([`GET ${prefix}/history/run-report?run_id=${id} HTTP/1.1`, ...CURL, KEY_HEADER]);
    expect(json(report)).toMatchObject({ run_id: id, report: { schema_version: 'v0.1' } });
    const artifacts = await wire([
      `GET ${prefix}/history/artifacts?artifact_name=conn&limit=200 HTTP/1.1`,
      ...GO,
      KEY_HEADER,
    ]);
    expect([artifacts.status, Object.keys(json(artifacts))]).toEqual([200, ['records']]);
  });

  test('POST compare', async () => {
    const [base, head] = RUNS.map(({ runId }) => join(agent.workdir, 'runs', runId, 'report.json'));
    const body = JSON.stringify({ base_report: base, head_report: head });
    const type = 'Content-Type: application/json';
    const response = await wire([`POST ${prefix}/compare HTTP/1.1`, ...GO, type, KEY_HEADER], body);
    expect(json(response)).toMatchObject({ diff: { schema_version: 'compat_diff.v0.1' } });
  });

  test('POST agent/decision, runtime/select and runtime/fetch', async () => {
    const common = { artifact_name: 'conn', version: '', target_profile: '', host_probe: probeOf(DEBIAN_12) };
    const post = (path: string, body: object) =>
      wire(
        [`POST ${prefix}/${path} HTTP/1.1`, ...GO, 'Content-Type: application/json', KEY_HEADER],
        JSON.stringify(body),
      );
    const labels = { tenant: 'acme', project: 'edge', agent_id: 'node-1', limit: 5, require_verified_history: true };
    expect(json(await post('agent/decision', { ...labels, ...common }))).toMatchObject({
      decision: { agent_id: 'node-1' },
      audit: expect.any(Object),
    });
    const selected = await post('runtime/select', { ...common, limit: 5, workdir: '.bpfcompat' });
    expect(json(selected)).toMatchObject({ selection: { selected: expect.any(Object) } });
    const places = { workdir: agent.workdir, out_dir: 'runtime-selected', require_verified_history: true };
    expect(json(await post('runtime/fetch', { ...common, ...places }))).toMatchObject({ fetch: expect.any(Object) });
    expect((await post('runtime/fetch', { ...common, out_dir: '../x' })).status).toBe(400);
  });

  test('GET runtime/decisions and runtime/probe, and POST runtime/execute where it is off', async () => {
    const query = `limit=200&workdir=${encodeURIComponent(agent.workdir)}`;
    const decisions = await wire([`GET ${prefix}/runtime/decisions?${query} HTTP/1.1`, ...GO, KEY_HEADER]);
    expect(json(decisions)['records']).toEqual(expect.arrayContaining([expect.objectContaining({ source: 'api' })]));
    expect((await wire([`GET ${prefix}/runtime/decisions?workdir=/etc HTTP/1.1`, ...GO, KEY_HEADER])).status).toBe(400);
    const flags = 'prefer_privileged=false&use_sudo=false&sudo_non_interactive=true';
    const probe = await wire([`GET ${prefix}/runtime/probe?${flags} HTTP/1.1`, ...GO, KEY_HEADER]);
    expect(json(probe)).toMatchObject({ probe: { schema_version: 'runtime_probe.v0.1' } });
    const type = 'Content-Type: application/json';
    const execute = await wire([`POST ${prefix}/runtime/execute HTTP/1.1`, ...GO, type, KEY_HEADER], '{}');
    expect([execute.status, json(execute)['error']]).toEqual([403, expect.any(String)]);
  });

  test('registry/*, and agent/decision with the same token', async () => {
    const token = `Authorization: Bearer ${REGISTRY_TOKENS.whole}`;
    const on = { tenant: 'acme', project: prefix === '/api' ? 'old' : 'new' };
    const query = new URLSearchParams(on).toString();
    const get = (path: string) => wire([`GET ${prefix}/registry/${path} HTTP/1.1`, ...GO, token]);
    const post = (path: string, body: object) =>
      wire([`POST ${prefix}/${path} HTTP/1.1`, ...GO, 'Content-Type: application/json', token], JSON.stringify(body));
    const project = { ...on, visibility: 'private', default_matrix_path: 'matrices/mvp.yaml' };
    expect(json(await post('registry/projects', project))).toMatchObject({
      project: { ...project, schema_version: 'cloud_registry_project.v0.1' },
    });
    const counts = { summary_status: 'pass', required_passed: '2', required_failed: '0', total_profiles: '2' };
    const [type, body] = goForm({
      ...{ ...on, ...counts, artifact_name: 'conn', artifact_version: 'v1.0.0', artifact_variant: 'ringbuf' },
      ...{ source_run_id: 'run-1', supported_profiles: 'debian-12-6.1,ubuntu-22.04-5.15', matrix_name: 'mvp' },
    });
    const upload = () => wire([`POST ${prefix}/registry/artifacts/upload HTTP/1.1`, ...GO, type, token], body);
    const sha256 = createHash('sha256').update(readFileSync(OBJECT)).digest('hex');
    expect(json(await upload())).toMatchObject({
      result: {
        ...{ project: on, artifact_size_bytes: readFileSync(OBJECT).length, stored_artifact_path: expect.any(String) },
        record: { artifact_sha256: sha256, supported_profiles: ['debian-12-6.1', 'ubuntu-22.04-5.15'] },
      },
      download_uri: expect.stringContaining('registry/artifacts/download?'),
    });
    expect((await upload()).status).toBe(409);
    expect(json(await get(`projects?${query}`))).toMatchObject({ projects: [on] });
    expect(json(await get(`artifacts?${query}&artifact_name=conn&limit=20`))).toMatchObject({
      records: [{ artifact_version: 'v1.0.0', required_passed: 2 }],
    });
    const download = await get(`artifacts/download?${query}&artifact_name=conn&version=v1.0.0`);
    expect(download.headers).toMatch(new RegExp(`x-bpf-sha256: ${sha256}`, 'i'));
    expect(download.headers).toContain('attachment; filename="conn-v1.0.0.bpf.o"');
    expect(json(await get(`history/verify?${query}`))).toMatchObject({ summary: { total: 1, failed: 0 } });
    const { records } = json(await get(`audit/events?${query}&limit=50`)) as { records: { action: string }[] };
    expect(records.map(({ action }) => action)).toContain('registry_artifact_upload');
    const decision = { ...on, agent_id: 'node-1', artifact_name: 'conn', host_probe: probeOf(DEBIAN_12) };
    expect(json(await post('agent/decision', decision))).toMatchObject({ decision: { agent_id: 'node-1' } });
    expect((await post('agent/decision', { ...decision, tenant: 'other' })).status).toBe(403);
  });

  test('a wrong method is 405, a missing key 401, and both say why in "error"', async () => {
    const method = await wire([`GET ${prefix}/compare HTTP/1.1`, ...CURL]);
    const key = await wire([`GET ${prefix}/history/runs HTTP/1.1`, ...CURL]);
    expect([method.status, key.status]).toEqual([405, 401]);
    for (const one of [method, key]) expect(json(one)).toMatchObject({ error: expect.any(String) });
  });
});

test('probes, badge and metrics at the top', async () => {
  const get = (path: string, ...more: string[]) => wire([`GET ${path} HTTP/1.1`, ...CURL, ...more]);
  expect((await get('/livez')).body).toContain('ok');
  expect(json(await get('/readyz'))).toMatchObject({ status: 'ok', checks: [{ name: 'workdir', ok: true }] });
  const badge = await get(`/badge/${RUNS[1]?.runId}.svg`, KEY_HEADER);
  expect(badge.body).toMatch(/compat: \d+\/\d+ kernels/);
  const unknown = await get('/badge/20200101T000000Z-000000.svg', KEY_HEADER);
  expect([unknown.status, unknown.body]).toEqual([200, expect.stringContaining('compat: unknown')]);
  const metrics = await get('/metrics', KEY_HEADER);
  expect(metrics.body).toContain('bpfcompat_http_requests_total{');
  // How requests of the runtime track ended, by either way to them.
  const post = (path: string) =>
    wire([`POST ${path} HTTP/1.1`, ...GO, KEY_HEADER, 'Content-Type: application/json'], '{}');
  const ended = [
    await post('/api/v1/runtime/fetch'),
    await post('/api/runtime/fetch'),
    await post('/api/runtime/execute'),
  ];
  expect(ended.map(({ status }) => status)).toEqual([400, 400, 403]);
  const after = (await get('/metrics', KEY_HEADER)).body;
  expect(after).toMatch(/^bpfcompat_runtime_fetch_total\{outcome="invalid"\} \d+$/m);
  expect(after).toMatch(/^bpfcompat_runtime_execute_total\{outcome="denied"\} \d+$/m);
  // Both are off, as they were without their variables.
  expect((await get('/debug/pprof/heap', KEY_HEADER)).status).toBe(404);
  const hook = await wire(['POST /github/marketplace/webhook HTTP/1.1', ...GO, 'Content-Type: application/json'], '{}');
  expect([hook.status, json(hook)['error']]).toEqual([503, expect.any(String)]);
  expect((await get('/api/health', 'X-Request-Id: abc-1', 'traceparent: 00-ab-cd-01')).headers).toMatch(
    /x-request-id: abc-1[\s\S]*traceparent: 00-ab-cd-01/i,
  );
});

test('a list is read page by page while it grows', async () => {
  const read = async (query: string) =>
    json(await wire([`GET /api/v1/history/runs?${query} HTTP/1.1`, ...CURL, KEY_HEADER])) as {
      records: { run_id: string }[];
      next_cursor?: string;
    };
  const newest = RUNS.map(({ runId }) => runId).reverse();
  const first = await read('limit=2');
  expect(first.records.map(({ run_id: id }) => id)).toEqual(newest.slice(0, 2));
  saveRuns(agent.workdir, [...RUNS, at(placedRun(PLACE), 4)]);
  const second = await read(`limit=2&cursor=${first.next_cursor}`);
  expect(second.records.map(({ run_id: id }) => id)).toEqual(newest.slice(2));
  expect(second.next_cursor).toBeUndefined();
  const wrong = await wire(['GET /api/v1/history/runs?cursor=x HTTP/1.1', ...CURL, KEY_HEADER]);
  expect([wrong.status, json(wrong)['code']]).toEqual([400, 'bad_query']);
});
