import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { ENV_VARIABLES } from '../../src/config/env.ts';
import { parseArgs } from '../../src/config/parse-args.ts';
import type { ServeArguments } from '../../src/config/serve-options.ts';
import { createApp } from '../../src/server/app.ts';
import { createServices } from '../../src/server/create-services.ts';
import type { GuardedFetch } from '../../src/server/guarded-fetch.ts';
import type { JobRunner } from '../../src/server/jobs.ts';
import type { Services } from '../../src/server/services.ts';
import { serverSettings } from '../../src/server/settings.ts';

export const OBJECT = join(import.meta.dirname, '../../examples/simple-pass/simple_pass.bpf.o');
export const KEY = 'a key of this test alone';
/** Tokens of the registry of `writeRegistryTokens`. */
export const REGISTRY_TOKENS = {
  whole: 'a token of this test for all of acme',
  reads: 'a token of this test that reads acme/net',
  elsewhere: 'a token of this test for other/net',
  expired: 'a token of this test that was good once',
} as const;

/** `auth/tokens.json` of the registry in a work directory. One token is there as a hash, as an operator would have it. */
export function writeRegistryTokens(workdir: string): void {
  const salt = 'c2FsdCBvZiB0aGlzIHRlc3Q=';
  const hash = createHmac('sha256', Buffer.from(salt, 'base64')).update(REGISTRY_TOKENS.reads).digest('hex');
  const all = { can_read: true, can_write: true };
  const tokens = [
    { token: REGISTRY_TOKENS.whole, subject: 'whole', tenant: 'acme', projects: ['*'], ...all },
    { token_hash: hash, token_hash_salt: salt, subject: 'reads', tenant: 'acme', projects: ['net'], can_read: true },
    { token: REGISTRY_TOKENS.elsewhere, subject: 'elsewhere', tenant: 'other', projects: ['net'], ...all },
    { token: REGISTRY_TOKENS.expired, subject: 'expired', tenant: '*', expires_at: '2020-01-01T00:00:00Z', ...all },
  ];
  mkdirSync(join(workdir, 'cloud-registry/auth'), { recursive: true });
  const file = join(workdir, 'cloud-registry/auth/tokens.json');
  writeFileSync(file, JSON.stringify({ schema_version: 'cloud_registry_auth.v0.1', tokens }));
}

export const SECRET = 'a secret of this test that has more than 32 bytes';

export interface ServerLab extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly dir: string;
  /** Lines of the log. */
  readonly log: string[];
  inject(options: InjectOptions): Promise<Response>;
}

function serveArguments(...words: string[]): ServeArguments {
  const parsed = parseArgs(['serve', ...words]);
  if (parsed.command !== 'serve') throw new Error('it is another command');
  return parsed.options;
}

/** A server that no one can connect to: requests are put into it. Jobs are carried out by `run`. */
export async function serverLab(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    /** Kernels that are not stored are offered as well; nothing fetches any unless a job does. */
    readonly online?: boolean;
    readonly run?: JobRunner;
    readonly dir?: string;
    readonly fetch?: GuardedFetch;
  } = {},
): Promise<ServerLab> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'bpfcompat-server-'));
  const env = { PATH: process.env['PATH'], HOME: dir, BPFCOMPAT_API_WRITE_KEY: KEY, ...options.env };
  const known = ENV_VARIABLES.map(({ Name }) => Name);
  const { settings } = serverSettings(
    serveArguments(...(options.online ? [] : ['--offline']), ...(options.args ?? [])),
    { env, cwd: dir, known },
  );
  const { fetch } = options;
  const log: string[] = [];
  const run: JobRunner = options.run ?? (() => Promise.reject(new Error('nothing runs here')));
  const services = await createServices(settings, {
    env,
    write: (line) => void log.push(line),
    run,
    ...(fetch && { fetch }),
  });
  const app = await createApp(services);
  await app.ready();
  return {
    app,
    services,
    dir,
    log,
    inject: (request) =>
      app.inject({ ...request, headers: { host: '127.0.0.1:8080', ...request.headers } } as InjectOptions),
    async [Symbol.asyncDispose]() {
      await app.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type Part = readonly [name: string, value: string | Uint8Array, fileName?: string];

/** A multipart form. A file is given by its bytes. */
export function formOf(parts: readonly Part[]) {
  const boundary = 'boundary-of-this-test';
  const chunks = parts.flatMap(([name, value, fileName]) => {
    const file =
      typeof value === 'string' && fileName === undefined ? '' : `; filename="${fileName ?? 'object.bpf.o'}"`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value as string), Buffer.from('\r\n')];
  });
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

export function objectForm(...more: Part[]) {
  return formOf([['artifact_file', readFileSync(OBJECT), 'my prog.bpf.o'], ['profiles', 'debian-12-6.1'], ...more]);
}
