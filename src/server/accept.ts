import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { stringify } from 'yaml';
import { prepareTest } from '../api/prepare-test.ts';
import { parseDuration } from '../config/duration.ts';
import { readManifest } from '../config/manifest.ts';
import { didYouMean } from '../config/near.ts';
import { quoted } from '../config/words.ts';
import { type Caller, mayRunCommands } from './access.ts';
import type { JobRecord } from './job.ts';
import { ApiError } from './problem.ts';
import { jobOptions } from './run-job.ts';
import type { Services } from './services.ts';
import { needSpace } from './space.ts';
import { receiveUpload, type Upload } from './upload.ts';

/** Who a job belongs to: a digest, since it is in files and logs. */
function ownerOf(caller: Caller, address: string): string {
  const who = caller.kind === 'nobody' ? `address ${address}` : `${caller.kind} ${caller.subject}`;
  return createHash('sha256').update(who).digest('hex').slice(0, 32);
}

/** The time-out of a request, no longer than the server allows. */
function timeoutOf(word: string | undefined, most: number): number | undefined {
  if (word === undefined) return undefined;
  const ms = parseDuration(word);
  if (ms === undefined || ms < 1)
    throw new ApiError(400, 'bad_form', `timeout: ${quoted(word)} is not a duration; write 90s or 5m`);
  return Math.min(Math.ceil(ms), most);
}

/** The kernels that a request names, with those that decide. @returns undefined: those of the server, as they are */
async function matrixOf({ form }: Upload, { kernels, settings }: Services) {
  const { profiles, required_profiles: required } = form;
  if (profiles.length === 0 && required.length === 0) return undefined;
  const served = await kernels();
  const known = served.map(({ profile }) => profile.id);
  const standard = served.filter((one) => one.standard !== undefined).map(({ profile }) => profile.id);
  const chosen = [...new Set(profiles.length === 0 ? standard : profiles)];
  const unknown = chosen.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new ApiError(
      400,
      'unknown_profile',
      `profiles: there is no kernel ${quoted(unknown)}${didYouMean(unknown, known)}`,
    );
  const foreign = required.find((id) => !chosen.includes(id));
  if (foreign !== undefined)
    throw new ApiError(
      400,
      'required_profile_missing',
      `required_profiles: ${quoted(foreign)} is not among the profiles`,
    );
  const most = settings.env.profiles;
  if (chosen.length > most)
    throw new ApiError(
      400,
      'too_many_profiles',
      `profiles: at most ${most} kernels may be chosen, not ${chosen.length}`,
    );
  return {
    name: 'request',
    profiles: chosen.map((id) => ({ id, required: required.length === 0 || required.includes(id) })),
  };
}

/**
 * A manifest that was sent brings no files along, and commands are for callers who may run some.
 * @throws ApiError 403, 422; UsageError for a manifest that cannot be read
 */
function checkManifest(text: string, caller: Caller): void {
  const { functionalTests, assets } = readManifest({ file: 'manifest', text });
  if (assets.length > 0)
    throw new ApiError(
      422,
      'assets_not_supported',
      'manifest: assets name files, and only the object is sent; run bpfcompat where they are',
    );
  if (functionalTests.length > 0) checkCommands(caller, 'manifest: functional_tests');
}

function checkCommands(caller: Caller, what: string): void {
  if (mayRunCommands(caller)) return;
  if (caller.kind === 'nobody')
    throw new ApiError(422, 'commands_not_allowed', `${what}: commands are never run for callers without a credential`);
  throw new ApiError(403, 'forbidden', `${what}: this credential lacks the scope validate:commands`);
}

/** Writes what the form says in files beside the object. @returns whether there is a manifest, a matrix */
async function writeInputs(upload: Upload, dir: string, caller: Caller, services: Services) {
  const { form } = upload;
  if (form.manifest_text !== undefined)
    await writeFile(join(dir, 'manifest.yaml'), form.manifest_text, { flag: 'wx', mode: 0o600 });
  const hasManifest = upload.hasManifest || form.manifest_text !== undefined;
  if (hasManifest) {
    const text = await services.host.files.read(join(dir, 'manifest.yaml'), 1024 * 1024);
    checkManifest(text.toString('utf8'), caller);
  }
  if (form.validation_mode === 'behavior') checkCommands(caller, 'validation_mode: behavior');
  const matrix = await matrixOf(upload, services);
  if (matrix) await writeFile(join(dir, 'matrix.yaml'), stringify(matrix), { flag: 'wx', mode: 0o600 });
  return { hasManifest, hasMatrix: matrix !== undefined };
}

function jobOf(
  id: string,
  upload: Upload,
  written: { hasManifest: boolean; hasMatrix: boolean },
  caller: Caller,
  owner: string,
  { settings, host }: Services,
): JobRecord {
  const { form, artifact, sha256 } = upload;
  const { env, offline } = settings;
  const timeoutMs = timeoutOf(form.timeout, env.timeoutMs);
  const now = host.now().toISOString();
  const {
    validation_mode: mode,
    artifact_name: name,
    artifact_version: version,
    artifact_variant: variant,
    artifact_uri: uri,
  } = form;
  return {
    schema_version: 'bpfcompat_job.v0.1',
    job_id: id,
    owner,
    request: {
      artifact,
      sha256,
      ...written,
      ...(mode && { mode }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(form.concurrency !== undefined && { concurrency: Math.min(form.concurrency, env.concurrency) }),
      ...(name && { artifactName: name }),
      ...(version && { artifactVersion: version }),
      ...(variant && { artifactVariant: variant }),
      ...(uri && { artifactUri: uri }),
      // What is fetched for a request is only fetched for somebody.
      offline: offline || caller.kind === 'nobody',
    },
    state: 'queued',
    stage: 'queued',
    message: '',
    percent: 0,
    profiles: [],
    completed: 0,
    sequence: 0,
    created_at: now,
    updated_at: now,
    json: '',
    markdown: '',
  };
}

/**
 * Takes a request to check an object: receives it, finds everything that its sender can correct, and queues it.
 * @throws ApiError, UsageError; nothing of it is left then
 */
export async function acceptJob(request: FastifyRequest, caller: Caller, services: Services): Promise<JobRecord> {
  const { jobs, store, settings } = services;
  const owner = ownerOf(caller, request.ip);
  using place = jobs.reserve(owner);
  await needSpace(services);
  const id = `job-${randomBytes(16).toString('hex')}`;
  const dir = await store.makeDir(id);
  try {
    const upload = await receiveUpload(request, dir, settings.env.objectBytes);
    const written = await writeInputs(upload, dir, caller, services);
    const job = jobOf(id, upload, written, caller, owner, services);
    await prepareTest(jobOptions(job, services), services.environment);
    await jobs.submit(job, place);
    return job;
  } catch (error) {
    await store.remove(id);
    throw error;
  }
}
