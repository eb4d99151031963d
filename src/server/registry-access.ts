import { messageOf } from '../model/errors.ts';
import { findToken, type Grant, reaches } from '../registry/grants.ts';
import { type RegistryToken, readTokens } from '../registry/tokens.ts';
import { type Access, type Caller, hasClaims } from './access.ts';
import { keyIn, type Shown } from './authenticate.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';

type RegistryAccess = Extract<Access, { kind: 'registry' }>;

/** Tokens that count for this server: those of the work directory, and that of the environment. */
async function tokensOf({ host, settings, log }: Services): Promise<RegistryToken[]> {
  const { env, workdir, demo } = settings;
  if (demo) return [];
  // What is wrong with the file is for its operator.
  const own = await readTokens(host, workdir).catch((error: unknown) => {
    log('error', 'the tokens of the registry cannot be read', { error: messageOf(error) });
    return [];
  });
  if (env.registryToken === '') return own ?? [];
  const { registryToken: token, registryTokenFrom: from, registryTokenTo: to } = env;
  return [
    {
      token,
      ...(from && { not_before: from }),
      ...(to && { expires_at: to }),
      ...{ subject: 'environment', tenant: '*', projects: ['*'], can_read: true, can_write: true },
    },
    ...(own ?? []),
  ];
}

/** Whether the registry is there: without any token it is not. */
export async function isRegistryOn(services: Services): Promise<boolean> {
  return (await tokensOf(services)).length > 0;
}

/**
 * Lets a request to the registry through whose sender may send it. An identity that is shown, or that is needed, takes
 * nothing the place of: what it does not reach is closed to the token as well.
 * @throws ApiError 401, 403, 503
 */
export async function admitToRegistry(
  shown: Shown,
  { access, action }: { readonly access: RegistryAccess; readonly action: string },
  services: Services,
): Promise<Caller> {
  const tokens = await tokensOf(services);
  if (tokens.length === 0)
    throw new ApiError(503, 'registry_not_configured', 'the registry is off: the server has no tokens for it');
  const said = keyIn(shown.headers);
  const grant = said === '' ? undefined : findToken(tokens, said, services.host.now());
  if (grant) return holderOf(grant, shown, { may: access.may, action }, services);
  await services.authenticate.identify(shown);
  if (said !== '')
    throw new ApiError(401, 'invalid_credential', 'the token of the registry is not known, or does not count now');
  if (!access.isPublic)
    throw new ApiError(401, 'unauthorized', 'a token of the registry is needed: send it as Authorization: Bearer');
  return { kind: 'nobody' };
}

/**
 * Who sent a token of the registry to a route that others may use as well; undefined for whoever sent none.
 * @throws ApiError 401, 403, 503
 */
export async function tokenHolder(shown: Shown, action: string, services: Services): Promise<Caller | undefined> {
  const said = keyIn(shown.headers);
  const grant = said === '' ? undefined : findToken(await tokensOf(services), said, services.host.now());
  return grant && holderOf(grant, shown, { may: 'read', action }, services);
}

type Wanted = { readonly may: RegistryAccess['may']; readonly action: string };

async function holderOf(grant: Grant, shown: Shown, { may, action }: Wanted, services: Services): Promise<Caller> {
  const identity = await services.authenticate.identify(shown);
  if (identity === undefined && services.settings.env.registryIdentity)
    throw new ApiError(401, 'identity_required', 'the token alone is not enough: send a JWT in X-API-Identity-Token');
  if (!(may === 'read' ? grant.can_read : grant.can_write))
    throw new ApiError(403, 'forbidden', `this token may not ${may}`);
  if (identity !== undefined && !hasClaims(identity, services.settings.claims(action)))
    throw new ApiError(403, 'forbidden', 'this identity lacks a scope or a role that the action needs');
  return { kind: 'registry', subject: grant.subject, scopes: new Set(), grant, identity };
}

/** Whether an identity is for a project: unlike in a token, what is not said is nothing. */
function isFor(
  { tenant, projects }: { readonly tenant: string; readonly projects: readonly string[] },
  on: { readonly tenant: string; readonly project?: string | undefined },
): boolean {
  const inTenant = tenant === '*' || (tenant !== '' && tenant === on.tenant);
  return inTenant && (projects.includes('*') || (on.project !== undefined && projects.includes(on.project)));
}

/** Whether a token, and an identity where one was shown, are for a project; `project` undefined: for all of the tenant. */
export function isInReach(
  { grant, identity }: Extract<Caller, { kind: 'registry' }>,
  on: { readonly tenant: string; readonly project?: string | undefined },
): boolean {
  return reaches(grant, on) && (identity === undefined || isFor(identity, on));
}

/** Whether a caller may see or change a project; `project` undefined: all of the tenant. @throws ApiError 401, 403 */
export function checkReach(
  caller: Caller,
  on: { readonly tenant: string; readonly project?: string | undefined },
): void {
  if (caller.kind !== 'registry')
    throw new ApiError(401, 'unauthorized', 'a token of the registry is needed: send it as Authorization: Bearer');
  if (isInReach(caller, on)) return;
  throw new ApiError(403, 'forbidden', 'this credential is for another tenant or project');
}
