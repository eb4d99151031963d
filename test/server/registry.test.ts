import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findArtifact, verifyProject } from '../../src/registry/artifacts.ts';
import type { JobRecord } from '../../src/server/job.ts';
import type { JobRunner } from '../../src/server/jobs.ts';
import { publishing } from '../../src/server/publish.ts';
import { eventually } from '../fixtures/eventually.ts';
import {
  formOf,
  KEY,
  OBJECT,
  objectForm,
  type Part,
  REGISTRY_TOKENS,
  type ServerLab,
  serverLab,
  writeRegistryTokens,
} from './server-lab.ts';

const BYTES = readFileSync(OBJECT);
const NET = { tenant: 'acme', project: 'net' };
type Sent = Readonly<Record<string, string>>;

let lab: ServerLab;

async function registryLab(env: Record<string, string> = {}): Promise<ServerLab> {
  const own = await serverLab({ env });
  writeRegistryTokens(own.services.settings.workdir);
  return own;
}

beforeAll(async () => {
  lab = await registryLab({ BPFCOMPAT_API_ENABLE_METRICS: 'true' });
});
afterAll(() => lab[Symbol.asyncDispose]());

const bearer = (word: string = REGISTRY_TOKENS.whole) => ({ authorization: `Bearer ${word}` });

async function get(path: string, query: Sent, headers: Sent = bearer(), to = lab) {
  const response = await to.inject({ method: 'GET', url: `/api/v1/registry/${path}`, query, headers });
  return { status: response.statusCode, headers: response.headers, bytes: response.rawPayload, json: response.json };
}

async function upsert(body: object, word?: string, to = lab) {
  const request = { method: 'POST', url: '/api/v1/registry/projects', payload: body, headers: bearer(word) } as const;
  const { statusCode, json } = await to.inject(request);
  return { status: statusCode, ...json() };
}

async function upload(
  fields: Sent,
  { word, more = [], to = lab }: { word?: string; more?: Part[]; to?: ServerLab } = {},
) {
  const form = formOf([...Object.entries({ ...NET, ...fields }), ['artifact_file', BYTES], ...more]);
  const headers = { ...form.headers, ...bearer(word) };
  const url = '/api/v1/registry/artifacts/upload';
  const { statusCode, json } = await to.inject({ method: 'POST', url, payload: form.payload, headers });
  return { status: statusCode, ...json() };
}

test('a project is made, an object is uploaded, listed, verified and downloaded', async () => {
  expect(await upload({ artifact_name: 'conn', artifact_version: '1' })).toMatchObject({ status: 404 });
  expect(await upsert({ ...NET, default_matrix_path: 'm.yaml' })).toMatchObject({
    status: 200,
    project: { schema_version: 'cloud_registry_project.v0.1', visibility: 'private', default_matrix_path: 'm.yaml' },
  });
  const first = await upload({ artifact_name: 'conn', artifact_version: '1', summary_status: 'pass' });
  expect(first).toMatchObject({
    status: 200,
    result: {
      record: { artifact_name: 'conn', summary_status: 'pass', signature_alg: 'ed25519' },
      stored_artifact_path: expect.stringMatching(/^artifacts\/conn\/1\/[0-9a-f]{64}\.bpf\.o$/),
      artifact_size_bytes: BYTES.length,
    },
  });
  expect(await upload({ artifact_name: 'conn', artifact_version: '1' })).toMatchObject({
    status: 409,
    code: 'version_exists',
  });
  await upload({ artifact_name: 'conn', artifact_version: '2' });
  const { records } = (await get('artifacts', NET)).json();
  expect(records.map((one: { artifact_version: string }) => one.artifact_version)).toEqual(['2', '1']);
  expect((await get('history/verify', NET)).json().summary).toEqual({ total: 2, failed: 0 });
  const downloaded = await lab.inject({ method: 'GET', url: first.download_uri, headers: bearer() });
  expect(downloaded.rawPayload.equals(BYTES)).toBe(true);
  expect(downloaded.headers).toMatchObject({
    'x-bpf-sha256': first.result.record.artifact_sha256,
    'content-disposition': 'attachment; filename="conn-1.bpf.o"',
  });
});

describe('a report', () => {
  const report = (sha256: string) => ({
    run: { id: 'run-1', started_at: '2026-01-02T03:04:05Z' },
    artifact: { sha256 },
    matrix: { path: '/home/somebody/m.yaml', name: 'm' },
    targets: [
      { profile_id: 'b', required: true, status: 'pass' },
      { profile_id: 'a', required: false, status: 'fail', classification_code: 'MISSING_BTF' },
    ],
    summary: { status: 'pass' },
  });

  test('says what the record says, and no more than a name of places', async () => {
    const { result } = await upload({ artifact_name: 'digest', artifact_version: '1' });
    const own = JSON.stringify(report(result.record.artifact_sha256));
    const uploaded = await upload({ artifact_name: 'reported', artifact_version: '1', report_json: own });
    expect(uploaded.result.record).toMatchObject({
      ...{ run_id: 'run-1', summary_status: 'pass', required_passed: 1, required_failed: 0, total_profiles: 2 },
      ...{ supported_profiles: ['b'], failed_profiles: ['a'], classification_codes: ['MISSING_BTF'] },
      matrix_path: 'm.yaml',
    });
    const more = { artifact_name: 'reported', artifact_version: '2', report_json: own };
    expect(await upload({ ...more, summary_status: 'fail' })).toMatchObject({ status: 400, code: 'bad_report' });
  });

  test('about another object, or none, is an error', async () => {
    const fields = { artifact_name: 'reported', artifact_version: '3' };
    const other = JSON.stringify(report('0'.repeat(64)));
    expect(await upload({ ...fields, report_json: other })).toMatchObject({ status: 400, code: 'bad_report' });
    expect(await upload({ ...fields, report_json: '{}' })).toMatchObject({ status: 400, code: 'bad_report' });
    const digest = { ...fields, artifact_sha256: '0'.repeat(64) };
    expect(await upload(digest)).toMatchObject({ status: 400, code: 'digest_mismatch' });
  });
});

test.each([
  ['a path as a name', { artifact_name: '../x', artifact_version: '1' }, 400],
  ['a path as a version', { artifact_name: 'x', artifact_version: '..' }, 400],
  ['a path as a tenant', { tenant: '..', artifact_name: 'x', artifact_version: '1' }, 400],
  ['another tenant', { tenant: 'other', artifact_name: 'x', artifact_version: '1' }, 403],
] as const)('%s is turned away, and nothing is left of it', async (_what, fields, status) => {
  expect((await upload(fields)).status).toBe(status);
  const { host, settings } = lab.services;
  expect(await host.files.list(join(settings.workdir, 'cloud-registry/incoming'))).toEqual([]);
});

test('a public project is read without a token, a private one looks like none', async () => {
  const open = { tenant: 'acme', project: 'open' };
  expect((await get('artifacts', open, {})).status).toBe(401);
  await upsert({ ...open, visibility: 'public' });
  await upload({ ...open, artifact_name: 'conn', artifact_version: '1' });
  const version = { ...open, artifact_name: 'conn', version: '1' };
  expect((await get('artifacts', open, {})).status).toBe(200);
  expect((await get('artifacts/download', version, {})).bytes.equals(BYTES)).toBe(true);
  expect((await get('history/verify', open, {})).status).toBe(200);
  // With a token of another tenant no less is to be had than without one, and no more.
  const elsewhere = bearer(REGISTRY_TOKENS.elsewhere);
  expect((await get('artifacts', open, elsewhere)).status).toBe(200);
  expect((await get('artifacts/download', version, elsewhere)).status).toBe(200);
  expect((await get('projects', open, elsewhere)).status).toBe(403);
  expect((await get('audit/events', open, elsewhere)).status).toBe(403);
  const theirs = { ...open, artifact_name: 'conn', artifact_version: '2' };
  expect((await upload(theirs, { word: REGISTRY_TOKENS.elsewhere })).status).toBe(403);
  // Who has read it without a token is in no trail, and the trail is not public.
  expect((await get('audit/events', open, {})).status).toBe(401);
  expect((await get('artifacts', NET, {})).status).toBe(401);
  expect((await get('artifacts', open, bearer('a token that nobody has'))).status).toBe(401);
});

test('a project that is closed while something else of it changes stays closed', async () => {
  const busy = { tenant: 'acme', project: 'busy' };
  for (let n = 0; n < 3; n++) {
    await upsert({ ...busy, visibility: 'public' });
    const others = Array.from({ length: 4 }, (_, index) => upsert({ ...busy, default_matrix_path: `${index}.yaml` }));
    await Promise.all([...others, upsert({ ...busy, visibility: 'private' })]);
    const { projects } = (await get('projects', busy)).json();
    expect(projects).toMatchObject([{ visibility: 'private', default_matrix_path: expect.stringMatching(/^\d/) }]);
  }
});

test('a token for one project lists it, and not its tenant', async () => {
  expect((await get('projects', NET, bearer(REGISTRY_TOKENS.reads))).status).toBe(200);
  expect((await get('projects', { tenant: 'acme' }, bearer(REGISTRY_TOKENS.reads))).status).toBe(403);
  const { projects } = (await get('projects', { tenant: 'acme' })).json();
  expect(projects.map((one: { project: string }) => one.project)).toEqual(['busy', 'net', 'open']);
});

test('what was done is written down, denials too', async () => {
  expect(
    (await upload({ artifact_name: 'x', artifact_version: '1' }, { word: REGISTRY_TOKENS.elsewhere })).status,
  ).toBe(403);
  const { records } = (await get('audit/events', { ...NET, limit: '1' })).json();
  expect(records).toEqual([
    expect.objectContaining({
      ...{ action: 'registry_artifact_upload', actor: 'elsewhere', status: 'denied', message: 'forbidden' },
      ...NET,
    }),
  ]);
});

test('bytes and records that were changed are not given out', async () => {
  await using own = await registryLab();
  await upsert(NET, undefined, own);
  const { result } = await upload({ artifact_name: 'conn', artifact_version: '1' }, { to: own });
  const dir = join(own.services.settings.workdir, 'cloud-registry/tenants/acme/projects/net');
  const version = { ...NET, artifact_name: 'conn', version: '1' };
  const object = join(dir, result.stored_artifact_path);
  writeFileSync(object, Buffer.concat([BYTES, Buffer.from('x')]));
  const changed = await get('artifacts/download', version, bearer(), own);
  expect([changed.status, changed.json().code]).toEqual([412, 'artifact_changed']);
  rmSync(object);
  symlinkSync(OBJECT, object);
  expect((await get('artifacts/download', version, bearer(), own)).status).toBe(400);
  const history = join(dir, 'registry/artifact_versions.jsonl');
  writeFileSync(history, readFileSync(history, 'utf8').replace('"unknown"', '"pass"'));
  const verified = (await get('history/verify', NET, bearer(), own)).json();
  // The record, and that the last one is not what was written last.
  expect(verified.summary).toEqual({ total: 2, failed: 2 });
});

describe('auto-sync', () => {
  const SYNC = {
    BPFCOMPAT_API_AUTO_SYNC_REGISTRY: 'true',
    BPFCOMPAT_API_AUTO_SYNC_TENANT: 'acme',
    BPFCOMPAT_API_AUTO_SYNC_PROJECT: 'checked',
    BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true',
  };
  const checked = { tenant: 'acme', project: 'checked' };
  let runs = 0;
  /** As a finished check leaves its report. */
  const runWith =
    (status: string): JobRunner =>
    async ({ request }) => {
      const runId = `run-${++runs}`;
      const json = join(mkdtempSync(join(tmpdir(), 'bpfcompat-synced-')), 'report.json');
      const report = {
        run: { id: runId, started_at: '2026-01-02T03:04:05Z' },
        artifact: { sha256: request.sha256, path: '/home/somebody/x.bpf.o' },
        matrix: { path: '/home/somebody/m.yaml' },
        targets: [{ profile_id: 'b', required: true, status, classification_code: 'MISSING_BTF' }],
        summary: { status },
      };
      writeFileSync(json, JSON.stringify(report));
      return { runId, exitCode: 2, json, markdown: '' };
    };
  const run = runWith('fail');
  const check = async (to: ServerLab, headers: Sent, ...more: Part[]) => {
    const form = objectForm(...more);
    const request = { method: 'POST', url: '/api/v1/validate/start', payload: form.payload } as const;
    const { json } = await to.inject({ ...request, headers: { ...form.headers, ...headers } });
    await to.services.jobs.ended(json().job_id);
    return to.services.jobs.get(json().job_id);
  };

  test('results of callers with a credential become versions, and no others', async () => {
    const own = await serverLab({ env: SYNC, run });
    writeRegistryTokens(own.services.settings.workdir);
    await using _ = own;
    const key = { 'x-api-key': KEY };
    await check(own, {}, ['artifact_name', 'conn'], ['artifact_version', '0']);
    await check(own, key, ['artifact_name', 'conn'], ['artifact_version', '1']);
    // The same version again: what was checked stands, and nothing is changed.
    expect(await check(own, key, ['artifact_name', 'conn'], ['artifact_version', '1'])).toMatchObject({
      state: 'completed',
    });
    await check(own, key);
    const { records } = (await get('artifacts', checked, bearer(), own)).json();
    expect(records).toMatchObject([
      { artifact_name: expect.stringMatching(/^my/), artifact_version: 'run-4' },
      { artifact_name: 'conn', artifact_version: '1', summary_status: 'fail', failed_profiles: ['b'] },
    ]);
    const version = { ...checked, artifact_name: 'conn', version: '1' };
    expect((await get('artifacts/download', version, bearer(), own)).bytes.equals(BYTES)).toBe(true);
    expect((await get('projects', checked, bearer(), own)).json().projects).toMatchObject([{ visibility: 'private' }]);
    const events = (await get('audit/events', checked, bearer(), own)).json().records;
    const synced = events.filter(({ actor }: { actor: string }) => actor === 'auto-sync');
    expect(synced.map(({ status, message }: { status: string; message?: string }) => [status, message])).toEqual([
      ['ok', undefined],
      ['error', 'version_exists'],
      ['ok', undefined],
    ]);
    const reports = join(own.services.settings.workdir, 'cloud-registry/tenants/acme/projects/checked/reports');
    for (const name of readdirSync(reports)) expect(readFileSync(join(reports, name), 'utf8')).not.toContain('/home');
  });

  test('a check that did not complete takes the place of no version', async () => {
    let status = 'error';
    const inTurn: JobRunner = (...job) => runWith(status)(...job);
    await using own = await serverLab({ env: SYNC, run: inTurn });
    writeRegistryTokens(own.services.settings.workdir);
    const version = [
      ['artifact_name', 'conn'],
      ['artifact_version', '1'],
    ] as const;
    await check(own, { 'x-api-key': KEY }, ...version);
    expect(own.log.join('')).toContain('inconclusive');
    status = 'pass';
    await check(own, { 'x-api-key': KEY }, ...version);
    const { records } = (await get('artifacts', checked, bearer(), own)).json();
    expect(records).toMatchObject([{ artifact_version: '1', summary_status: 'pass' }]);
  });

  test('what a job on the disk says of its object leads to no place outside of the registry', async () => {
    let given: JobRecord | undefined;
    const keeps: JobRunner = (job, ...more) => {
      given = job;
      return run(job, ...more);
    };
    await using own = await serverLab({ env: SYNC, run: keeps });
    await check(own, {});
    if (given === undefined) throw new Error('a job ran');
    const { store, settings } = own.services;
    const request = { ...given.request, publish: true, sha256: `x${'/..'.repeat(7)}/outside` };
    const job = { ...given, job_id: `job-${'0'.repeat(32)}`, request };
    mkdirSync(store.dir(job.job_id));
    writeFileSync(join(store.dir(job.job_id), request.artifact), BYTES);
    await publishing(run, own.services)(job, new AbortController().signal, () => {});
    expect(own.log.join('')).toContain('artifact_changed');
    expect(
      readdirSync(settings.workdir, { recursive: true }).filter((path) => String(path).includes('outside')),
    ).toEqual([]);
    expect(readdirSync(join(settings.workdir, 'cloud-registry'))).toEqual(['audit']);
  });

  test('a job that waited while this was switched off is not published', async () => {
    let given: JobRecord | undefined;
    const keeps: JobRunner = (job, ...more) => {
      given = job;
      return run(job, ...more);
    };
    await using own = await serverLab({ env: SYNC, run: keeps });
    await check(own, { 'x-api-key': KEY });
    if (given === undefined) throw new Error('a job ran');
    expect(given.request.publish).toBe(true);
    await using off = await registryLab();
    const { workdir } = off.services.settings;
    await publishing(run, off.services)(given, new AbortController().signal, () => {});
    expect(readdirSync(join(workdir, 'cloud-registry'))).toEqual(['auth']);
  });

  test.each([
    [{ BPFCOMPAT_API_AUTO_SYNC_TENANT: '' }, /AUTO_SYNC_TENANT/],
    [{ BPFCOMPAT_API_AUTO_SYNC_PROJECT: '../x' }, /AUTO_SYNC_PROJECT/],
    [{ BPFCOMPAT_API_AUTO_SYNC_PROJECT_VISIBILITY: 'all' }, /private or public/],
  ])('%j is an error before the server begins', async (env, message) => {
    await expect(serverLab({ env: { ...SYNC, ...env }, run })).rejects.toThrow(message);
  });
});

test('a tenant has a bound of projects', async () => {
  await using own = await registryLab({ BPFCOMPAT_REGISTRY_MAX_PROJECTS_PER_TENANT: '2' });
  for (const project of ['a', 'b', 'a'])
    expect((await upsert({ tenant: 'acme', project }, undefined, own)).status).toBe(200);
  expect(await upsert({ tenant: 'acme', project: 'c' }, undefined, own)).toMatchObject({
    status: 429,
    code: 'quota_exceeded',
  });
  expect(readdirSync(join(own.services.settings.workdir, 'cloud-registry/tenants/acme/projects'))).not.toContain('c');
});

/** Requests an object without reading it. */
async function slowReader(port: number, url: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.write(`GET ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

test('readers who take their time hold no object in memory, and get all of it', async () => {
  await using own = await registryLab();
  await upsert({ ...NET, visibility: 'public' }, undefined, own);
  const large = Buffer.concat([BYTES, Buffer.alloc(8 * 1024 * 1024, 7)]);
  const form = formOf([
    ...Object.entries({ ...NET, artifact_name: 'large', artifact_version: '1' }),
    ['artifact_file', large],
  ]);
  const headers = { ...form.headers, ...bearer() };
  const request = { method: 'POST', url: '/api/v1/registry/artifacts/upload', payload: form.payload, headers } as const;
  const { download_uri: url } = (await own.inject(request)).json();
  await own.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = own.app.server.address() as AddressInfo;
  const before = process.memoryUsage().arrayBuffers;
  const readers: Socket[] = [];
  for (let n = 0; n < 40; n++) readers.push(await slowReader(port, url));
  // Half of what they would hold; what is left is garbage of the digests.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * large.length);
  const [first, ...others] = readers;
  for (const one of others) one.destroy();
  const chunks: Buffer[] = [];
  for await (const chunk of first ?? []) chunks.push(chunk as Buffer);
  const got = Buffer.concat(chunks);
  const end = got.indexOf('\r\n\r\n');
  expect(got.subarray(0, end).toString()).toContain(`content-length: ${large.length}`);
  expect(got.subarray(end + 4).equals(large)).toBe(true);
});

test('an object whose download cannot be written down is not sent, and not held open', async () => {
  await using own = await registryLab();
  await upsert(NET, undefined, own);
  await upload({ artifact_name: 'conn', artifact_version: '1' }, { to: own });
  const trail = join(own.services.settings.workdir, 'cloud-registry/audit/events.jsonl');
  rmSync(trail);
  mkdirSync(trail);
  const query = { ...NET, artifact_name: 'conn', version: '1' };
  expect((await get('artifacts/download', query, bearer(), own)).status).toBe(500);
  const held = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return (
          readlinkSync(`/proc/self/fd/${fd}`).startsWith(own.dir) &&
          readlinkSync(`/proc/self/fd/${fd}`).endsWith('.bpf.o')
        );
      } catch {
        return false;
      }
    });
  await eventually(() => expect(held()).toEqual([]));
});

test('a history is read and verified once, and again when it was changed', async () => {
  await using own = await registryLab();
  await upsert(NET, undefined, own);
  await upload({ artifact_name: 'conn', artifact_version: '1' }, { to: own });
  const { host, settings } = own.services;
  const history = join(settings.workdir, 'cloud-registry/tenants/acme/projects/net/registry/artifact_versions.jsonl');
  const reads: string[] = [];
  const read: typeof host.files.read = (path, most) => {
    if (path === history) reads.push(path);
    return host.files.read(path, most);
  };
  const counting = { ...host, files: { ...host.files, read } };
  const version = { artifact_name: 'conn', artifact_version: '1' };
  for (let n = 0; n < 3; n++) {
    expect(await verifyProject(counting, settings.workdir, NET)).toMatchObject([{ verified: true }]);
    const found = await findArtifact(counting, settings.workdir, NET, version);
    expect(readFileSync(found?.path ?? '').equals(BYTES)).toBe(true);
  }
  expect(reads).toHaveLength(1);
  writeFileSync(history, readFileSync(history, 'utf8').replace('"unknown"', '"failing"'));
  expect((await verifyProject(counting, settings.workdir, NET))[0]).toMatchObject({ verified: false });
  expect(reads).toHaveLength(2);
});

test('names that only differ in where they are divided have a report each', async () => {
  await using own = await registryLab();
  await upsert(NET, undefined, own);
  const { result } = await upload({ artifact_name: 'a-b', artifact_version: 'c', summary_status: 'fail' }, { to: own });
  const path = join(
    own.services.settings.workdir,
    'cloud-registry/tenants/acme/projects/net',
    result.record.json_report_path,
  );
  const before = readFileSync(path, 'utf8');
  expect((await upload({ artifact_name: 'a', artifact_version: 'b-c' }, { to: own })).status).toBe(200);
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('an upload that was killed blocks no version, and leaves nothing', async () => {
  await using own = await registryLab();
  await upsert(NET, undefined, own);
  const top = join(own.services.settings.workdir, 'cloud-registry');
  // As a server leaves them that ends between the object and its record, and while it receives.
  const version = join(top, 'tenants/acme/projects/net/artifacts/conn/1');
  mkdirSync(version, { recursive: true });
  writeFileSync(join(version, `${'0'.repeat(64)}.bpf.o`), 'x');
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  mkdirSync(join(top, `incoming/bpfcompat-upload-${namespace}-999999999-abcdef`), { recursive: true });
  expect(await upload({ artifact_name: 'conn', artifact_version: '1' }, { to: own })).toMatchObject({ status: 200 });
  expect(readdirSync(version)).toHaveLength(1);
  expect(readdirSync(join(top, 'incoming'))).toEqual([]);
  expect(await upload({ artifact_name: 'conn', artifact_version: '1' }, { to: own })).toMatchObject({ status: 409 });
});

test('quotas and rates have a bound each', async () => {
  await using own = await registryLab({
    BPFCOMPAT_REGISTRY_MAX_ARTIFACT_VERSIONS_PER_NAME: '1',
    BPFCOMPAT_REGISTRY_MAX_PROJECT_STORAGE_BYTES: String(BYTES.length * 2),
    BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS: '5',
  });
  await upsert(NET, undefined, own);
  const send = (artifact_name: string, artifact_version: string) =>
    upload({ artifact_name, artifact_version }, { to: own });
  expect(await send('a', '1')).toMatchObject({ status: 200 });
  expect(await send('a', '2')).toMatchObject({ status: 429, code: 'quota_exceeded' });
  expect(await send('b', '1')).toMatchObject({ status: 429, code: 'quota_exceeded' });
  const codes: number[] = [];
  for (let n = 0; n < 6; n++) codes.push((await get('artifacts', NET, bearer(), own)).status);
  expect(codes).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await get('artifacts', NET, bearer(REGISTRY_TOKENS.reads), own)).status).toBe(200);
  // Names that are not a caller's are no way around it.
  const others = async (headers: Sent): Promise<number[]> => {
    const found: number[] = [];
    for (let n = 0; n < 6; n++)
      found.push((await get('artifacts', { tenant: `t${n}`, project: 'x' }, headers, own)).status);
    return found;
  };
  expect(await others(bearer(REGISTRY_TOKENS.elsewhere))).toEqual([403, 403, 403, 403, 403, 429]);
  expect(await others({})).toEqual([401, 401, 401, 401, 401, 429]);
  await using small = await registryLab({ BPFCOMPAT_REGISTRY_MAX_ARTIFACT_BYTES: '64' });
  await upsert(NET, undefined, small);
  expect(await upload({ artifact_name: 'a', artifact_version: '1' }, { to: small })).toMatchObject({ status: 413 });
});

test('an identity may be needed besides the token, and a file of tokens that is broken lets nobody in', async () => {
  await using own = await registryLab({
    BPFCOMPAT_API_REGISTRY_REQUIRE_IDENTITY: 'true',
    BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: 'a secret of this test that has more than 32 bytes',
  });
  const { status, json } = await get('projects', NET, bearer(), own);
  expect([status, json().code]).toEqual([401, 'identity_required']);
  const file = join(own.services.settings.workdir, 'cloud-registry/auth/tokens.json');
  writeFileSync(file, '{"tokens": [{"token": "a token without a subject"}]}');
  const broken = await get('projects', NET, bearer(), own);
  expect([broken.status, broken.json().code]).toEqual([503, 'registry_not_configured']);
  rmSync(file);
  const none = await get('projects', NET, bearer(), own);
  expect([none.status, none.json().code]).toEqual([503, 'registry_not_configured']);
});

test.each([
  ['not_before', '2999-01-01T00:00:00Z'],
  ['expires_at', '2020-01-01T00:00:00Z'],
  ['expires_at', 'soon'],
  ['not_before', '2020-01-01'],
])('a token with %s %s does not count', async (key, value) => {
  await using own = await serverLab();
  const { workdir } = own.services.settings;
  writeRegistryTokens(workdir);
  const file = join(workdir, 'cloud-registry/auth/tokens.json');
  const { tokens } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ tokens: tokens.map((one: object) => ({ ...one, [key]: value })) }));
  expect((await get('projects', NET, bearer(), own)).status).toBe(401);
});
