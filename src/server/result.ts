import { basename } from 'node:path';
import type * as z from 'zod';
import type { Host } from '../host/host.ts';
import { publicReport } from '../report/public-report.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import type { JobRecord } from './job.ts';
import { ApiError } from './problem.ts';
import type { Validated } from './schemas.ts';
import type { Services } from './services.ts';

const MAX_REPORT_BYTES = 256 * 1024 * 1024;

/** The report that a job names, as far as it lies in the work directory: jobs may have come with a repository. */
async function ownReport({ json }: JobRecord, host: Host, workdir: string): Promise<Buffer | undefined> {
  if (json === '') return undefined;
  const [top, real] = [await realPlaceOf(host, workdir), await realPlaceOf(host, json)];
  return within(top, real) ? host.files.read(real, MAX_REPORT_BYTES) : undefined;
}

/** What a job that completed came to; undefined where its report is gone. */
export async function resultOf(
  job: JobRecord,
  { host, settings }: Services,
): Promise<z.infer<typeof Validated> | undefined> {
  const bytes = await ownReport(job, host, settings.workdir).catch(() => undefined);
  if (bytes === undefined) return undefined;
  return {
    exit_code: job.exit_code ?? 1,
    run_id: job.run_id ?? '',
    report_json_path: basename(job.json),
    report_markdown_path: basename(job.markdown),
    report: publicReport(JSON.parse(bytes.toString('utf8'))) as Record<string, unknown>,
  };
}

/** How a job that did not complete is reported to whoever waits for it. */
const STATUS: Readonly<Record<string, number>> = {
  input: 400,
  canceled: 409,
  limit: 422,
  host: 503,
  stopping: 503,
  restart: 503,
};

/** The response to a request that waited for its job. @throws ApiError for one that came to nothing */
export async function finishedJob(job: JobRecord | undefined, services: Services): Promise<z.infer<typeof Validated>> {
  const result = job?.state === 'completed' ? await resultOf(job, services) : undefined;
  if (result) return result;
  const { cause = 'internal', error = 'the job came to nothing' } = job ?? {};
  throw new ApiError(STATUS[cause] ?? 500, cause, error);
}
