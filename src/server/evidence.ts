import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { pack } from 'tar-stream';
import { publicReport } from '../report/public-report.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import type { SiteRun } from '../site/site.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';

/** Files of a cell that say what its guest said; the others name places of this machine. */
const FILES = ['libbpf.log', 'serial.log', 'stages.jsonl', 'validator-result.json', 'validator.stderr'];
/** Of all files together; a cell keeps no more than some of them. */
const MAX_BYTES = 64 * 1024 * 1024;

type Needs = Pick<Services, 'host'> & { readonly settings: Pick<Services['settings'], 'workdir'> };

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

/** Id of a run as we make them; a report of a work directory may say anything, and it becomes a path in the archive. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Files of the cells of a run, as far as they lie in the work directory. */
async function pathsOf(
  runId: string,
  { host, settings }: Needs,
): Promise<{ readonly name: string; readonly path: string }[]> {
  const dir = join(settings.workdir, 'runs', runId, 'targets');
  const [top, real] = [await realPlaceOf(host, settings.workdir), await realPlaceOf(host, dir)];
  if (!RUN_ID.test(runId) || !within(top, real)) return [];
  const all = await readdir(real, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = all.filter((at) => at.isFile() && FILES.includes(at.name)).map((at) => join(at.parentPath, at.name));
  return files.sort().map((path) => ({ path, name: `${runId}/targets/${path.slice(real.length + 1)}` }));
}

/** What the cells of these runs left behind: as much as fits, since all of it is in memory. @param maxBytes of all together */
export async function filesOf(runIds: Iterable<string>, needs: Needs, maxBytes = MAX_BYTES): Promise<Entry[]> {
  const found: Entry[] = [];
  let left = maxBytes;
  for (const id of runIds) {
    for (const { name, path } of await pathsOf(id, needs)) {
      const content = await needs.host.files.read(path, left).catch(() => undefined);
      if (content === undefined || content.length === 0) continue;
      left -= content.length;
      found.push({ name, content });
    }
  }
  return found;
}

/** The evidence of a run as an archive: its report, and what was kept of each cell. */
async function archiveOf({ id, value, caseValues, document }: SiteRun, services: Services): Promise<Buffer> {
  const ids = document.cases.flatMap(({ report }) => report?.run.id ?? []);
  const json = (name: string, report: unknown): Entry => ({
    name,
    content: Buffer.from(`${JSON.stringify(publicReport(report), null, 2)}\n`),
  });
  const entries = [
    json('report.json', value),
    ...caseValues.flatMap((one, index) => (one === undefined ? [] : [json(`case-${index + 1}.json`, one)])),
  ];
  entries.push(...(await filesOf(new Set([id, ...ids]), services)));
  const archive = pack();
  const bytes = buffer(archive.pipe(createGzip()));
  for (const { name, content } of entries) archive.entry({ name, mtime: new Date(0), mode: 0o644 }, content);
  archive.finalize();
  return bytes;
}

/** Sends what is at `runs/LABEL/RUN.tar.gz`. @throws ApiError 404 */
export async function sendEvidence(path: string, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const site = await services.runs.site();
  const [, slug] = new RegExp(`^runs/${site.label}/([^/]+)\\.tar\\.gz$`).exec(path) ?? [];
  const run = site.runs.find((one) => one.slug === slug);
  if (run === undefined) throw new ApiError(404, 'run_unknown', 'there is no evidence of such a run');
  const name = `${run.slug.replace(/[^\w.-]/g, '-')}-evidence.tar.gz`;
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .type('application/gzip')
    .send(await archiveOf(run, services));
}
