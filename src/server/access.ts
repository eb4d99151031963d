import type { Grant } from '../registry/grants.ts';
import { ApiError } from './problem.ts';

/** What a credential may be good for. */
export const SCOPES = ['validate', 'validate:commands', 'read', 'compare', 'delivery', 'execute'] as const;
type Scope = (typeof SCOPES)[number];

/** The switches that open routes to everybody. */
export interface AnonymousSwitches {
  readonly validate: boolean;
  readonly read: boolean;
  /** Decisions and objects of the runtime track (experimental). */
  readonly delivery: boolean;
  /** For development: opens what the others do, and compare. */
  readonly write: boolean;
}

/** Who may use a route. */
export type Access =
  /** Everybody. */
  | { readonly kind: 'open' }
  /** Who has a token of the registry that may read or write; what is public, everybody (the handler says what is). */
  | { readonly kind: 'registry'; readonly may: 'read' | 'write'; readonly isPublic: boolean }
  /** Who has one of the scopes, and everybody where one of the switches is on. */
  | {
      readonly kind: 'scoped';
      readonly scopes: readonly Scope[];
      readonly switches: readonly (keyof AnonymousSwitches)[];
      /** So does a token of the registry that may read; the handler says for which projects. */
      readonly orToken?: true;
    };

/** Who sent a request, as far as it was proven. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'key'; readonly subject: string; readonly scopes: ReadonlySet<string> }
  | {
      /** Who sent a token of the registry. It is good for that, and for decisions of agents. */
      readonly kind: 'registry';
      readonly subject: string;
      readonly scopes: ReadonlySet<string>;
      readonly grant: Grant;
      /** Where an identity was shown as well, what it reaches. */
      readonly identity: Identity | undefined;
    }
  | {
      /** An identity: who it is was said by an issuer, or by the list of certificates. */
      readonly kind: 'jwt' | 'certificate';
      readonly subject: string;
      readonly scopes: ReadonlySet<string>;
      readonly roles: ReadonlySet<string>;
      /** Projects of the registry that it is for. */
      readonly tenant: string;
      readonly projects: readonly string[];
    };
export type Identity = Extract<Caller, { kind: 'jwt' | 'certificate' }>;

/** What identities need besides being genuine, for one action. */
export interface ClaimRules {
  /** Of every identity. */
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  /** Instead of the scope that the route has by itself; undefined: that one. */
  readonly actionScopes: readonly string[] | undefined;
  readonly actionRoles: readonly string[];
}

export type Decision = 'allowed' | 'unauthorized' | 'forbidden';

function hasAll(own: ReadonlySet<string>, needed: readonly string[]): boolean {
  return needed.every((one) => own.has(one));
}

function isGood(caller: Exclude<Caller, { kind: 'nobody' }>, scopes: readonly Scope[], rules: ClaimRules): boolean {
  const hasScope = scopes.some((scope) => caller.scopes.has(scope));
  if (caller.kind === 'key' || caller.kind === 'registry') return hasScope;
  const hasOwn = rules.actionScopes === undefined ? hasScope : hasAll(caller.scopes, rules.actionScopes);
  return hasOwn && hasAll(caller.scopes, rules.scopes) && hasAll(caller.roles, [...rules.roles, ...rules.actionRoles]);
}

/** Whether an identity has the claims that an action needs besides a token of the registry. */
export function hasClaims({ scopes, roles }: Identity, rules: ClaimRules): boolean {
  return (
    hasAll(scopes, [...rules.scopes, ...(rules.actionScopes ?? [])]) &&
    hasAll(roles, [...rules.roles, ...rules.actionRoles])
  );
}

/** Whether a caller may use a route. A credential that is not good for it takes nothing away from what everybody may. */
export function decide(
  access: Exclude<Access, { kind: 'registry' }>,
  caller: Caller,
  switches: AnonymousSwitches,
  rules: ClaimRules,
): Decision {
  if (access.kind === 'open' || access.switches.some((name) => switches[name])) return 'allowed';
  if (caller.kind === 'nobody') return 'unauthorized';
  return isGood(caller, access.scopes, rules) ? 'allowed' : 'forbidden';
}

/** Whether a caller may have commands of theirs run in guests. Never anybody without a credential, whatever is switched on. */
function mayRunCommands(caller: Caller): boolean {
  return caller.kind !== 'nobody' && caller.scopes.has('validate:commands');
}

/** @param what requests it, as the caller wrote it @throws ApiError 403, 422 for a caller who may not */
export function checkCommands(caller: Caller, what: string): void {
  if (mayRunCommands(caller)) return;
  if (caller.kind === 'nobody')
    throw new ApiError(422, 'commands_not_allowed', `${what}: commands are never run for callers without a credential`);
  throw new ApiError(403, 'forbidden', `${what}: this credential lacks the scope validate:commands`);
}

/** @param configured there is some credential that would do @throws ApiError 401, 403, 503 */
export function enforce(decision: Decision, configured: boolean): void {
  if (decision === 'allowed') return;
  if (decision === 'forbidden')
    throw new ApiError(403, 'forbidden', 'this credential has no scope or role for this; use one that has');
  if (!configured) {
    throw new ApiError(
      503,
      'no_credentials_configured',
      'the server has no API key, token issuer or client certificates configured; set BPFCOMPAT_API_WRITE_KEY, or switch anonymous use on',
    );
  }
  throw new ApiError(
    401,
    'unauthorized',
    'a credential is needed: send the header X-API-Key, or Authorization: Bearer',
  );
}
