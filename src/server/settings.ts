import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ServeArguments } from '../config/serve-options.ts';
import { listWords, readServerEnv, type ServerEnv } from '../config/server-env.ts';
import { notesWithoutEffect } from '../config/without-effect.ts';
import { UsageError } from '../model/errors.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { VISIBILITIES } from '../registry/projects.ts';
import { streamLimitNotes } from '../runtime/audit-stream.ts';
import type { AnonymousSwitches, ClaimRules } from './access.ts';

export interface ServerSettings {
  readonly env: ServerEnv;
  readonly cwd: string;
  /** Absolute path of the work directory. */
  readonly workdir: string;
  readonly matrix: string;
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
  readonly behindProxy: boolean;
  readonly hostNames: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer | undefined } | undefined;
  readonly anonymous: AnonymousSwitches;
  /** Requests a minute for one address; 0 = no limit. */
  readonly perMinute: number;
  /** Nothing is fetched for anybody. */
  readonly offline: boolean;
  readonly demo: boolean;
  /** Jobs of one caller that run or wait; undefined: as many as there is room for. */
  readonly jobsPerCaller: number | undefined;
  /** Both switches for fetching from internal hosts are on. */
  readonly internalFetch: boolean;
  readonly claims: (action: string) => ClaimRules;
}

type Env = Readonly<Record<string, string | undefined>>;

/** What `--public-demo` makes of everything else. */
const DEMO = {
  activeJobs: 2,
  queuedJobs: 20,
  concurrency: 2,
  profiles: 5,
  timeoutMs: 300_000,
  objectBytes: 4 * 1024 * 1024,
};

function secretFile(path: string, cwd: string, said: string): Buffer {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (cause) {
    throw new UsageError(
      'file_unreadable',
      `${said} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      { cause },
    );
  }
}

function tlsOf({ tlsCert, tlsKey }: ServeArguments, env: ServerEnv, cwd: string): ServerSettings['tls'] {
  if (tlsCert === '') {
    if (env.clientCa === '') return undefined;
    throw new UsageError(
      'tls_missing',
      phrase`BPFCOMPAT_API_CLIENT_CA_PATH needs TLS: give ${option('tls-cert')} and ${option('tls-key')}`,
    );
  }
  return {
    cert: secretFile(tlsCert, cwd, 'the certificate'),
    key: secretFile(tlsKey, cwd, 'the key'),
    ca: env.clientCa === '' ? undefined : secretFile(env.clientCa, cwd, 'BPFCOMPAT_API_CLIENT_CA_PATH'),
  };
}

/** Where results are published has to be a place of the registry. @throws UsageError */
function checkSync({ syncOn, syncTenant, syncProject, syncVisibility }: ServerEnv): void {
  if (!syncOn) return;
  const name = 'BPFCOMPAT_API_AUTO_SYNC_';
  for (const [what, word] of Object.entries({ TENANT: syncTenant, PROJECT: syncProject }))
    if (!ID_PATTERN.test(word))
      throw new UsageError(
        'sync_place',
        `${name}REGISTRY needs ${name}${what}: at most 64 letters, digits and "._-", that begin with a letter or digit`,
      );
  if (!VISIBILITIES.some((one) => one === syncVisibility))
    throw new UsageError('sync_place', `${name}PROJECT_VISIBILITY must be ${VISIBILITIES.join(' or ')}`);
}

function checkLength(name: string, secret: string): void {
  if (secret === '' || secret.length >= 16) return;
  throw new UsageError('weak_secret', `${name} has less than 16 characters; make a longer one (openssl rand -hex 32)`);
}

/** What may not be together. @throws UsageError */
function check(args: ServeArguments, env: ServerEnv): void {
  const asymmetric = env.jwksPath !== '' || env.jwksUrl !== '' || env.oidcIssuer !== '';
  if (env.hs256Secret !== '' && Buffer.byteLength(env.hs256Secret) < 32)
    throw new UsageError(
      'weak_secret',
      'BPFCOMPAT_API_WRITE_JWT_HS256_SECRET has less than 32 bytes; make a longer one (openssl rand -hex 32)',
    );
  checkLength('BPFCOMPAT_REGISTRY_AUTH_TOKEN', env.registryToken);
  checkLength('BPFCOMPAT_GITHUB_MARKETPLACE_WEBHOOK_SECRET', env.webhookSecret);
  if (asymmetric && (env.jwtAudience === '' || (env.jwtIssuer === '' && env.oidcIssuer === ''))) {
    throw new UsageError(
      'claims_missing',
      'keys for JWTs are configured, and which of their tokens are meant for this server is not; set BPFCOMPAT_API_WRITE_JWT_ISSUER and BPFCOMPAT_API_WRITE_JWT_AUDIENCE',
    );
  }
  checkSync(env);
  if (args.publicDemo && env.runtimeExecute)
    throw new UsageError(
      'execute_enabled',
      phrase`${option('public-demo')} does not start with BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE; unset it`,
    );
  const anonymous = env.anonymousValidate || env.anonymousRead || env.anonymousDelivery || env.anonymousWrite;
  if (env.runtimeExecute && anonymous)
    throw new UsageError(
      'execute_enabled',
      'BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE is not for a server that anybody may use; unset it, or every BPFCOMPAT_API_ALLOW_ANONYMOUS_* variable',
    );
  if (env.anonymousWrite && !args.loopback) {
    throw new UsageError(
      'anonymous_write',
      phrase`BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE is for development on this machine, and ${option('addr')} is reached from others; unset it`,
    );
  }
}

function claimsOf(env: Env, values: ServerEnv): ServerSettings['claims'] {
  return (action) => {
    const own = (kind: string): string[] =>
      listWords(env[`BPFCOMPAT_API_WRITE_JWT_REQUIRED_${kind}_${action.toUpperCase()}`]);
    const scopes = own('SCOPES');
    const isExecute = action === 'runtime_execute';
    return {
      scopes: [...listWords(values.requiredScopes), ...(isExecute ? listWords(values.executeScopes) : [])],
      roles: [...listWords(values.requiredRoles), ...(isExecute ? listWords(values.executeRoles) : [])],
      actionScopes: scopes.length > 0 ? scopes : undefined,
      actionRoles: own('ROLES'),
    };
  };
}

/** What an operator should know of load checks. */
function executeNotes({ runtimeExecute, executePolicy }: ServerEnv): string[] {
  if (!runtimeExecute || executePolicy !== '') return [];
  return ['BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH names no policy: every load check is denied'];
}

/** Mistyped names, and those of other programs: a switch that is not known must not seem to be on. */
function unknownNames(env: Env, known: readonly string[]): string[] {
  const patterns = /^BPFCOMPAT_API_WRITE_JWT_REQUIRED_(?:SCOPES|ROLES)_[A-Z_]+$/;
  const strange = Object.keys(env).filter(
    (name) => name.startsWith('BPFCOMPAT_') && !known.includes(name) && !patterns.test(name),
  );
  return strange.sort().map((name) => `${name} is not known to serve and has no effect on it; correct its name`);
}

/**
 * Puts flags and environment together. Bounds of the public demo win over both.
 * @param known names of all variables
 * @throws UsageError for what cannot be together, and for files that cannot be read
 */
export function serverSettings(
  args: ServeArguments,
  { env, cwd, known }: { readonly env: Env; readonly cwd: string; readonly known: readonly string[] },
): { readonly settings: ServerSettings; readonly notes: readonly string[] } {
  const { values: said, notes } = readServerEnv(env);
  check(args, said);
  const demo = args.publicDemo;
  const values: ServerEnv = demo
    ? {
        ...said,
        ...DEMO,
        anonymousValidate: true,
        anonymousRead: true,
        anonymousDelivery: true,
        anonymousWrite: false,
        metrics: false,
      }
    : said;
  const settings: ServerSettings = {
    env: values,
    cwd,
    workdir: resolve(cwd, args.workdir),
    matrix: args.matrix,
    host: args.host,
    port: args.port,
    loopback: args.loopback,
    behindProxy: args.behindProxy,
    hostNames: args.hostName,
    trustedProxies: listWords(values.trustedProxies),
    tls: tlsOf(args, values, cwd),
    anonymous: {
      validate: values.anonymousValidate,
      read: values.anonymousRead,
      delivery: values.anonymousDelivery,
      write: values.anonymousWrite,
    },
    perMinute: args.rateLimit,
    offline: args.offline || demo,
    demo,
    jobsPerCaller: demo ? 1 : undefined,
    internalFetch: values.internalHosts && args.allowInternalFetch,
    claims: claimsOf(env, values),
  };
  const lost = [
    ...executeNotes(said),
    ...streamLimitNotes(env),
    ...notesWithoutEffect('serve', env),
    ...unknownNames(env, known),
  ];
  return { settings, notes: [...notes, ...lost] };
}
