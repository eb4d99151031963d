import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pathsOf } from '../../src/server/register.ts';
import { ROUTES, type RouteName } from '../../src/server/routes.ts';
import { type CallerName, TABLE, THROUGH } from './access-table.ts';
import { KEY, type ServerLab, serverLab } from './server-lab.ts';
import { type Certificate, type TlsLab, tlsLab } from './tls-lab.ts';

let tls: TlsLab;
let lab: ServerLab;
let port = 0;
let authority: Certificate;
let server: Certificate;
const clients = new Map<string, Certificate>();

/** Scopes of the certificates; each is the same as the token of the table that has its scope. */
const SCOPES = ['validate', 'read', 'compare', 'delivery'] as const;

beforeAll(async () => {
  tls = tlsLab();
  authority = tls.authority('clients');
  server = tls.issue(authority, '/CN=server');
  const foreign = tls.authority('others');
  for (const scope of SCOPES) clients.set(scope, tls.issue(authority, `/O=Example/CN=${scope}`));
  clients.set('by serial', tls.issue(authority, '/CN=anything'));
  clients.set('with role', tls.issue(authority, '/CN=with role'));
  clients.set('unmapped', tls.issue(authority, '/O=Elsewhere/CN=unmapped'));
  clients.set('of another authority', tls.issue(foreign, '/O=Example/CN=read'));
  clients.set('expired', tls.issue(authority, '/O=Example/CN=read', -1));
  const identities = [
    ...SCOPES.map((scope) => ({
      certificate_subject: `CN=${scope},O=Example`,
      organization: ['Example'],
      ...{ subject: `team-${scope}`, tenant: 'example', scopes: [scope], roles: ['auditor'] },
    })),
    // Upper case and a leading zero are the same number.
    { serial_hex: '00AB0006', subject: 'by-serial', tenant: 'example', projects: ['*'] },
    { common_name: 'with role', subject: 'with-role', tenant: 'example', roles: ['auditor'] },
  ];
  const map = join(tls.dir, 'identities.json');
  writeFileSync(map, JSON.stringify({ schema_version: 'v1', identities }));
  lab = await serverLab({
    env: {
      BPFCOMPAT_API_CLIENT_CA_PATH: authority.cert,
      BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH: map,
      BPFCOMPAT_API_ENABLE_METRICS: 'true',
      BPFCOMPAT_REGISTRY_AUTH_TOKEN: 'a token that nobody here has',
      BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES_HISTORY_ARTIFACTS: 'auditor',
    },
    args: ['--tls-cert', server.cert, '--tls-key', server.key],
  });
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  port = (lab.app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]();
  tls?.[Symbol.dispose]();
});

interface Result {
  readonly status: number;
  readonly code: string;
  readonly hsts: string | undefined;
}

/** @param maxVersion the newest TLS that the client knows */
function send(
  method: string,
  path: string,
  client: Certificate | undefined,
  more: { readonly headers?: Record<string, string>; readonly maxVersion?: 'TLSv1.2' } = {},
): Promise<Result> {
  const body = method === 'POST' ? '{}' : '';
  const headers = { 'content-type': 'application/json', 'content-length': body.length, ...more.headers };
  const own = client && { cert: client.certPem, key: client.keyPem };
  const { maxVersion } = more;
  const options = { host: '127.0.0.1', port, path, method, headers, ca: authority.certPem, agent: false, ...own };
  return new Promise((done, failed) => {
    const sent = request({ ...options, ...(maxVersion && { maxVersion }) }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const { code = '' } = text.startsWith('{') ? (JSON.parse(text) as { code?: string }) : {};
      const hsts = response.headers['strict-transport-security'];
      done({ status: response.statusCode ?? 0, code, hsts });
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

const runs = (client: string | undefined, more = {}) =>
  send('GET', '/api/v1/history/runs', client === undefined ? undefined : clients.get(client), more);

describe.each(SCOPES)('a certificate that is mapped to %s', (scope) => {
  test.each((Object.keys(ROUTES) as RouteName[]).flatMap((name) => pathsOf(ROUTES[name]).map((path) => [name, path])))(
    'may do what its scope says: %s, %s',
    async (name, path) => {
      const route = name as RouteName;
      const id = `job-${'0'.repeat(32)}`;
      const net = '?tenant=acme&project=net';
      const queries: Readonly<Record<string, string>> = {
        validateStatus: `?job_id=${id}`,
        runReport: '?run_id=none',
        registryArtifacts: net,
        registryVerify: net,
        registryDownload: `${net}&artifact_name=conn&version=1`,
      };
      const query = queries[name] ?? '';
      const url = path.replace(':id', id).replace(':file', 'none.svg') + query;
      const { status } = await send(ROUTES[route].method, url, clients.get(scope));
      const expected = TABLE[route][`token ${scope}` satisfies CallerName];
      if (expected === THROUGH) expect([401, 403]).not.toContain(status);
      else expect(status).toBe(expected);
      expect(status).toBeLessThan(expected === 503 ? 504 : 500);
    },
  );
});

test('a certificate that is not signed, not valid or not in the list is not let through', async () => {
  expect(await runs('read')).toMatchObject({ status: 200, hsts: 'max-age=31536000' });
  expect(await runs('by serial')).toMatchObject({ status: 200 });
  expect(await runs('unmapped')).toMatchObject({ status: 403, code: 'certificate_unmapped' });
  expect(await runs('of another authority')).toMatchObject({ status: 401, code: 'invalid_credential' });
  expect(await runs('expired')).toMatchObject({ status: 401, code: 'invalid_credential' });
  expect(await runs(undefined)).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await runs(undefined, { headers: { 'x-api-key': KEY } })).toMatchObject({ status: 200 });
});

test('roles of the list are those that an action may need', async () => {
  const records = (client: string) => send('GET', '/api/v1/history/artifacts', clients.get(client));
  expect(await records('with role')).toMatchObject({ status: 200 });
  expect(await records('by serial')).toMatchObject({ status: 403, code: 'forbidden' });
});

test('where certificates are taken, TLS is 1.3', async () => {
  await expect(runs('read', { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version|EPROTO|alert/i);
});

test('a header that claims a certificate is none', async () => {
  const claims = { 'x-ssl-client-cert': server.certPem.replaceAll('\n', ' '), 'x-forwarded-client-cert': 'CN=read' };
  expect(await runs(undefined, { headers: claims })).toMatchObject({ status: 401 });
});

test('a connection without a handshake is closed as soon as one without a request', () => {
  const { server } = lab.app as unknown as { readonly server: Record<symbol, unknown> };
  const limit = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'handshake-timeout');
  expect(limit && server[limit]).toBe(15_000);
});
