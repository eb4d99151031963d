import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ENV_VARIABLES } from '../config/env.ts';
import type { ServeArguments } from '../config/serve-options.ts';
import { HostError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { createApp } from './app.ts';
import { createServices } from './create-services.ts';
import { checkDemoMachine, startExpiry } from './demo.ts';
import { type ServerSettings, serverSettings } from './settings.ts';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly settings: ServerSettings;
  /** What the operator should know. */
  readonly notes: readonly string[];
  /** Takes no more jobs, waits for those that run, and ends. */
  close(): Promise<void>;
}

async function listen(app: FastifyInstance, { host, port, tls }: ServerSettings): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new HostError(
      'address_in_use',
      phrase`${option('addr')} ${host}:${port} cannot be listened on (${code || message}); choose another port`,
      { cause },
    );
  }
  const { address, port: own } = app.server.address() as AddressInfo;
  return `${tls ? 'https' : 'http'}://${address.includes(':') ? `[${address}]` : address}:${own}`;
}

/**
 * Starts a server. Kernels of requests that name none are looked up now, so that a wrong matrix is reported at once.
 * @param io the environment, the directory that relative paths start from, and where lines of the log go
 * @throws UsageError, HostError
 */
export async function startServer(
  args: ServeArguments,
  io: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
    readonly err: (line: string) => void;
  },
): Promise<RunningServer> {
  const known = ENV_VARIABLES.map(({ Name }) => Name);
  const { settings, notes } = serverSettings(args, { env: io.env, cwd: io.cwd, known });
  const services = await createServices(settings, { env: io.env, write: io.err });
  const kernels = await services.kernels();
  if (settings.demo) await checkDemoMachine(services.host);
  const app = await createApp(services);
  await services.jobs.restore();
  const url = await listen(app, settings);
  const endExpiry = settings.demo ? startExpiry(services) : () => {};
  const stored = kernels.filter((kernel) => kernel.standard !== undefined && kernel.stored).length;
  services.log('info', 'listening', { url, stored_kernels: stored, ...settings.anonymous });
  return {
    url,
    settings,
    notes,
    async close() {
      endExpiry();
      await services.jobs.drain(settings.env.drainMs);
      await app.close();
    },
  };
}
