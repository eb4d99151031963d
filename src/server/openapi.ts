import { stringify } from 'yaml';
import * as z from 'zod';
import type { Access } from './access.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { Problem } from './schemas.ts';

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  return own;
}

/** Credentials that a route takes; `{}` is none. */
function securityOf(access: Access): Json[] {
  if (access.kind === 'registry') return access.isPublic ? [{ registryToken: [] }, {}] : [{ registryToken: [] }];
  const keys = [{ apiKey: [] }, { bearer: [] }, { identity: [] }];
  if (access.kind === 'open') return [{}];
  return [...keys, ...(access.orToken ? [{ registryToken: [] }] : []), ...(access.switches.length > 0 ? [{}] : [])];
}

function parametersOf({ query, params }: Route): Json[] {
  const of = (schema: z.ZodType | undefined, place: 'query' | 'path'): Json[] => {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Json; required?: string[] };
    return Object.entries(properties).map(([name, own]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      schema: own,
    }));
  };
  return [...of(params, 'path'), ...of(query, 'query')];
}

function bodyOf({ body, form }: Route): Json {
  const schema = body ?? form;
  if (schema === undefined) return {};
  const type = body ? 'application/json' : 'multipart/form-data';
  return { requestBody: { required: true, content: { [type]: { schema: schemaOf(schema, 'input') } } } };
}

const PROBLEM = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
const WORDS: Readonly<Record<number, string>> = {
  400: 'the request cannot be read; the message says what to correct',
  401: 'a credential is missing or not valid',
  403: 'the credential is not good for this, or the request comes from another site',
  404: 'there is nothing',
  409: 'it has ended',
  413: 'too large',
  415: 'another kind of content is needed',
  422: 'it can be read, and is not done here',
  429: 'too many requests or jobs; Retry-After says when',
  500: 'the server failed; its log has the reason under the request id',
  502: 'a mirror of kernels cannot be reached',
  503: 'the server is about to end, or lacks something that the message names',
};

function responsesOf({ responses, access, problems = [], query, params, body, form }: Route): Json {
  const takes = query ?? params ?? body ?? form;
  const scoped = access.kind === 'open' ? [] : [401, 503];
  const statuses = [...problems, ...(takes ? [400] : []), ...scoped, 403, 429, 500].filter(
    (status) => !(status in responses),
  );
  const own = Object.entries(responses).map(([status, { description, schema, content }]) => {
    const type = schema ? 'application/json' : content;
    const shape = schema ? schemaOf(schema, 'output') : content === 'application/yaml' ? {} : { type: 'string' };
    return [status, { description, ...(type && { content: { [type]: { schema: shape } } }) }];
  });
  const others = [...new Set(statuses)]
    .sort((a, b) => a - b)
    .map((status) => [String(status), { description: WORDS[status] ?? '', ...PROBLEM }]);
  return Object.fromEntries([...own, ...others]);
}

function operationOf(name: string, route: Route): Json {
  const parameters = parametersOf(route);
  return {
    operationId: name,
    summary: route.summary,
    security: securityOf(route.access),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(route),
    responses: responsesOf(route),
  };
}

/** The API as OpenAPI 3.1, made of the table of routes. Only /api/v1 is in it; /api is the same. */
function openapi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(ROUTES) as [string, Route][]) {
    const path = (route.at === 'api' ? `/api/v1/${route.path}` : route.path).replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'bpfcompat',
      version: 'v1',
      description: 'Checks whether compiled eBPF objects load and attach on real kernels. See docs/server.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        registryToken: { type: 'http', scheme: 'bearer', description: 'a token of the registry' },
        bearer: { type: 'http', scheme: 'bearer', description: 'the API key' },
        identity: { type: 'apiKey', in: 'header', name: 'X-API-Identity-Token', description: 'a JWT' },
      },
    },
  };
}

/** The same as YAML: docs/openapi.yaml, and what the server gives. */
export function openapiText(): string {
  return stringify(openapi(), { lineWidth: 0, aliasDuplicateObjects: false });
}
