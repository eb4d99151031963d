import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { pathsOf } from '../../src/server/register.ts';
import { ROUTES, type RouteName } from '../../src/server/routes.ts';
import { KEY, objectForm, SECRET, type ServerLab, serverLab } from './server-lab.ts';

const SWITCHES = {
  none: {},
  validate: { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' },
  read: { BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: 'true' },
  delivery: { BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY: 'true' },
  write: { BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE: 'true' },
} as const;

async function token(
  scope: string,
  more: Record<string, unknown> = {},
  secret = SECRET,
): Promise<Record<string, string>> {
  const signed = new SignJWT({ scope, ...more })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ci')
    .setExpirationTime('1h');
  return { 'x-api-identity-token': await signed.sign(new TextEncoder().encode(secret)) };
}

/** Every kind of caller, with the switch that is on. */
const CALLERS = {
  nobody: ['none', async () => ({})],
  'nobody, validate switch': ['validate', async () => ({})],
  'nobody, read switch': ['read', async () => ({})],
  'nobody, delivery switch': ['delivery', async () => ({})],
  'nobody, write switch': ['write', async () => ({})],
  'wrong key, write switch': ['write', async () => ({ 'x-api-key': 'wrong' })],
  'wrong token, write switch': ['write', () => token('validate read compare', {}, `${SECRET}!`)],
  key: ['none', async () => ({ 'x-api-key': KEY })],
  'key as bearer': ['none', async () => ({ authorization: `Bearer ${KEY}` })],
  'token without scope': ['none', () => token('')],
  'token validate': ['none', () => token('validate')],
  'token read': ['none', () => token('read')],
  'token compare': ['none', () => token('compare')],
  'token delivery': ['none', () => token('delivery')],
} as const satisfies Record<string, readonly [keyof typeof SWITCHES, () => Promise<Record<string, string>>]>;
type CallerName = keyof typeof CALLERS;

type Expected = Readonly<Record<CallerName, 'let through' | 401 | 403>>;
const OPEN = Object.fromEntries(Object.keys(CALLERS).map((name) => [name, 'let through'])) as Expected;
const CLOSED: Expected = {
  nobody: 401,
  'nobody, validate switch': 401,
  'nobody, read switch': 401,
  'nobody, delivery switch': 401,
  'nobody, write switch': 401,
  'wrong key, write switch': 401,
  'wrong token, write switch': 401,
  key: 'let through',
  'key as bearer': 'let through',
  'token without scope': 403,
  'token validate': 403,
  'token read': 403,
  'token compare': 403,
  'token delivery': 403,
};
const THROUGH = 'let through' as const;
const READ: Expected = {
  ...CLOSED,
  'nobody, read switch': THROUGH,
  'nobody, write switch': THROUGH,
  'token read': THROUGH,
};
const VALIDATE: Expected = {
  ...CLOSED,
  'nobody, validate switch': THROUGH,
  'nobody, write switch': THROUGH,
  'token validate': THROUGH,
};

const DELIVERY: Expected = {
  ...CLOSED,
  'nobody, delivery switch': THROUGH,
  'nobody, write switch': THROUGH,
  'token delivery': THROUGH,
};

/** Who may what, written down apart from the table that the server reads. */
const TABLE: Readonly<Record<RouteName, Expected>> = {
  health: OPEN,
  config: OPEN,
  profiles: OPEN,
  openapi: OPEN,
  livez: OPEN,
  readyz: OPEN,
  validate: VALIDATE,
  validateStart: VALIDATE,
  validateStatus: { ...VALIDATE, 'token read': THROUGH },
  validateEvents: { ...VALIDATE, 'token read': THROUGH },
  validateCancel: VALIDATE,
  historyArtifacts: READ,
  historyRuns: READ,
  runReport: READ,
  badge: READ,
  compare: { ...CLOSED, 'nobody, write switch': THROUGH, 'token compare': THROUGH },
  runtimeProbe: { ...CLOSED, 'token read': THROUGH },
  runtimeSelect: DELIVERY,
  runtimeFetch: DELIVERY,
  runtimeDecisions: READ,
  agentDecision: { ...CLOSED, 'token delivery': THROUGH },
  metrics: { ...CLOSED, 'token read': THROUGH },
};

const labs = new Map<string, Promise<ServerLab>>();
function labOf(name: keyof typeof SWITCHES): Promise<ServerLab> {
  const env = { BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET, BPFCOMPAT_API_ENABLE_METRICS: 'true', ...SWITCHES[name] };
  const lab = labs.get(name) ?? serverLab({ env });
  labs.set(name, lab);
  return lab;
}

const ID = `job-${'0'.repeat(32)}`;

/** A request that is in order but for who sends it. */
function requestOf(name: RouteName, path: string): InjectOptions {
  const { method } = ROUTES[name];
  const url = path.replace(':id', ID).replace(':file', 'none.svg');
  if (name === 'validateStatus') return { method, url: `${url}?job_id=${ID}` };
  if (name === 'runReport') return { method, url: `${url}?run_id=none` };
  if (name === 'compare') return { method, url, payload: { base_run: 'a', head_run: 'b' } };
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
      const { statusCode, json } = await lab.inject({ ...request, headers: await credential() });
      const answer = statusCode === 401 || statusCode === 403 ? statusCode : THROUGH;
      expect(answer).toBe(TABLE[name][caller]);
      if (answer !== THROUGH)
        expect(json()).toMatchObject({ status: answer, error: expect.any(String), code: expect.any(String) });
      else expect(statusCode).toBeLessThan(500);
    },
  );
});

describe('commands', () => {
  const MANIFEST = 'name: x\nfunctional_tests:\n  - name: t\n    command: id\n';

  test.each(['validate', 'write'] as const)('of nobody are never run, with the switch %s', async (name) => {
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

test('nobody hears 503 where no credential would do', async () => {
  await using lab = await serverLab({ env: { BPFCOMPAT_API_WRITE_KEY: '' } });
  const { statusCode, json } = await lab.inject({ method: 'POST', url: '/api/v1/compare', payload: {} });
  expect([statusCode, json().code]).toEqual([503, 'no_credentials_configured']);
});

test('an identity may be required besides the key', async () => {
  const env = { BPFCOMPAT_API_WRITE_REQUIRE_IDENTITY: 'true', BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET };
  await using lab = await serverLab({ env });
  const ask = (headers: Record<string, string>) => lab.inject({ method: 'GET', url: '/api/v1/history/runs', headers });
  expect((await ask({ 'x-api-key': KEY })).json().code).toBe('identity_required');
  expect((await ask(await token('read'))).statusCode).toBe(200);
  expect((await ask(await token('read', { can_write: false }))).statusCode).toBe(403);
});

test('claims of an action take the place of its scope, and roles come on top', async () => {
  const env = {
    BPFCOMPAT_API_WRITE_JWT_HS256_SECRET: SECRET,
    BPFCOMPAT_API_WRITE_JWT_REQUIRED_SCOPES_HISTORY_RUNS: 'runs:list',
    BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES: 'ci;bot',
  };
  await using lab = await serverLab({ env });
  const ask = async (scope: string, more: object) =>
    (await lab.inject({ method: 'GET', url: '/api/history/runs', headers: await token(scope, { ...more }) }))
      .statusCode;
  expect(await ask('runs:list', { roles: ['ci', 'bot'] })).toBe(200);
  expect(await ask('read', { roles: ['ci', 'bot'] })).toBe(403);
  expect(await ask('runs:list', { roles: ['ci'] })).toBe(403);
});

test('docs/server.md has a row for each route, and docs/openapi.yaml is what the server gives', async () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/server.md'), 'utf8');
  for (const { method, at, path } of Object.values(ROUTES))
    expect(docs).toContain(`| ${method} \`${at === 'api' ? path : path}\` |`);
  const lab = await labOf('none');
  const { body } = await lab.inject({ method: 'GET', url: '/api/openapi.yaml' });
  expect(readFileSync(join(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8')).toBe(body);
});
