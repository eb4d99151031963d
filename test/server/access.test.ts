import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { saveProject } from '../../src/registry/projects.ts';
import { pathsOf } from '../../src/server/register.ts';
import { ROUTES, type RouteName } from '../../src/server/routes.ts';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { DEBIAN_12, probeOf } from '../fixtures/runtime-lab.ts';
import { at } from '../site/site-runs.ts';
import { CALLERS, type CallerName, PAGES, SWITCHES, TABLE, THROUGH, token } from './access-table.ts';
import { saveRuns } from './saved-runs.ts';
import {
  formOf,
  KEY,
  OBJECT,
  objectForm,
  type Part,
  SECRET,
  type ServerLab,
  serverLab,
  writeRegistryTokens,
} from './server-lab.ts';

const labs = new Map<string, Promise<ServerLab>>();
function labOf(name: keyof typeof SWITCHES): Promise<ServerLab> {
  const env = { BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET, BPFCOMPAT_API_ENABLE_METRICS: 'true', ...SWITCHES[name] };
  const fresh = async (): Promise<ServerLab> => {
    const lab = await serverLab({ env, args: name === 'demo' ? ['--public-demo'] : [] });
    const { host, settings } = lab.services;
    writeRegistryTokens(settings.workdir);
    await saveProject(host, settings.workdir, { tenant: 'acme', project: 'net' }, {});
    return lab;
  };
  const lab = labs.get(name) ?? fresh();
  labs.set(name, lab);
  return lab;
}

const NET = { tenant: 'acme', project: 'net' };
const VERSION = { ...NET, artifact_name: 'conn', artifact_version: '1' };
const OBJECT_PART: Part = ['artifact_file', readFileSync(OBJECT)];
const ID = `job-${'0'.repeat(32)}`;

/** A request that is in order but for who sends it. */
function requestOf(name: RouteName, path: string): InjectOptions {
  const { method } = ROUTES[name];
  const url = path.replace(':id', ID).replace(':file', 'none.svg');
  if (name === 'validateStatus') return { method, url: `${url}?job_id=${ID}` };
  if (name === 'runReport') return { method, url: `${url}?run_id=none` };
  if (name === 'compare') return { method, url, payload: { base_run: 'a', head_run: 'b' } };
  if (name === 'agentDecision')
    return { method, url, payload: { ...NET, artifact_name: 'conn', host_probe: probeOf(DEBIAN_12) } };
  if (name === 'registryUpsert') return { method, url, payload: NET };
  if (name === 'registryUpload') return { method, url, ...formOf([...Object.entries(VERSION), OBJECT_PART]) };
  if (name === 'registryDownload') return { method, url, query: { ...NET, artifact_name: 'conn', version: '1' } };
  // `reads` may read this project alone.
  if (name.startsWith('registry')) return { method, url, query: NET };
  // Without the object: who is let through hears that it is missing.
  return method === 'POST' ? { method, url, payload: {} } : { method, url };
}

describe.each(Object.keys(ROUTES) as RouteName[])('%s', (name) => {
  const paths = pathsOf(ROUTES[name]);
  test.each(paths.flatMap((path) => (Object.keys(CALLERS) as CallerName[]).map((caller) => [path, caller] as const)))(
    '%s: %s',
    async (path, caller) => {
      const [on, credential] = CALLERS[caller];
      const lab = await labOf(on);
      const request = requestOf(name, path);
      const headers = { ...request.headers, ...(await credential()) };
      const { statusCode, json } = await lab.inject({ ...request, headers });
      const response = [401, 403, 503].includes(statusCode) ? statusCode : THROUGH;
      expect(response).toBe(TABLE[name][caller]);
      if (response !== THROUGH)
        expect(json()).toMatchObject({ status: response, error: expect.any(String), code: expect.any(String) });
      else expect(statusCode).toBeLessThan(500);
    },
  );
});

describe.each(PAGES)('%s %s', (method, path, expected) => {
  test.each(Object.keys(CALLERS) as CallerName[])('%s', async (caller) => {
    const [on, credential] = CALLERS[caller];
    const { inject } = await labOf(on);
    const url = path.replace(':id', ID);
    const { statusCode } = await inject({ method, url, headers: await credential() });
    const response = statusCode === 401 || statusCode === 403 ? statusCode : THROUGH;
    expect(response).toBe(expected[caller]);
    expect(statusCode).toBeLessThan(500);
  });
});

/** Paths that the router knows, out of the tree that it prints. */
function registered(tree: string): string[] {
  const above: string[] = [];
  return [...tree.matchAll(/^([│ ]*)[├└]── (\S+)(?: \(.*\))?$/gm)].map(([, indent = '', part = '']) => {
    const depth = indent.length / 4;
    above.splice(depth, above.length, (above[depth - 1] ?? '') + part);
    return above[depth] ?? '';
  });
}

test('there are no routes besides those of the tables', async () => {
  const { app } = await labOf('none');
  const pages = ['/', '/runtime', '/jobs/:id', '/results', '/results/', '/results/*', '/demo-result'];
  // A path with two methods is one of the router.
  const known = [...new Set([...Object.values(ROUTES).flatMap(pathsOf), ...pages])];
  expect(registered(app.printRoutes({ commonPrefix: false })).sort()).toEqual(known.sort());
});

describe('commands', () => {
  const MANIFEST = 'name: x\nfunctional_tests:\n  - name: t\n    command: id\n';

  test.each(['validate', 'write'] as const)('without a credential are never run, with the switch %s', async (name) => {
    const lab = await labOf(name);
    for (const more of [
      ['manifest_text', MANIFEST],
      ['validation_mode', 'behavior'],
    ] as const) {
      const { statusCode, json } = await lab.inject({
        method: 'POST',
        url: '/api/v1/validate/start',
        ...objectForm(more),
      });
      expect([statusCode, json().code]).toEqual([422, 'commands_not_allowed']);
    }
  });

  test('need their own scope', async () => {
    const lab = await labOf('none');
    const send = async (scope: string) => {
      const { headers, payload } = objectForm(['manifest_text', MANIFEST]);
      const credential = await token(scope);
      return lab.inject({
        method: 'POST',
        url: '/api/v1/validate/start',
        headers: { ...headers, ...credential },
        payload,
      });
    };
    expect((await send('validate')).statusCode).toBe(403);
    expect((await send('validate validate:commands')).statusCode).toBe(202);
  });

  test('C sources are not compiled for anybody', async () => {
    const lab = await labOf('none');
    const { headers, payload } = objectForm(['source_code', 'int x;']);
    const { statusCode, json } = await lab.inject({
      ...{ method: 'POST', url: '/api/v1/validate', payload },
      headers: { ...headers, 'x-api-key': KEY },
    });
    expect([statusCode, json().code]).toEqual([422, 'source_compile_not_supported']);
  });
});

test('no caller gets 503 where no credential would do', async () => {
  await using lab = await serverLab({ env: { BPFCOMPAT_API_WRITE_KEY: '' } });
  const { statusCode, json } = await lab.inject({ method: 'POST', url: '/api/v1/compare', payload: {} });
  expect([statusCode, json().code]).toEqual([503, 'no_credentials_configured']);
});

test('what is wrong with a comparison is said in the names of its fields', async () => {
  await using lab = await serverLab();
  saveRuns(lab.services.settings.workdir, [at(placedRun(PLACE), 1)]);
  const compare = async (payload: object) =>
    (await lab.inject({ method: 'POST', url: '/api/v1/compare', payload, headers: { 'x-api-key': KEY } })).json().error;
  expect(await compare({ base_run: 'a' })).toMatch(/^send base_run and head_run, or base_report and head_report, or /);
  const versions = { artifact_name: 'gone', base_version: '1', head_version: '2' };
  expect(await compare(versions)).toMatch(/^artifact_name "gone" is not in the history/);
});

test('an identity may be required besides the key', async () => {
  const env = { BPFCOMPAT_API_WRITE_REQUIRE_IDENTITY: 'true', BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET };
  await using lab = await serverLab({ env });
  const run = (headers: Record<string, string>) => lab.inject({ method: 'GET', url: '/api/v1/history/runs', headers });
  expect((await run({ 'x-api-key': KEY })).json().code).toBe('identity_required');
  expect((await run(await token('read'))).statusCode).toBe(200);
  expect((await run(await token('read', { can_write: false }))).statusCode).toBe(403);
});

test('claims of an action take the place of its scope, and roles come on top', async () => {
  const env = {
    BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET,
    BPFCOMPAT_API_WRITE_JWT_REQUIRED_SCOPES_HISTORY_RUNS: 'runs:list',
    BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES: 'ci;bot',
  };
  await using lab = await serverLab({ env });
  const run = async (scope: string, more: object) =>
    (await lab.inject({ method: 'GET', url: '/api/history/runs', headers: await token(scope, { ...more }) }))
      .statusCode;
  expect(await run('runs:list', { roles: ['ci', 'bot'] })).toBe(200);
  expect(await run('read', { roles: ['ci', 'bot'] })).toBe(403);
  expect(await run('runs:list', { roles: ['ci'] })).toBe(403);
});

test('docs/server.md has a row for each route, and docs/openapi.yaml is what the server gives', async () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/server.md'), 'utf8');
  for (const { method, at, path } of Object.values(ROUTES))
    expect(docs).toContain(`| ${method} \`${at === 'api' ? path : path}\` |`);
  const lab = await labOf('none');
  const { body } = await lab.inject({ method: 'GET', url: '/api/openapi.yaml' });
  expect(readFileSync(join(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8')).toBe(body);
});
