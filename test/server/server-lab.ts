import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
