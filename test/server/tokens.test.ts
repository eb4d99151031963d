import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { readServerEnv } from '../../src/config/server-env.ts';
import { createTokenVerifier } from '../../src/server/tokens.ts';

const AROUND = { cwd: '/', allowHttp: false };
const NAMES = { OIDC_ISSUER_URL: 'https://issuer.example.org', JWKS_URL: 'https://issuer.example.org/keys' };

async function verifier(name: keyof typeof NAMES, fetch: (url: URL) => Promise<Response>) {
  const { values } = readServerEnv({ [`BPFCOMPAT_API_WRITE_JWT_${name}`]: NAMES[name] });
  const verify = await createTokenVerifier(values, { ...AROUND, fetch });
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setSubject('s').sign(privateKey);
  return async () => verify?.(token);
}

test.each(Object.keys(NAMES) as (keyof typeof NAMES)[])(
  'an issuer whose keys cannot be had is not called for every token (%s)',
  async (name) => {
    const urls: string[] = [];
    const verify = await verifier(name, async ({ href }) => {
      urls.push(href);
      throw new Error('it is down');
    });
    const unavailable = { status: 503, code: 'identity_unavailable' };
    for (const one of [verify(), verify()]) await expect(one).rejects.toMatchObject(unavailable);
    await expect(verify()).rejects.toMatchObject(unavailable);
    expect(urls).toHaveLength(1);
  },
);

test('a discovery document that is not believed is not fetched for every token', async () => {
  let count = 0;
  const verify = await verifier('OIDC_ISSUER_URL', async () => {
    count++;
    return Response.json({ issuer: 'https://other.example.org', jwks_uri: 'https://other.example.org/keys' });
  });
  for (let nth = 0; nth < 3; nth++) await expect(verify()).rejects.toMatchObject({ code: 'identity_unavailable' });
  expect(count).toBe(1);
});
