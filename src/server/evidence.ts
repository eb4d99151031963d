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

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

/** What the cells of a run left behind, as far as it lies in the work directory. */
async function filesOf(runId: string, { host, settings }: Services): Promise<Entry[]> {
  const dir = join(settings.workdir, 'runs', runId, 'targets');
  const [top, real] = [await realPlaceOf(host, settings.workdir), await realPlaceOf(host, dir)];
  if (!within(top, real)) return [];
  const all = await readdir(real, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = all.filter((at) => at.isFile() && FILES.includes(at.name)).map((at) => join(at.parentPath, at.name));
  const found: Entry[] = [];
  let left = MAX_BYTES;
  for (const file of files.sort()) {
    const content = await host.files.read(file, left).catch(() => undefined);
    if (content === undefined || content.length === 0) continue;
    left -= content.length;
    found.push({ name: `${runId}/targets/${file.slice(real.length + 1)}`, content });
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
  for (const one of new Set([id, ...ids])) entries.push(...(await filesOf(one, services)));
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
