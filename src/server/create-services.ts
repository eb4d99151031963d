import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentOf } from '../api/services.ts';
import { createHost } from '../host/create-host.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { createAuthenticator } from './authenticate.ts';
import { readIdentities } from './certificates.ts';
import { keptSince, removeRun } from './demo.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { createJobStore } from './job-store.ts';
import { type JobRunner, Jobs } from './jobs.ts';
import { createKernels } from './kernels.ts';
import { createLists } from './lists.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { publishing } from './publish.ts';
import { createRunner } from './run-job.ts';
import { createRuns } from './runs.ts';
import type { Services } from './services.ts';
import type { ServerSettings } from './settings.ts';
import { createTokenVerifier } from './tokens.ts';

interface ServerEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where lines of the log go. */
  readonly write: (line: string) => void;
  /** Carries jobs out instead of the library, in tests. */
  readonly run?: JobRunner;
  /** Fetches keys of JWTs instead of the guard that the settings call for, in tests. */
  readonly fetch?: GuardedFetch;
}

async function authenticatorOf(settings: ServerSettings, fetch: GuardedFetch) {
  const { env, cwd, internalFetch } = settings;
  return createAuthenticator({
    key: env.writeKey,
    requireIdentity: env.requireIdentity,
    tokens: await createTokenVerifier(env, { cwd, fetch, allowHttp: internalFetch }),
    identities: env.identityMap === '' ? undefined : readIdentities(env.identityMap, cwd),
  });
}

/** Everything that requests are served with; jobs of an earlier server are not looked at yet. */
export async function createServices(
  settings: ServerSettings,
  { env, write, run, fetch }: ServerEnvironment,
): Promise<Services> {
  const host = createHost({ env });
  const environment = environmentOf({ host, cwd: settings.cwd });
  const { logFormat: format, logLevel: level } = settings.env;
  const log: Log = createLog({ format, level, now: () => host.now() }, write);
  await ensureWorkDirectory(host, settings.workdir);
  const store = createJobStore(host, settings.workdir);
  const metrics = createMetrics();
  const { activeJobs: active, queuedJobs: queued } = settings.env;
  const jobs = new Jobs({
    store,
    run: publishing(run ?? createRunner({ settings, store, host }), { settings, store, host, log }),
    limits: { active, queued, perCaller: settings.jobsPerCaller },
    log,
    onState: metrics.transition,
    onForget: async (job) => (settings.demo ? removeRun({ host, settings }, job) : undefined),
    now: () => host.now(),
  });
  const lists = createLists(host, settings.workdir);
  const shownSince = (): number => (settings.demo ? keptSince(host.now()) : -1);
  const read = (name: string): Promise<string> => readFile(join(environment.root, 'web', name), 'utf8');
  return {
    settings,
    environment,
    host,
    jobs,
    store,
    lists,
    shownSince,
    runs: createRuns(environment, settings.workdir, lists.runs, shownSince),
    kernels: createKernels(environment, settings.matrix),
    authenticate: await authenticatorOf(
      settings,
      fetch ?? createGuardedFetch(settings.internalFetch, { maxBytes: settings.env.fetchBytes }),
    ),
    metrics,
    log,
    assets: { css: await read('page.css'), script: await read('page.js') },
  };
}
