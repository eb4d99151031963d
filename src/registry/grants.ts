import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { RegistryToken } from './tokens.ts';

/** What a token is good for. */
export type Grant = Pick<RegistryToken, 'subject' | 'tenant' | 'projects' | 'can_read' | 'can_write'>;

const digest = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();

function isSame({ token, token_hash: hash = '', token_hash_salt: salt = '' }: RegistryToken, said: string): boolean {
  if (token !== undefined) return timingSafeEqual(digest(token), digest(said));
  const own = createHmac('sha256', Buffer.from(salt, 'base64')).update(said).digest();
  return timingSafeEqual(digest(own), digest(Buffer.from(hash, 'hex')));
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** Milliseconds; NaN for what is no RFC 3339 time. */
const timeOf = (word: string): number => (TIMESTAMP.test(word) ? Date.parse(word) : Number.NaN);

/** Whether a token counts now. A time that cannot be read never lets anybody through. */
export function isCurrent(
  { not_before: from, expires_at: to }: Pick<RegistryToken, 'not_before' | 'expires_at'>,
  now: Date,
): boolean {
  const at = now.getTime();
  return (!from || timeOf(from) <= at) && (!to || at < timeOf(to));
}

/** The token that somebody sent; undefined for one that is not known or does not count now. All are compared, whichever fits. */
export function findToken(tokens: readonly RegistryToken[], said: string, now: Date): Grant | undefined {
  return tokens.filter((one) => isSame(one, said)).find((one) => isCurrent(one, now));
}

const isAny = (word: string): boolean => word === '' || word === '*';

/** Whether a grant reaches a project; without one, all projects of a tenant, which takes `*` itself. */
export function reaches(
  { tenant, projects }: Pick<Grant, 'tenant' | 'projects'>,
  on: { readonly tenant: string; readonly project?: string | undefined },
): boolean {
  if (!isAny(tenant) && tenant !== on.tenant) return false;
  if (on.project === undefined) return projects.includes('*');
  return projects.length === 0 || projects.includes('*') || projects.includes(on.project);
}
