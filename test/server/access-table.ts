import { SignJWT } from 'jose';
import type { RouteName } from '../../src/server/routes.ts';
import { KEY, REGISTRY_TOKENS, SECRET } from './server-lab.ts';

export const SWITCHES = {
  none: {},
  validate: { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' },
  read: { BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: 'true' },
  delivery: { BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY: 'true' },
  demo: {},
  write: { BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE: 'true' },
} as const;

export async function token(
  scope: string,
  more: Record<string, unknown> = {},
  secret = SECRET,
): Promise<Record<string, string>> {
  const signed = new SignJWT({ scope, ...more })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ci')
    .setExpirationTime('1h');
  return { 'x-api-identity-token': await signed.sign(new TextEncoder().encode(secret)) };
}

const bearer = (word: string) => ({ authorization: `Bearer ${word}` });

/** Every kind of caller, with the switch that is on. */
export const CALLERS = {
  unowned: ['none', async () => ({})],
  'nobody, validate switch': ['validate', async () => ({})],
  'nobody, read switch': ['read', async () => ({})],
  'nobody, delivery switch': ['delivery', async () => ({})],
  'nobody, write switch': ['write', async () => ({})],
  'nobody, public demo': ['demo', async () => ({})],
  'wrong key, write switch': ['write', async () => ({ 'x-api-key': 'wrong' })],
  'wrong token, write switch': ['write', () => token('validate read compare', {}, `${SECRET}!`)],
  key: ['none', async () => ({ 'x-api-key': KEY })],
  'key as bearer': ['none', async () => ({ authorization: `Bearer ${KEY}` })],
  'token without scope': ['none', () => token('')],
  'token validate': ['none', () => token('validate')],
  'token read': ['none', () => token('read')],
  'token compare': ['none', () => token('compare')],
  'token delivery': ['none', () => token('delivery')],
  'registry, whole': ['none', async () => bearer(REGISTRY_TOKENS.whole)],
  'registry, reads': ['none', async () => bearer(REGISTRY_TOKENS.reads)],
  'registry, elsewhere': ['none', async () => bearer(REGISTRY_TOKENS.elsewhere)],
  'registry, expired': ['write', async () => bearer(REGISTRY_TOKENS.expired)],
  'registry with its identity': [
    'none',
    async () => ({ ...bearer(REGISTRY_TOKENS.whole), ...(await token('', { tenant: 'acme', projects: ['net'] })) }),
  ],
  'registry with another identity': [
    'none',
    async () => ({ ...bearer(REGISTRY_TOKENS.whole), ...(await token('', { tenant: 'acme', projects: ['x'] })) }),
  ],
} as const satisfies Record<string, readonly [keyof typeof SWITCHES, () => Promise<Record<string, string>>]>;
export type CallerName = keyof typeof CALLERS;

type Expected = Readonly<Record<CallerName, 'let through' | 401 | 403 | 503>>;
const OPEN = Object.fromEntries(Object.keys(CALLERS).map((name) => [name, 'let through'])) as Expected;
const CLOSED: Expected = {
  unowned: 401,
  'nobody, validate switch': 401,
  'nobody, read switch': 401,
  'nobody, delivery switch': 401,
  'nobody, write switch': 401,
  'nobody, public demo': 401,
  'wrong key, write switch': 401,
  'wrong token, write switch': 401,
  key: 'let through',
  'key as bearer': 'let through',
  'token without scope': 403,
  'token validate': 403,
  'token read': 403,
  'token compare': 403,
  'token delivery': 403,
  // Good for the registry alone.
  'registry, whole': 401,
  'registry, reads': 401,
  'registry, elsewhere': 401,
  'registry, expired': 401,
  'registry with its identity': 401,
  'registry with another identity': 401,
};
export const THROUGH = 'let through' as const;
const READ: Expected = {
  ...CLOSED,
  'nobody, read switch': THROUGH,
  'nobody, write switch': THROUGH,
  'nobody, public demo': THROUGH,
  'token read': THROUGH,
};
const VALIDATE: Expected = {
  ...CLOSED,
  'nobody, validate switch': THROUGH,
  'nobody, write switch': THROUGH,
  'nobody, public demo': THROUGH,
  'token validate': THROUGH,
};

const DELIVERY: Expected = {
  ...CLOSED,
  'nobody, delivery switch': THROUGH,
  'nobody, write switch': THROUGH,
  'nobody, public demo': THROUGH,
  'token delivery': THROUGH,
};

/** A page that says that a key is needed is for everybody; a credential that is wrong is not. */
const OPEN_PAGE: Expected = {
  ...OPEN,
  'wrong key, write switch': 401,
  'wrong token, write switch': 401,
  ...Object.fromEntries(Object.keys(CALLERS).flatMap((name) => (name.startsWith('registry') ? [[name, 401]] : []))),
};

/** No switch, key or scope opens the registry, and the demo has none. */
const REGISTRY: Expected = {
  ...(Object.fromEntries(Object.keys(CALLERS).map((name) => [name, 401])) as Expected),
  'nobody, public demo': 503,
  'registry, whole': THROUGH,
  'registry, elsewhere': 403,
  'registry with its identity': THROUGH,
  'registry with another identity': 403,
};
const REGISTRY_READ: Expected = { ...REGISTRY, 'registry, reads': THROUGH };
const REGISTRY_WRITE: Expected = { ...REGISTRY, 'registry, reads': 403 };

/** Who may what, written down apart from the table that the server reads. */
export const TABLE: Readonly<Record<RouteName, Expected>> = {
  health: OPEN,
  config: OPEN,
  profiles: OPEN,
  openapi: OPEN,
  livez: OPEN,
  readyz: OPEN,
  validate: VALIDATE,
  validateStart: VALIDATE,
  validateStatus: { ...VALIDATE, 'token read': THROUGH },
  validateEvents: { ...VALIDATE, 'token read': THROUGH },
  validateCancel: VALIDATE,
  historyArtifacts: READ,
  historyRuns: READ,
  runReport: READ,
  badge: READ,
  compare: { ...CLOSED, 'nobody, write switch': THROUGH, 'token compare': THROUGH },
  runtimeProbe: { ...CLOSED, 'token read': THROUGH },
  runtimeSelect: DELIVERY,
  runtimeFetch: DELIVERY,
  // It is switched off, whoever comes.
  runtimeExecute: { ...OPEN, ...Object.fromEntries(Object.keys(OPEN).map((name) => [name, 403])) },
  runtimeDecisions: READ,
  // The contract opens it to agents with a token of their project.
  agentDecision: {
    ...{ ...CLOSED, 'token delivery': THROUGH },
    ...{ 'registry, whole': THROUGH, 'registry, reads': THROUGH, 'registry with its identity': THROUGH },
    ...{ 'registry, elsewhere': 403, 'registry with another identity': 403 },
  },
  registryProjects: REGISTRY_READ,
  registryUpsert: REGISTRY_WRITE,
  registryUpload: REGISTRY_WRITE,
  registryArtifacts: REGISTRY_READ,
  registryDownload: REGISTRY_READ,
  registryVerify: REGISTRY_READ,
  registryAudit: REGISTRY_READ,
  metrics: { ...CLOSED, 'token read': THROUGH },
  // There is nothing behind it (404), whoever comes.
  pprof: OPEN,
  // It has no secret to verify a signature with, and no other credential counts.
  marketplaceWebhook: { ...OPEN, ...Object.fromEntries(Object.keys(OPEN).map((name) => [name, 503])) },
};

/** The pages: who may not see one gets one that requests a key, or 401 where there is no page to show. */
export const PAGES: readonly (readonly [method: 'GET' | 'POST', path: string, expected: Expected])[] = [
  ['GET', '/', OPEN_PAGE],
  ['POST', '/', VALIDATE],
  ['GET', '/runtime', OPEN_PAGE],
  ['POST', '/runtime', DELIVERY],
  ['GET', '/jobs/:id', OPEN_PAGE],
  ['GET', '/results/index.html', OPEN_PAGE],
  ['GET', '/results/index.json', READ],
  ['GET', '/results/compare', READ],
  ['GET', '/results/runs/latest/none.html', OPEN_PAGE],
  ['GET', '/results/runs/latest/none.json', READ],
  ['GET', '/results/runs/latest/none.tar.gz', READ],
  ['GET', '/results/diffs/a..b.html', OPEN_PAGE],
  ['GET', '/results?run_id=none', OPEN_PAGE],
  ['GET', '/demo-result?run_id=none', OPEN_PAGE],
  // Style and script are no secret, and a redirect says nothing.
  ['GET', '/results/assets/none.css', OPEN],
  ['GET', '/results', OPEN],
];
