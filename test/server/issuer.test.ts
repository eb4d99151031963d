import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuardedFetch } from '../../src/server/guarded-fetch.ts';
import { type ServerLab, serverLab } from './server-lab.ts';
import { type Certificate, type TlsLab, tlsLab } from './tls-lab.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

let tls: TlsLab;
let authority: Certificate;
let server: Server;
let issuer = '';
/** What the issuer has at its addresses; a text that begins with http is a redirect. */
const pages = new Map<string, object | string>();
const requests: string[] = [];
let rsa: Keys;
let jwk: JWK;

beforeAll(async () => {
  tls = tlsLab();
  authority = tls.authority('issuer');
  const { certPem: cert, keyPem: key } = tls.issue(authority, '/CN=127.0.0.1');
  server = createServer({ cert, key }, ({ url = '' }, response) => {
    requests.push(url);
    const page = pages.get(url);
    if (typeof page === 'string') response.writeHead(302, { location: page }).end();
    else response.writeHead(page ? 200 : 404).end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  rsa = await generateKeyPair('RS256', { extractable: true });
  jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  pages.set('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/keys` });
  pages.set('/keys', { keys: [jwk] });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  tls[Symbol.dispose]();
});

/** A server that believes tokens of the issuer. @param ca authorities that sign certificates of issuers */
function trusting(more: Readonly<Record<string, string>> = {}, ca: string = authority.certPem): Promise<ServerLab> {
  const env = {
    BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL: issuer,
    BPFCOMPAT_API_WRITE_JWT_AUDIENCE: 'bpfcompat',
    BPFCOMPAT_FETCH_ALLOW_INTERNAL_HOSTS: 'true',
    ...more,
  };
  return serverLab({ env, args: ['--allow-internal-fetch'], fetch: createGuardedFetch(true, { ca }) });
}

/** A token as the issuer makes them, but for what is said. */
function tokenOf(more: { alg?: string; kid?: string; iss?: string; aud?: string; exp?: string; scope?: string } = {}) {
  return new SignJWT({ scope: more.scope ?? 'read' })
    .setProtectedHeader({ alg: more.alg ?? 'RS256', kid: more.kid ?? 'one' })
    .setIssuer(more.iss ?? issuer)
    .setAudience(more.aud ?? 'bpfcompat')
    .setSubject('ci')
    .setExpirationTime(more.exp ?? '1h');
}

async function runs({ inject }: ServerLab, token: string) {
  const headers = { 'x-api-identity-token': token };
  const { statusCode, json } = await inject({ method: 'GET', url: '/api/v1/history/runs', headers });
  return statusCode === 200 ? 200 : [statusCode, json().code];
}

test('tokens of a discovered issuer are believed for what they say, and nothing else is', async () => {
  await using lab = await trusting();
  requests.length = 0;
  const sign = (token: SignJWT, key: Parameters<SignJWT['sign']>[0] = rsa.privateKey) => token.sign(key);
  expect(await runs(lab, await sign(tokenOf()))).toBe(200);
  expect(await runs(lab, await sign(tokenOf({ scope: 'validate' })))).toEqual([403, 'forbidden']);
  const invalid = [401, 'invalid_credential'];
  expect(await runs(lab, await sign(tokenOf({ aud: 'another' })))).toEqual(invalid);
  expect(await runs(lab, await sign(tokenOf({ iss: 'https://127.0.0.1' })))).toEqual(invalid);
  expect(await runs(lab, await sign(tokenOf({ exp: '1 hour ago' })))).toEqual(invalid);
  const other = await generateKeyPair('RS256');
  expect(await runs(lab, await sign(tokenOf(), other.privateKey))).toEqual(invalid);
  // A public key is no secret: signing with its text as one is the oldest trick.
  const text = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
  expect(await runs(lab, await sign(tokenOf({ alg: 'HS256' }), text))).toEqual(invalid);
  const unsigned = new UnsecuredJWT({ scope: 'read' }).setIssuer(issuer).setAudience('bpfcompat').setSubject('ci');
  expect(await runs(lab, unsigned.setExpirationTime('1h').encode())).toEqual(invalid);
  expect(await runs(lab, 'x.y.z')).toEqual(invalid);
  expect(requests).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test.each([
  ['names another issuer', { issuer: 'https://issuer.example.org', jwks_uri: 'https://issuer.example.org/keys' }],
  ['is no document of an issuer', { keys: [] }],
  ['is elsewhere, without TLS', 'http://127.0.0.1/'],
  ['is not there', undefined],
])('no token is believed where the discovery document %s', async (_what, page) => {
  const path = '/.well-known/openid-configuration';
  const before = pages.get(path);
  try {
    if (page === undefined) pages.delete(path);
    else pages.set(path, page);
    await using lab = await trusting();
    expect(await runs(lab, await tokenOf().sign(rsa.privateKey))).toEqual([503, 'identity_unavailable']);
  } finally {
    pages.set(path, before ?? '');
  }
});

test('an issuer whose certificate no one signed is not fetched from', async () => {
  await using lab = await trusting({}, tls.authority('others').certPem);
  requests.length = 0;
  expect(await runs(lab, await tokenOf().sign(rsa.privateKey))).toEqual([503, 'identity_unavailable']);
  expect(requests).toEqual([]);
});

test('without both switches an issuer on this machine is not fetched from', async () => {
  const { certPem: ca } = authority;
  const env = { BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL: issuer, BPFCOMPAT_API_WRITE_JWT_AUDIENCE: 'bpfcompat' };
  for (const one of [
    { env: { ...env, BPFCOMPAT_FETCH_ALLOW_INTERNAL_HOSTS: 'true' } },
    { env, args: ['--allow-internal-fetch'] },
  ]) {
    await using lab = await serverLab(one);
    expect(lab.services.settings.internalFetch).toBe(false);
    requests.length = 0;
    expect(await runs(lab, await tokenOf().sign(rsa.privateKey))).toEqual([503, 'identity_unavailable']);
    expect(requests).toEqual([]);
  }
  await expect(createGuardedFetch(false, { ca })(new URL(issuer), 1000)).rejects.toThrow();
});

test('ES256 and EdDSA keys at an address are believed as well', async () => {
  const more = { BPFCOMPAT_API_WRITE_JWT_JWKS_URL: `${issuer}/keys`, BPFCOMPAT_API_WRITE_JWT_ISSUER: issuer };
  for (const alg of ['ES256', 'EdDSA']) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    pages.set('/keys', { keys: [jwk, { ...(await exportJWK(publicKey)), kid: 'two', alg }] });
    await using lab = await trusting({ ...more, BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL: '' });
    expect(await runs(lab, await tokenOf({ alg, kid: 'two' }).sign(privateKey))).toBe(200);
    expect(await runs(lab, await tokenOf({ alg, kid: 'three' }).sign(privateKey))).toEqual([401, 'invalid_credential']);
  }
});
