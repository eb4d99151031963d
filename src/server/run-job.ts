import { join } from 'node:path';
import { validate } from '../api/validate.ts';
import type { ValidateOptions } from '../api/validate-options.ts';
import type { JobRecord } from './job.ts';
import type { JobRunner } from './jobs.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'settings' | 'store' | 'host'>;

/** A job as the library is called with it. */
export function jobOptions({ job_id: id, request }: JobRecord, { settings, store, host }: Needs): ValidateOptions {
  const dir = store.dir(id);
  const { mode, timeoutMs, concurrency, artifactName, artifactVersion, artifactVariant, artifactUri } = request;
  return {
    artifacts: [join(dir, request.artifact)],
    matrix: request.hasMatrix ? join(dir, 'matrix.yaml') : settings.matrix,
    ...(request.hasManifest && { manifest: join(dir, 'manifest.yaml') }),
    mode,
    timeoutMs,
    concurrency,
    ...(artifactName && { artifactName }),
    ...(artifactVersion && { artifactVersion }),
    ...(artifactVariant && { artifactVariant }),
    ...(artifactUri && { artifactUri }),
    offline: request.offline,
    workDir: settings.workdir,
    cwd: settings.cwd,
    host,
  };
}

/** Carries jobs out: prepare, run, finish, as the command line does. */
export function createRunner(needs: Needs): JobRunner {
  return async (job, signal, onEvent) => {
    const { report, verdict, paths } = await validate({ ...jobOptions(job, needs), signal, onEvent });
    const [own] = paths.artifacts;
    return {
      runId: report.runId,
      exitCode: verdict.exitCode,
      json: own?.json ?? '',
      markdown: own?.markdown ?? '',
    };
  };
}
