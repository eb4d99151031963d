import * as z from 'zod';
import { VALIDATION_MODES } from '../model/cell.ts';
import { JOB_STATES, type JobStatus, PROFILE_STATES } from './schemas.ts';
import { SUITE_PATH } from './suite-upload.ts';

const text = z.string();
const count = z.number().int().nonnegative();

/** Part of paths that are removed: a work directory may come with a repository, and with jobs that it never had. */
const plainName = text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/);

/** What was requested, as far as it is not in files of the job's directory. */
const JobRequest = z.object({
  /** Name of the object's file. */
  artifact: plainName,
  sha256: text,
  hasManifest: z.boolean(),
  /** The kernels are in a matrix of its own; false: those of the server. */
  hasMatrix: z.boolean(),
  mode: z.enum(VALIDATION_MODES).optional(),
  timeoutMs: count.optional(),
  concurrency: count.optional(),
  artifactName: text.optional(),
  artifactVersion: text.optional(),
  artifactVariant: text.optional(),
  artifactUri: text.optional(),
  /** It may run so long; undefined: as long as it takes. */
  limitMs: count.optional(),
  /** Nothing is fetched for it. */
  offline: z.boolean(),
  /** What comes of it becomes a version of a project of the registry. */
  publish: z.boolean().default(false),
  /** Of a suite: its files in the directory that was laid out for it, the suite file last. */
  suite: z.array(text.regex(SUITE_PATH)).optional(),
});

/** A job as its file has it: everything that a restart needs. */
export const JobRecord = z.object({
  schema_version: z.literal('bpfcompat_job.v0.1'),
  job_id: text,
  /** Digest of whoever sent it. */
  owner: text,
  request: JobRequest,
  state: z.enum(JOB_STATES),
  stage: text,
  message: text.default(''),
  percent: count,
  profiles: z.array(z.object({ id: text, status: z.enum(PROFILE_STATES) })),
  /** Each object, or case of a suite, on each kernel, in the order they began; empty where the kernels say it all. */
  cells: z.array(z.object({ name: text, profile: text, status: z.enum(PROFILE_STATES) })).default([]),
  completed: count,
  /** Grows with every change. */
  sequence: count,
  created_at: text,
  updated_at: text,
  started_at: text.optional(),
  finished_at: text.optional(),
  run_id: plainName.optional(),
  exit_code: z.number().int().optional(),
  /** Absolute paths of the reports; empty: there is none. */
  json: text.default(''),
  markdown: text.default(''),
  error: text.optional(),
  cause: text.optional(),
});
export type JobRecord = z.infer<typeof JobRecord>;

export const isEnded = ({ state }: Pick<JobRecord, 'state'>): boolean => state === 'completed' || state === 'failed';

/** The state as the API reports it, without the result. */
export function statusOf(job: JobRecord): JobStatus {
  const { started_at, finished_at, run_id, error, cause, message } = job;
  return {
    job_id: job.job_id,
    state: job.state,
    stage: job.stage,
    ...(message !== '' && { message }),
    percent: job.percent,
    total_profiles: job.profiles.length,
    completed_profiles: job.completed,
    ...(job.cells.length > 0 && { cells: job.cells }),
    profile_statuses: Object.fromEntries(job.profiles.map(({ id, status }) => [id, status])),
    created_at: job.created_at,
    ...(started_at !== undefined && { started_at }),
    updated_at: job.updated_at,
    ...(finished_at !== undefined && { finished_at }),
    ...(run_id !== undefined && { run_id }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}
