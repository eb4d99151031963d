import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, type Identity, SCOPES } from './access.ts';
import type { CertificateFacts, Identities } from './certificates.ts';
import { ApiError } from './problem.ts';
import type { TokenVerifier } from './tokens.ts';

/** What a request shows of its sender. */
export interface Shown {
  readonly headers: IncomingHttpHeaders;
  /** Client certificate of the connection, whose signature was checked; `invalid`: one that no one we trust signed. */
  readonly certificate: CertificateFacts | 'invalid' | undefined;
}

/**
 * Finds out who sent a request. A credential that is shown and is not good is an error, even where no one needs one.
 * @throws ApiError 401, 403, 503
 */
export type Authenticator = ((shown: Shown) => Promise<Caller>) & {
  /** There is a credential that would be good. */
  readonly configured: boolean;
  /** Who a JWT or a certificate says it is; undefined without either. @throws as itself */
  readonly identify: (shown: Shown) => Promise<Identity | undefined>;
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function one(value: string | readonly string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : (value as string | undefined)) ?? '';
}

/** The key or token that headers carry; empty without one. */
export function keyIn(headers: IncomingHttpHeaders): string {
  const own = one(headers['x-api-key']) || one(headers['x-api-token']);
  return own || one(headers.authorization).replace(/^Bearer\s+/i, '');
}

function invalid(what: string): ApiError {
  return new ApiError(401, 'invalid_credential', `${what} is not valid`);
}

export function createAuthenticator(parts: {
  readonly key: string;
  readonly requireIdentity: boolean;
  readonly tokens: TokenVerifier | undefined;
  readonly identities: Identities | undefined;
}): Authenticator {
  const { key, requireIdentity, tokens, identities } = parts;
  const expected = digest(key);
  // The shared key is no identity, and load checks on this host need one.
  const all = new Set<string>(SCOPES.filter((scope) => scope !== 'execute'));
  /** Who a JWT or a certificate says it is; undefined without either. */
  const identify = async ({ headers, certificate }: Shown): Promise<Identity | undefined> => {
    const token = one(headers['x-api-identity-token']);
    if (token !== '') {
      if (tokens === undefined)
        throw new ApiError(503, 'identity_not_configured', 'the server knows no issuer of tokens');
      return tokens(token);
    }
    if (certificate === undefined || identities === undefined) return undefined;
    if (certificate === 'invalid') throw invalid('the client certificate');
    const found = identities(certificate);
    if (found === undefined)
      throw new ApiError(403, 'certificate_unmapped', 'this certificate is not in the list of identities');
    return found;
  };
  const authenticate = async (shown: Shown): Promise<Caller> => {
    const said = keyIn(shown.headers);
    if (said !== '' && key !== '' && !timingSafeEqual(digest(said), expected)) throw invalid('the API key');
    const identity = await identify(shown);
    if (identity !== undefined) return identity;
    if (said === '') return { kind: 'nobody' };
    if (key === '') throw new ApiError(503, 'key_not_configured', 'the server has no API key configured');
    if (requireIdentity) {
      if (tokens === undefined && identities === undefined)
        throw new ApiError(
          503,
          'identity_not_configured',
          'identities are required, and the server knows no issuer of them',
        );
      throw new ApiError(
        401,
        'identity_required',
        'the API key alone is not enough: send a JWT in X-API-Identity-Token',
      );
    }
    return { kind: 'key', subject: 'api-key', scopes: all };
  };
  return Object.assign(authenticate, {
    identify,
    configured: key !== '' || tokens !== undefined || identities !== undefined,
  });
}
