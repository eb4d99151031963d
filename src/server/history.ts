import { basename, join, resolve } from 'node:path';
import { compare } from '../api/compare.ts';
import type { HistoryRecord } from '../history/record.ts';
import { UsageError } from '../model/errors.ts';
import { spell } from '../model/wording.ts';
import { publicReport } from '../report/public-report.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import { ApiError } from './problem.ts';
import type { BodyOf, QueryOf } from './routes.ts';
import type { RunRecord } from './schemas.ts';
import type { Services } from './services.ts';

/** Fields of records that say where something lies on this machine. */
const PATHS = ['artifact_path', 'manifest_path', 'matrix_path', 'json_report_path', 'markdown_path'] as const;

/** A record with names in the place of paths. */
function withNames<R extends HistoryRecord | RunRecord>(record: R): R {
  const names = PATHS.flatMap((key) => {
    const path: unknown = (record as Partial<Record<string, unknown>>)[key];
    return typeof path === 'string' ? [[key, basename(path)]] : [];
  });
  return { ...record, ...Object.fromEntries(names) };
}

/** Signed records, newest first; none where nothing was recorded yet. */
export async function artifactRecords(
  { artifact_name: name, limit, cursor }: QueryOf<'historyArtifacts'>,
  { lists, shownSince }: Services,
) {
  const { records, ...more } = await lists.artifacts.part({ limit, cursor, name, since: shownSince() });
  return { records: records.map(withNames), ...more };
}

export async function runRecords({ limit, cursor }: QueryOf<'historyRuns'>, { lists, shownSince }: Services) {
  const { records, ...more } = await lists.runs.part({ limit, cursor, since: shownSince() });
  return { records: records.map(withNames), ...more };
}

/** A report that a caller names, where the server keeps reports. @throws ApiError 400 */
async function ownReport(path: string, { host, settings }: Services): Promise<string> {
  const { cwd, workdir } = settings;
  const tops = await Promise.all([workdir, resolve(cwd, 'reports')].map((dir) => realPlaceOf(host, dir)));
  const real = await realPlaceOf(host, resolve(cwd, path)).catch(() => '');
  // Keys and uploads of others are not reports, wherever they lie.
  if (real.endsWith('.json') && tops.some((top) => within(top, real))) return real;
  throw new ApiError(
    400,
    'path_outside',
    'reports lie in the work directory of the server or in reports/, and end in .json',
  );
}

async function runDirectory(runId: string, services: Services): Promise<string> {
  if ((await services.runs.find(runId)) === undefined)
    throw new ApiError(404, 'run_unknown', 'there is no report of such a run');
  return join(services.settings.workdir, 'runs', runId);
}

async function sidesOf(body: BodyOf<'compare'>, services: Services) {
  if ('base_run' in body)
    return { base: await runDirectory(body.base_run, services), head: await runDirectory(body.head_run, services) };
  if ('base_report' in body)
    return { base: await ownReport(body.base_report, services), head: await ownReport(body.head_report, services) };
  const { artifact_name: artifactName, base_version: baseVersion, head_version: headVersion } = body;
  return { history: { workdir: services.settings.workdir, artifactName, baseVersion, headVersion } };
}

/** Callers send base_version, and know no option of the library. */
function inFieldNames(error: unknown): never {
  if (!(error instanceof UsageError)) throw error;
  const said = spell(error.wording, ({ option }) => option.replaceAll('-', '_'));
  throw new UsageError(error.code, said, { cause: error });
}

/** The document about what is different between two runs. @throws ApiError, UsageError */
export async function compared(body: BodyOf<'compare'>, services: Services): Promise<unknown> {
  const { host, settings } = services;
  const { json } = await compare({ ...(await sidesOf(body, services)), cwd: settings.cwd, host }).catch(inFieldNames);
  return publicReport(JSON.parse(json));
}
