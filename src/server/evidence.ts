import { type FileHandle, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { type Pack, pack } from 'tar-stream';
import { publicReport } from '../report/public-report.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import type { SiteRun } from '../site/site.ts';
import { endWhenStuck, openFile } from './own-file.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';

/** Files of a cell that say what its guest said; the others name places of this machine. */
const FILES = ['libbpf.log', 'serial.log', 'stages.jsonl', 'validator-result.json', 'validator.stderr'];
/** Of all files together; a cell keeps no more than some of them. */
const MAX_BYTES = 1024 * 1024 * 1024;
/** Archives that are made at the same time: each keeps a processor busy. */
const MAX_ARCHIVES = 4;
/** Of them for one address: who reads slowly leaves places to others. */
const MAX_OF_ONE = 2;
/** Lists the files that no room was left for. */
const LEFT_OUT = 'left-out.txt';

type Needs = Pick<Services, 'host'> & { readonly settings: Pick<Services['settings'], 'workdir'> };

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

const ABOUT = { mtime: new Date(0), mode: 0o644 };

function addText(archive: Pack, name: string, text: string): void {
  archive.entry({ name, ...ABOUT }, text);
}

/** Adds so many bytes of a file as they are read, no faster than the archive is taken. */
async function addFile(archive: Pack, name: string, file: FileHandle, size: number): Promise<void> {
  const entry = archive.entry({ name, size, ...ABOUT });
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => void (entry.write(chunk) ? done() : entry.once('drain', done)),
    final(done) {
      entry.once('finish', () => done());
      entry.end(undefined);
    },
  });
  // One that became shorter meanwhile would break the archive.
  entry.once('error', (error) => sink.destroy(error));
  const end = (): void => void sink.destroy();
  archive.once('close', end);
  await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), sink);
  archive.off('close', end);
}

/**
 * Adds what the cells of these runs left behind, one file after the other: none is in memory as a whole.
 * @param maxBytes of all together
 */
export async function addFilesOf(
  archive: Pack,
  runIds: Iterable<string>,
  needs: Needs,
  maxBytes = MAX_BYTES,
): Promise<void> {
  const leftOut: string[] = [];
  let left = maxBytes;
  for (const id of runIds) {
    for (const { name, path } of await pathsOf(id, needs)) {
      await using file = await openFile(path);
      const { size = 0 } = (await file?.stat()) ?? {};
      if (file === undefined || size === 0) continue;
      if (size > left) leftOut.push(`${name}: ${size} bytes\n`);
      else await addFile(archive, name, file, size);
      if (size <= left) left -= size;
    }
  }
  if (leftOut.length > 0) addText(archive, LEFT_OUT, `The archive has no room for these files:\n${leftOut.join('')}`);
}

/** The evidence of a run as an archive that is made as it is read: its report, and what was kept of each cell. */
function archiveOf({ id, value, caseValues, document }: SiteRun, services: Services): Readable {
  const ids = document.cases.flatMap(({ report }) => report?.run.id ?? []);
  const archive = pack();
  const json = (name: string, report: unknown): void =>
    addText(archive, name, `${JSON.stringify(publicReport(report), null, 2)}\n`);
  const add = async (): Promise<void> => {
    json('report.json', value);
    for (const [index, one] of caseValues.entries()) if (one !== undefined) json(`case-${index + 1}.json`, one);
    await addFilesOf(archive, new Set([id, ...ids]), services);
    archive.finalize();
  };
  const zipped = createGzip();
  pipeline(archive as unknown as Readable, zipped).catch(() => {});
  endWhenStuck(zipped, () => zipped.bytesWritten);
  // The reader notices that the archive is cut off.
  add().catch((error: Error) => archive.destroy(error));
  return zipped;
}

/** Addresses that archives are made for now. */
const made: string[] = [];

/** Takes a place for an address; the result gives it back. @throws ApiError 429 */
export function takePlace(address: string): () => void {
  if (made.length >= MAX_ARCHIVES || made.filter((one) => one === address).length >= MAX_OF_ONE)
    throw new ApiError(429, 'too_many_archives', 'too many archives are made now; try again later', { retryAfter: 5 });
  made.push(address);
  return () => void made.splice(made.indexOf(address), 1);
}

/** Sends what is at `runs/LABEL/RUN.tar.gz`. @throws ApiError 404, 429 */
export async function sendEvidence(path: string, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const site = await services.runs.site();
  const [, slug] = new RegExp(`^runs/${site.label}/([^/]+)\\.tar\\.gz$`).exec(path) ?? [];
  const run = site.runs.find((one) => one.slug === slug);
  if (run === undefined) throw new ApiError(404, 'run_unknown', 'there is no evidence of such a run');
  const giveBack = takePlace(reply.request.ip);
  const archive = archiveOf(run, services).once('close', giveBack);
  const name = `${run.slug.replace(/[^\w.-]/g, '-')}-evidence.tar.gz`;
  return reply.header('content-disposition', `attachment; filename="${name}"`).type('application/gzip').send(archive);
}
