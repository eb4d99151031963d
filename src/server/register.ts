import type { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type * as z from 'zod';
import { type Access, type Caller, decide, enforce } from './access.ts';
import type { Shown } from './authenticate.ts';
import { certificateFacts } from './certificates.ts';
import { noteUnknownDenial, openExecute } from './execute.ts';
import { HANDLERS } from './handlers.ts';
import { ApiError } from './problem.ts';
import { admitToRegistry, tokenHolder } from './registry-access.ts';
import type { Route } from './route.ts';
import { ROUTES, type RouteName } from './routes.ts';
import type { Services } from './services.ts';
import { signedBody } from './webhook.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The certificate that a client showed; undefined for none. */
function certificateOf({ socket }: FastifyRequest): Shown['certificate'] {
  const secure = socket as Partial<TLSSocket>;
  const raw = secure.getPeerCertificate?.()?.raw;
  if (raw === undefined) return undefined;
  return secure.authorized === true ? certificateFacts(raw) : 'invalid';
}

/** Lets a request through that its sender may send. @throws ApiError 401, 403, 503 */
export async function admit(
  request: FastifyRequest,
  { access, action }: { readonly access: Access; readonly action: string },
  services: Services,
): Promise<Caller> {
  if (access.kind === 'open') return { kind: 'nobody' };
  const shown = { headers: request.headers, certificate: certificateOf(request) };
  if (access.kind === 'registry') return admitToRegistry(shown, { access, action }, services);
  const holder = access.orToken && (await tokenHolder(shown, action, services));
  if (holder) return holder;
  const { settings, authenticate } = services;
  const caller = await authenticate(shown);
  enforce(decide(access, caller, settings.anonymous, settings.claims(action)), authenticate.configured);
  return caller;
}

/** @throws ApiError 400 that names the field */
function read(schema: z.ZodType | undefined, value: unknown, code: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new ApiError(400, code, `${where === '' ? '' : `${where}: `}${issue?.message ?? 'it cannot be read'}`);
}

function addRoute(app: FastifyInstance, name: RouteName, path: string, services: Services): void {
  const route: Route = ROUTES[name];
  const handle = HANDLERS[name] as (call: object) => Promise<unknown>;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const denied = async (error: unknown): Promise<never> => {
    if (name === 'runtimeExecute') await noteUnknownDenial(error, services);
    throw error;
  };
  app.route({
    method: route.method,
    url: path,
    ...(name === 'validateEvents' && { exposeHeadRoute: false }),
    // Before the body is read: unknown clients send nothing.
    preParsing: async (request, _reply, payload) => {
      if (name === 'runtimeExecute') await openExecute(services).catch(denied);
      callers.set(request, await admit(request, route, services).catch(denied));
      return name === 'marketplaceWebhook' ? signedBody(request, payload, services) : undefined;
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const query = read(route.query, request.query, 'bad_query');
      const params = read(route.params, request.params, 'bad_path');
      const body = read(route.body, request.body, 'bad_body');
      const caller = callers.get(request) ?? { kind: 'nobody' };
      const response = await handle({ query, params, body, caller, request, reply, services });
      if (reply.sent || response === undefined) return reply;
      return reply.type('application/json').send(`${JSON.stringify(response, null, 2)}\n`);
    },
  });
}

/** Where a route is to be found; the first is the one that is documented. */
export function pathsOf({ at, path }: Pick<Route, 'at' | 'path'>): string[] {
  return at === 'root' ? [path] : [`/api/v1/${path}`, `/api/${path}`];
}

/** All routes of the API, and 405 for what they do not take. */
export function addRoutes(app: FastifyInstance, services: Services): void {
  const taken = new Map<string, HTTPMethods[]>();
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    for (const path of pathsOf(ROUTES[name])) {
      addRoute(app, name, path, services);
      taken.set(path, [...(taken.get(path) ?? []), ROUTES[name].method]);
    }
  }
  for (const [url, allowed] of taken) {
    app.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url,
      preParsing: async (_request, reply) => {
        reply.header('allow', allowed.join(', '));
        throw new ApiError(405, 'method_not_allowed', `use ${allowed.join(' or ')}`);
      },
      handler: async () => {},
    });
  }
}
