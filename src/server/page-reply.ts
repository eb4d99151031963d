import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access, Caller } from './access.ts';
import { ApiError } from './problem.ts';
import { admit } from './register.ts';
import type { Services } from './services.ts';

type Guarded = { readonly access: Access; readonly action: string };

/** A caller who may use a route; undefined for one who may not. @throws ApiError for a credential that is not valid */
export async function callerWhoMay(
  request: FastifyRequest,
  route: Guarded,
  services: Services,
): Promise<Caller | undefined> {
  try {
    return await admit(request, route, services);
  } catch (error) {
    if (error instanceof ApiError && ['unauthorized', 'forbidden', 'no_credentials_configured'].includes(error.code))
      return undefined;
    throw error;
  }
}

export const may = async (request: FastifyRequest, route: Guarded, services: Services): Promise<boolean> =>
  (await callerWhoMay(request, route, services)) !== undefined;

/** A page as the response. */
export function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text);
}
