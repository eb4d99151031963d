import { parseDuration } from './duration.ts';
import type { EnvVariable } from './env.ts';
import { REGISTRY_VARIABLES } from './registry-variables.ts';
import { flag, HOUR, MINUTE, type ServerVariable, text } from './server-variable.ts';
import { parseBoolean } from './words.ts';

/** Every variable that `serve` reads, by the name that the code has for it. */
const SERVER_VARIABLES = {
  logFormat: text('BPFCOMPAT_LOG_FORMAT', 'lines of the log: json or text', 'json'),
  logLevel: text('BPFCOMPAT_LOG_LEVEL', 'debug (every request), info, warn or error', 'info'),
  writeKey: text('BPFCOMPAT_API_WRITE_KEY', 'shared API key; whoever has it may do everything the API offers'),
  requireIdentity: flag(
    'BPFCOMPAT_API_WRITE_REQUIRE_IDENTITY',
    'a JWT or a certificate is needed, the API key alone is not enough',
  ),
  hs256Secret: text('BPFCOMPAT_API_WRITE_JWT_HS256_SECRET', 'secret of at least 32 bytes for JWTs signed with HS256'),
  jwksPath: text('BPFCOMPAT_API_WRITE_JWT_JWKS_PATH', 'file with the public keys of JWTs (RS256, ES256, EdDSA)'),
  jwksUrl: text('BPFCOMPAT_API_WRITE_JWT_JWKS_URL', 'https address of these keys'),
  oidcIssuer: text(
    'BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL',
    'https address of an OpenID Connect issuer, whose discovery document names its keys',
  ),
  jwtIssuer: text('BPFCOMPAT_API_WRITE_JWT_ISSUER', 'issuer that JWTs must name; with JWKS needed'),
  jwtAudience: text(
    'BPFCOMPAT_API_WRITE_JWT_AUDIENCE',
    'audience that JWTs must name; with JWKS or OpenID Connect needed',
  ),
  jwksCacheMs: {
    ...text('BPFCOMPAT_API_WRITE_JWT_JWKS_CACHE_TTL', 'how long fetched keys are used', '5m'),
    kind: 'duration',
    min: 1000,
    max: 24 * HOUR,
  },
  jwksTimeoutMs: {
    ...text('BPFCOMPAT_API_WRITE_JWT_JWKS_HTTP_TIMEOUT', 'how long a fetch of keys may take', '5s'),
    kind: 'duration',
    min: 100,
    max: MINUTE,
  },
  oidcCacheMs: {
    ...text('BPFCOMPAT_API_WRITE_JWT_OIDC_DISCOVERY_CACHE_TTL', 'how long a discovery document is used', '10m'),
    kind: 'duration',
    min: 1000,
    max: 24 * HOUR,
  },
  requiredScopes: text(
    'BPFCOMPAT_API_WRITE_JWT_REQUIRED_SCOPES',
    'scopes that every JWT and certificate needs besides that of its action; with suffix _ACTION (as _VALIDATE) instead of it',
  ),
  requiredRoles: text(
    'BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES',
    'roles that every JWT and certificate needs; with suffix _ACTION for one action',
  ),
  identityMap: text('BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH', 'JSON file that says who the certificates of clients are'),
  clientCa: text('BPFCOMPAT_API_CLIENT_CA_PATH', 'certificates in PEM that sign those of clients; needs TLS'),
  anonymousValidate: flag('BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE', 'anybody may check objects, without commands'),
  anonymousRead: flag('BPFCOMPAT_API_ALLOW_ANONYMOUS_READ', 'anybody may read results'),
  anonymousDelivery: flag(
    'BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY',
    'anybody may have the runtime track (experimental) decide, and fetch what is stored here',
  ),
  anonymousWrite: flag(
    'BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE',
    'for development on this machine: all of these, and compare',
  ),
  metrics: flag('BPFCOMPAT_API_ENABLE_METRICS', 'offer /metrics to callers who may read'),
  trustedProxies: text(
    'BPFCOMPAT_API_TRUSTED_PROXIES',
    'addresses or networks (CIDR) of proxies whose X-Forwarded-For counts, separated by commas',
  ),
  drainMs: {
    ...text('BPFCOMPAT_API_SHUTDOWN_DRAIN_TIMEOUT', 'how long a server that ends waits for running jobs', '10m'),
    kind: 'duration',
    min: 1000,
    max: 6 * HOUR,
  },
  activeJobs: {
    ...text('BPFCOMPAT_API_MAX_ACTIVE_VALIDATE_JOBS', 'jobs that run at the same time', '2'),
    kind: 'count',
    min: 1,
    max: 64,
  },
  queuedJobs: {
    ...text('BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS', 'jobs that wait', '20'),
    kind: 'count',
    min: 0,
    max: 256,
  },
  concurrency: {
    ...text('BPFCOMPAT_API_MAX_VALIDATE_CONCURRENCY', 'guests of one job at the same time, at most', '8'),
    kind: 'count',
    min: 1,
    max: 64,
  },
  profiles: {
    ...text('BPFCOMPAT_API_MAX_VALIDATE_PROFILES', 'kernels of one job, at most', '32'),
    kind: 'count',
    min: 1,
    max: 256,
  },
  timeoutMs: {
    ...text('BPFCOMPAT_API_MAX_VALIDATE_TIMEOUT', 'time-out that a request may choose, at most', '15m'),
    kind: 'duration',
    min: MINUTE,
    max: 2 * HOUR,
  },
  anonymousCells: {
    ...text(
      'BPFCOMPAT_API_MAX_ANONYMOUS_CELLS',
      'cells (objects on kernels) of one job without a credential, at most',
      '64',
    ),
    kind: 'count',
    min: 1,
    max: 4096,
  },
  anonymousJobMs: {
    ...text('BPFCOMPAT_API_MAX_ANONYMOUS_JOB_TIME', 'how long a job without a credential may run; it ends then', '30m'),
    kind: 'duration',
    min: MINUTE,
    max: 6 * HOUR,
  },
  keptSuites: {
    ...text(
      'BPFCOMPAT_API_KEPT_SUITES',
      'suites whose reports are kept, and as many of callers without a credential; older ones are removed',
      '200',
    ),
    kind: 'count',
    min: 1,
    max: 10_000,
  },
  objectBytes: {
    ...text(
      'BPFCOMPAT_MAX_OBJECT_BYTES',
      'size of an uploaded object, and of one of the runtime track, at most',
      '16777216',
    ),
    kind: 'count',
    min: 1024,
    max: 134_217_728,
  },
  ...REGISTRY_VARIABLES,
  runtimeExecute: flag(
    'BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE',
    'runtime/execute (experimental) has the agent of this host check loads; not with any anonymous switch or the public demo',
  ),
  executeApproval: text(
    'BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN',
    'value of the header X-Execute-Approval-Token that each request needs; without it every one is an error',
  ),
  executeKillSwitch: flag('BPFCOMPAT_API_RUNTIME_EXECUTE_KILL_SWITCH', 'runtime/execute denies everything'),
  executePolicy: text(
    'BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH',
    'execute policy of the server; needed, and the agent has its own besides',
  ),
  executeWorkerUser: text(
    'BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER',
    'user (name or number) of the agent: results of any other user are rejected; unset: the user of the server',
  ),
  executeNeedsIdentity: flag('BPFCOMPAT_API_RUNTIME_EXECUTE_REQUIRE_WORKER_IDENTITY', 'that user must be configured'),
  executeScopes: text(
    'BPFCOMPAT_API_RUNTIME_EXECUTE_JWT_REQUIRED_SCOPES',
    'scopes that JWTs and certificates need for runtime/execute, besides those of every one',
  ),
  executeRoles: text('BPFCOMPAT_API_RUNTIME_EXECUTE_JWT_REQUIRED_ROLES', 'the same for roles'),
  fetchBytes: {
    ...text(
      'BPFCOMPAT_FETCH_MAX_BYTES',
      'size of a download of keys of JWTs, or of an object out of an image (runtime track), at most; the bounds of these (1 MiB, BPFCOMPAT_MAX_OBJECT_BYTES) stay',
      '134217728',
    ),
    kind: 'count',
    min: 1024,
  },
  internalHosts: flag(
    'BPFCOMPAT_FETCH_ALLOW_INTERNAL_HOSTS',
    'where serve was started so as well: keys of JWTs may come from internal hosts',
  ),
  webhookSecret: text(
    'BPFCOMPAT_GITHUB_MARKETPLACE_WEBHOOK_SECRET',
    'secret (at least 16 characters) that signs events of GitHub Marketplace, which are written to the log and do nothing else; unset: 503',
  ),
} as const satisfies Readonly<Record<string, ServerVariable>>;

type Variables = typeof SERVER_VARIABLES;
type ValueOf<K extends ServerVariable['kind']> = K extends 'flag' ? boolean : K extends 'text' ? string : number;

/** The values of the variables; numbers within their bounds, durations in milliseconds. */
export type ServerEnv = { readonly [Name in keyof Variables]: ValueOf<Variables[Name]['kind']> };

/** Rows of the catalog of variables. */
export const SERVER_ENV_ROWS: readonly EnvVariable[] = Object.values(SERVER_VARIABLES).map(
  ({ Name, Default, Description, Category }) => ({ Name, Default, Description, Category }),
);

/** The words of a value; undefined for one that cannot be read. */
function parsed({ kind, min = 0, max = Number.MAX_SAFE_INTEGER }: ServerVariable, word: string) {
  if (kind === 'text') return word;
  if (kind === 'flag') return parseBoolean(word);
  const number = kind === 'duration' ? parseDuration(word) : /^\d{1,15}$/.test(word) ? Number(word) : undefined;
  return number === undefined ? undefined : Math.min(Math.max(Math.round(number), min), max);
}

/**
 * Reads what the environment says about the server. A value that cannot be read counts as its default, which is the safe
 * one, and is a note.
 */
export function readServerEnv(env: Readonly<Record<string, string | undefined>>): {
  readonly values: ServerEnv;
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  const rows: readonly (readonly [string, ServerVariable])[] = Object.entries(SERVER_VARIABLES);
  const values = rows.map(([key, row]) => {
    const word = env[row.Name] ?? '';
    const value = word === '' ? undefined : parsed(row, word);
    if (word !== '' && value === undefined)
      notes.push(`${row.Name} cannot be read and counts as ${row.Default === '' ? 'not set' : row.Default}`);
    return [key, value ?? parsed(row, row.Default)];
  });
  return { values: Object.fromEntries(values) as ServerEnv, notes };
}

/** Words of a list in a variable: separated by blanks, commas or semicolons. */
export function listWords(word: string | undefined): string[] {
  return (word ?? '').split(/[\s,;]+/).filter((one) => one !== '');
}
