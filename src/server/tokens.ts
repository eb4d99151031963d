import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import * as z from 'zod';
import { listWords, type ServerEnv } from '../config/server-env.ts';
import { UsageError } from '../model/errors.ts';
import type { Identity } from './access.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { ApiError } from './problem.ts';

/** Who a JWT says it is. @throws ApiError 401 for one that is not good, 503 where its keys cannot be had */
export type TokenVerifier = (token: string) => Promise<Identity>;

type Settings = Pick<
  ServerEnv,
  | 'hs256Secret'
  | 'jwksPath'
  | 'jwksUrl'
  | 'oidcIssuer'
  | 'jwtIssuer'
  | 'jwtAudience'
  | 'jwksCacheMs'
  | 'jwksTimeoutMs'
  | 'oidcCacheMs'
>;

const ASYMMETRIC = ['RS256', 'ES256', 'EdDSA'];
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Where keys could not be had, so long none are fetched again: whoever sends tokens decides how often it is tried. */
const COOLDOWN_MS = 30_000;

function secureUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '') return url;
  throw new UsageError('bad_url', `${name} must be an https address without a name and password`);
}

/** Keys at an address, fetched through the guard and kept for a while. */
function remoteKeys(url: URL, settings: Settings, fetch: GuardedFetch): JWTVerifyGetKey {
  let failed: { readonly until: number; readonly error: unknown } | undefined;
  return createRemoteJWKSet(url, {
    cacheMaxAge: settings.jwksCacheMs,
    timeoutDuration: settings.jwksTimeoutMs,
    [customFetch]: async (address: string) => {
      if (failed !== undefined && performance.now() < failed.until) throw failed.error;
      try {
        return await fetch(new URL(address), settings.jwksTimeoutMs);
      } catch (error) {
        failed = { until: performance.now() + COOLDOWN_MS, error };
        throw error;
      }
    },
  });
}

/** Keys that the discovery document of an issuer names. */
function discoveredKeys(settings: Settings, allowHttp: boolean, fetch: GuardedFetch): JWTVerifyGetKey {
  const issuer = settings.oidcIssuer.replace(/\/$/, '');
  if (!allowHttp) secureUrl(issuer, 'BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL');
  let known: { readonly until: number; readonly keys: Promise<JWTVerifyGetKey> } | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => {
    const response = await fetch(new URL(`${issuer}/.well-known/openid-configuration`), settings.jwksTimeoutMs);
    const document = Discovery.parse(await response.json());
    if (document.issuer.replace(/\/$/, '') !== issuer) throw new Error(`the issuer calls itself ${document.issuer}`);
    const url = allowHttp ? new URL(document.jwks_uri) : secureUrl(document.jwks_uri, 'jwks_uri');
    return remoteKeys(url, settings, fetch);
  };
  /** One at a time, however many tokens wait for it. */
  const begin = (): Promise<JWTVerifyGetKey> => {
    const keys = discover();
    known = { until: performance.now() + settings.oidcCacheMs, keys };
    keys.catch(() => {
      known = { until: performance.now() + COOLDOWN_MS, keys };
    });
    return keys;
  };
  return async (header, token) => {
    const keys = known !== undefined && performance.now() < known.until ? known.keys : begin();
    return (await keys)(header, token);
  };
}

async function localKeys(path: string, cwd: string): Promise<JWTVerifyGetKey> {
  try {
    return createLocalJWKSet(JSON.parse(await readFile(resolve(cwd, path), 'utf8')));
  } catch (cause) {
    throw new UsageError(
      'jwks_unreadable',
      `BPFCOMPAT_API_WRITE_JWT_JWKS_PATH ${path} is not a key set: ${(cause as Error).message}`,
      { cause },
    );
  }
}

const words = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((one) => typeof one === 'string')
    : listWords(typeof value === 'string' ? value : '');

function callerOf(payload: JWTPayload): Identity {
  if (payload['can_write'] === false) throw new ApiError(403, 'forbidden', 'this token says can_write: false');
  const scopes = new Set([...words(payload['scope']), ...words(payload['scp'])]);
  const roles = new Set([...words(payload['roles']), ...words(payload['role'])]);
  const tenant = typeof payload['tenant'] === 'string' ? payload['tenant'] : '';
  const subject = `${payload.iss ?? ''} ${payload.sub ?? ''}`;
  return { kind: 'jwt', subject, scopes, roles, tenant, projects: words(payload['projects']) };
}

/** A token that is not good is its sender's fault, keys that cannot be fetched are not. */
function rejection(error: unknown): ApiError {
  const ours =
    !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC';
  if (error instanceof ApiError) return error;
  if (ours)
    return new ApiError(503, 'identity_unavailable', 'the keys of the token issuer cannot be had now', {
      retryAfter: 30,
      cause: error,
    });
  return new ApiError(
    401,
    'invalid_credential',
    'the token is not valid: it is expired, for somebody else, or not signed by the issuer',
  );
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    return '';
  }
}

/** @returns undefined where no issuer is configured @throws UsageError for settings that cannot be used */
export async function createTokenVerifier(
  settings: Settings,
  { cwd, fetch, allowHttp }: { readonly cwd: string; readonly fetch: GuardedFetch; readonly allowHttp: boolean },
): Promise<TokenVerifier | undefined> {
  const secret = settings.hs256Secret === '' ? undefined : new TextEncoder().encode(settings.hs256Secret);
  let keys: JWTVerifyGetKey | undefined;
  if (settings.jwksPath !== '') keys = await localKeys(settings.jwksPath, cwd);
  else if (settings.jwksUrl !== '') {
    const url = allowHttp ? new URL(settings.jwksUrl) : secureUrl(settings.jwksUrl, 'BPFCOMPAT_API_WRITE_JWT_JWKS_URL');
    keys = remoteKeys(url, settings, fetch);
  } else if (settings.oidcIssuer !== '') keys = discoveredKeys(settings, allowHttp, fetch);
  if (secret === undefined && keys === undefined) return undefined;
  const issuer = settings.jwtIssuer || settings.oidcIssuer;
  const claims = {
    ...(issuer !== '' && { issuer }),
    ...(settings.jwtAudience !== '' && { audience: settings.jwtAudience }),
    requiredClaims: ['sub', 'exp'],
    clockTolerance: 5,
  };
  return async (token) => {
    // The algorithm chooses the verifier, and each takes its own alone: a public key is never a secret.
    const isSecret = algorithmOf(token) === 'HS256';
    try {
      if (isSecret && secret)
        return callerOf((await jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })).payload);
      if (!isSecret && keys)
        return callerOf((await jwtVerify(token, keys, { ...claims, algorithms: ASYMMETRIC })).payload);
    } catch (error) {
      throw rejection(error);
    }
    throw rejection(new errors.JOSEAlgNotAllowed('no such verifier'));
  };
}
