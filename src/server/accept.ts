import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { prepareTest } from '../api/prepare-test.ts';
import type { Caller } from './access.ts';
import type { JobRecord } from './job.ts';
import { objectRequest } from './object-request.ts';
import { checkCells } from './request-bounds.ts';
import { jobOptions } from './run-job.ts';
import type { Services } from './services.ts';
import { needSpace } from './space.ts';
import { checkSuite, suiteRequest } from './suite-request.ts';
import { receiveUpload } from './upload.ts';

/** Who a job belongs to: a digest, since it is in files and logs. */
function ownerOf(caller: Caller, address: string): string {
  const who = caller.kind === 'nobody' ? `address ${address}` : `${caller.kind} ${caller.subject}`;
  return createHash('sha256').update(who).digest('hex').slice(0, 32);
}

/** What every job begins with. */
function newJob(id: string, owner: string, request: JobRecord['request'], { host }: Services): JobRecord {
  const now = host.now().toISOString();
  return {
    schema_version: 'bpfcompat_job.v0.1',
    job_id: id,
    owner,
    request,
    state: 'queued',
    stage: 'queued',
    message: '',
    percent: 0,
    profiles: [],
    cells: [],
    completed: 0,
    sequence: 0,
    created_at: now,
    updated_at: now,
    json: '',
    markdown: '',
  };
}

/**
 * Takes a request to check an object or a suite: receives it, finds everything that its sender can correct, and queues it.
 * @throws ApiError, UsageError; nothing of it is left then
 */
export async function acceptJob(request: FastifyRequest, caller: Caller, services: Services): Promise<JobRecord> {
  const { jobs, store, settings, environment } = services;
  const owner = ownerOf(caller, request.ip);
  using place = jobs.reserve(owner);
  await needSpace(services);
  const id = `job-${randomBytes(16).toString('hex')}`;
  const dir = await store.makeDir(id);
  try {
    const upload = await receiveUpload(request, dir, settings.env.objectBytes);
    if (upload.kind === 'suite') {
      const kind = caller.kind === 'nobody' ? 'anonymous' : 'own';
      const tree = await store.makeSuiteDir(id, kind);
      const job = newJob(id, owner, await suiteRequest(upload, tree, caller, services), services);
      await checkSuite(job, caller, services);
      await store.pruneSuites(settings.env.keptSuites - 1, kind);
      await jobs.submit(job, place);
      return job;
    }
    const job = newJob(id, owner, await objectRequest(upload, dir, caller, services), services);
    checkCells(await prepareTest(jobOptions(job, services), environment), caller, services);
    await jobs.submit(job, place);
    return job;
  } catch (error) {
    await store.remove(id);
    throw error;
  }
}
