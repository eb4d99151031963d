import { join } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { artifactName } from '../model/object-names.ts';
import { storeArtifact } from '../registry/artifacts.ts';
import { addAuditEvent } from '../registry/audit.ts';
import { readProject, saveProject } from '../registry/projects.ts';
import { factsOfReport } from '../registry/upload-facts.ts';
import { publicReport } from '../report/public-report.ts';
import type { JobRecord } from './job.ts';
import type { JobRunner } from './jobs.ts';
import { problemOf } from './problem.ts';
import { newRecord, quotasOf } from './registry-upload.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'host' | 'settings' | 'store' | 'log'>;

const MAX_REPORT_BYTES = 256 * 1024 * 1024;

/** What the object of a job is called in the registry. */
function namesOf({ request }: JobRecord, runId: string) {
  const { artifactName: name = artifactName(request.artifact), artifactVersion: version = runId } = request;
  return { artifact_name: name, artifact_version: version };
}

/** Makes a version of the project that the settings name. @throws UsageError for what the registry does not take */
async function publish(job: JobRecord, json: string, runId: string, { host, settings, store }: Needs): Promise<void> {
  const { env, workdir } = settings;
  const project = { tenant: env.syncTenant, project: env.syncProject };
  const names = namesOf(job, runId);
  const wrong = Object.entries(names).find(([, name]) => !ID_PATTERN.test(name));
  if (wrong) throw new UsageError('name_not_plain', `${wrong[0]} is no name of the registry`);
  // Where it lay on this machine is for no reader of the registry.
  const report = publicReport(JSON.parse((await host.files.read(json, MAX_REPORT_BYTES)).toString('utf8')));
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const facts = factsOfReport(Buffer.from(text));
  if (facts === undefined) throw new UsageError('bad_report', 'this is not the report of one object');
  // A version never changes: one that says nothing would be in the way of the same check once it completes.
  if (facts.summary_status === 'error') throw new UsageError('inconclusive', 'the check did not complete');
  const file = join(store.dir(job.job_id), job.request.artifact);
  // A version is what was checked, whatever the file of the job says: that may come with a repository.
  await host.files.rejectLink(file);
  const sha256 = await host.files.sha256(file);
  if (sha256 !== facts.sha256) throw new UsageError('artifact_changed', 'the object is not the one that was checked');
  if ((await readProject(host, workdir, project)) === undefined) {
    const visibility = env.syncVisibility === 'public' ? 'public' : 'private';
    await saveProject(host, workdir, project, { visibility }, env.registryProjects);
  }
  const { size: bytes = 0 } = (await host.files.stat(file)) ?? {};
  const { artifactVariant: artifact_variant, artifactUri: artifact_uri } = job.request;
  const record = newRecord({ ...names, artifact_variant, artifact_uri }, facts, host.now().toISOString());
  const artifact = { file, bytes, sha256, report: text, record };
  await storeArtifact(host, workdir, project, artifact, quotasOf(env));
}

/** Runs jobs, and publishes those that are to be. What a check found stands, whether or not it could be published. */
export function publishing(run: JobRunner, needs: Needs): JobRunner {
  const { host, settings, log } = needs;
  return async (job, signal, onEvent) => {
    const result = await run(job, signal, onEvent);
    // What waited while the server was ended is published as it is configured now.
    if (!job.request.publish || !settings.env.syncOn) return result;
    const failed = await publish(job, result.json, result.runId, needs).then(
      () => undefined,
      (error: unknown) => ({ error: String(error), code: problemOf(error).code }),
    );
    if (failed) log('warn', 'a result was not published', { job: job.job_id, ...failed });
    const { syncTenant: tenant, syncProject: project, registryAuditBytes, registryAuditFiles } = settings.env;
    const about = { actor: 'auto-sync', tenant, project, ...namesOf(job, result.runId) };
    const said = failed ? { status: 'error', message: failed.code } : { status: 'ok' };
    const limits = { maxBytes: registryAuditBytes, maxFiles: registryAuditFiles };
    const event = { action: 'registry_artifact_upload', ...about, ...said };
    await addAuditEvent(host, settings.workdir, event, limits).catch((error: unknown) =>
      log('error', 'the audit trail cannot be written', { error: String(error) }),
    );
    return result;
  };
}
