import { dirname, join, relative } from 'node:path';
import type { Host } from '../host/host.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import { isEnded, JobRecord } from './job.ts';
import { JOB_ID } from './schemas.ts';

const MAX_JOB_BYTES = 1024 * 1024;
/** Directory of suites in the work directory; the document of each lies beside its own directory. */
export const SUITES = 'suites';

/** Whose a suite is: those that anybody may send take no place of the others. */
type SuiteKind = 'anonymous' | 'own';
/** A file beside a suite of a caller without a credential. */
const ANONYMOUS = '.anonymous';

/** Jobs on disk: a directory for each, with `job.json` and what was uploaded. The files are all there is; nothing indexes them. */
export interface JobStore {
  /** Directory of a job. */
  dir(id: string): string;
  makeDir(id: string): Promise<string>;
  /** Directory of the suite of a job, which outlives the job: its reports are there. */
  suiteDir(id: string): string;
  makeSuiteDir(id: string, kind: SuiteKind): Promise<string>;
  /** Removes the oldest suites of a kind with their reports, so that `most` of it are left. */
  pruneSuites(most: number, kind: SuiteKind): Promise<void>;
  save(job: JobRecord): Promise<void>;
  /** Removes what was uploaded, once nothing reads it any more: a run has its own copy. */
  dropUploads(job: JobRecord): Promise<void>;
  /** Removes a job, and what was laid out of a suite that came to no document. */
  remove(id: string): Promise<void>;
  /** All jobs, oldest first. Directories without a job are those of uploads that never became one: they are removed. */
  load(): Promise<JobRecord[]>;
}

/** What is left of a damaged file is not a job: a request for it gets 404. */
async function readJob(host: Host, dir: string): Promise<JobRecord | undefined> {
  try {
    return JobRecord.parse(JSON.parse((await host.files.read(join(dir, 'job.json'), MAX_JOB_BYTES)).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Removes files below a directory of ours, and none that a link on the way leads to: a work directory may bring some along. */
async function removeBelow(host: Host, workdir: string, dir: string, names: readonly string[]): Promise<void> {
  const own = join(await realPlaceOf(host, workdir), relative(workdir, dir));
  for (const name of names) {
    const file = join(own, name);
    if (within(own, await realPlaceOf(host, dirname(file)))) await host.files.remove(file);
  }
}

/** Suites that ended with a document, by the ids of their jobs: the newest first. */
async function suitesIn(host: Host, suites: string): Promise<string[]> {
  await host.files.rejectLink(suites);
  const found: { readonly id: string; readonly at: number }[] = [];
  for (const name of await host.files.list(suites).catch(() => [])) {
    const id = name.replace(/\.json$/, '');
    const stat = id === name || !JOB_ID.test(id) ? undefined : await host.files.stat(join(suites, name));
    if (stat) found.push({ id, at: stat.mtimeMs });
  }
  return found.sort((a, b) => b.at - a.at).map(({ id }) => id);
}

export function createJobStore(host: Host, workdir: string): JobStore {
  const top = join(workdir, 'jobs');
  const dir = (id: string): string => join(top, id);
  const suites = join(workdir, SUITES);
  const suiteDir = (id: string): string => join(suites, id);
  const remove = async (id: string): Promise<void> => {
    await host.files.remove(dir(id));
    await host.files.rejectLink(suites);
    if ((await host.files.stat(`${suiteDir(id)}.json`)) !== undefined) return;
    for (const end of [ANONYMOUS, '']) await host.files.remove(`${suiteDir(id)}${end}`);
  };
  const kindOf = async (id: string): Promise<SuiteKind> =>
    (await host.files.stat(`${suiteDir(id)}${ANONYMOUS}`)) === undefined ? 'own' : 'anonymous';
  return {
    dir,
    remove,
    async makeDir(id) {
      await host.files.rejectLink(top);
      await host.files.makeDir(dir(id), 0o700);
      return dir(id);
    },
    suiteDir,
    async makeSuiteDir(id, kind) {
      await host.files.rejectLink(suites);
      await host.files.makeDir(suiteDir(id), 0o700);
      if (kind === 'anonymous') await host.files.writeAtomic(`${suiteDir(id)}${ANONYMOUS}`, '');
      return suiteDir(id);
    },
    async pruneSuites(most, kind) {
      let left = most;
      for (const id of await suitesIn(host, suites)) {
        if ((await kindOf(id)) !== kind || left-- > 0) continue;
        for (const end of ['.json', '.md', ANONYMOUS, '']) await host.files.remove(`${suiteDir(id)}${end}`);
      }
    },
    save: (job) => host.files.writeAtomic(join(dir(job.job_id), 'job.json'), `${JSON.stringify(job, null, 2)}\n`),
    async dropUploads({ job_id: id, request }) {
      await removeBelow(host, workdir, dir(id), [request.artifact, 'manifest.yaml', 'matrix.yaml']);
      await removeBelow(host, workdir, suiteDir(id), request.suite ?? []);
    },
    async load() {
      await host.files.makeDir(top, 0o700);
      await host.files.rejectLink(top);
      const names = (await host.files.list(top)).filter((name) => JOB_ID.test(name));
      const jobs: JobRecord[] = [];
      for (const id of names) {
        const job = await readJob(host, dir(id));
        if (job?.job_id === id) jobs.push(job);
        else await remove(id);
      }
      const known = new Set(jobs.map((job) => job.job_id));
      const left = (await host.files.list(suites).catch(() => [])).filter((id) => JOB_ID.test(id) && !known.has(id));
      for (const id of left) await remove(id);
      return jobs.sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0));
    },
  };
}

/** Which of these to forget so that `most` are left: ended ones, the oldest first. */
export function surplus(jobs: readonly JobRecord[], most: number): JobRecord[] {
  return jobs.filter(isEnded).slice(0, Math.max(0, jobs.length - most));
}
