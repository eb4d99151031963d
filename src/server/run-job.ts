import { join } from 'node:path';
import { validateSuite } from '../api/suite.ts';
import type { SuiteOptions } from '../api/suite-options.ts';
import { validate } from '../api/validate.ts';
import type { ValidateOptions } from '../api/validate-options.ts';
import type { JobRecord } from './job.ts';
import type { JobRunner } from './jobs.ts';
import type { Services } from './services.ts';
import { SUITE_FILE } from './suite-upload.ts';

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

/** A suite as the library is called with it. Its document lies beside the directory of its cases. */
export function suiteOptions({ job_id: id, request }: JobRecord, { settings, store, host }: Needs): SuiteOptions {
  const dir = store.suiteDir(id);
  const { timeoutMs, concurrency, offline } = request;
  return {
    suite: join(dir, SUITE_FILE),
    out: `${dir}.json`,
    markdown: `${dir}.md`,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(concurrency !== undefined && { concurrency }),
    offline,
    workDir: settings.workdir,
    cwd: dir,
    workspace: settings.cwd,
    host,
  };
}

async function runSuite(options: SuiteOptions): Promise<Awaited<ReturnType<JobRunner>>> {
  const { suite, paths } = await validateSuite(options);
  const [first] = suite.cases.flatMap(({ completed }) => completed ?? []);
  return { runId: first?.run.runId ?? '', exitCode: suite.exitCode, ...paths };
}

/** Carries jobs out: prepare, run, finish, as the command line does. */
export function createRunner(needs: Needs): JobRunner {
  return async (job, signal, onEvent) => {
    if (job.request.suite) return runSuite({ ...suiteOptions(job, needs), signal, onEvent });
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
