import { join, resolve } from 'node:path';
import type { ResolvedEnvironment } from '../api/services.ts';
import { readSiteInputs } from '../api/site-inputs.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import { type Site, type SiteInput, siteOf } from '../site/site.ts';
import { createKept } from './kept.ts';
import { createSavedSuites } from './saved-suites.ts';
import { RunRecord } from './schemas.ts';

const MAX_LIST_BYTES = 256 * 1024 * 1024;
/** Runs that pages show; of suites as many. */
const MAX_RUNS = 200;
/** Reports that stay in memory: those of the pages, and as many others. */
const MAX_KNOWN = 2 * MAX_RUNS;

/** The finished runs of a work directory, whoever ran them. */
export interface Runs {
  /** One record per object of a run, newest first. */
  records(): Promise<readonly RunRecord[]>;
  /** The report of a run; undefined where there is none, or where it is gone. */
  find(runId: string): Promise<SiteInput | undefined>;
  /** What pages are made of; the same object until there is another run. */
  site(): Promise<Site>;
}

function recordsOf(text: string): RunRecord[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [RunRecord.parse(JSON.parse(line))];
    } catch {
      // A line of a version that we do not know.
      return [];
    }
  });
}

function byRun(records: readonly RunRecord[]): Map<string, RunRecord[]> {
  const runs = new Map<string, RunRecord[]>();
  for (const record of records) runs.set(record.run_id, [...(runs.get(record.run_id) ?? []), record]);
  return runs;
}

/** Reads reports once: those of a run never change. */
function createReports({ host, cwd }: ResolvedEnvironment, workdir: string) {
  const known = createKept<SiteInput>(MAX_KNOWN);
  const roots = async (): Promise<string[]> =>
    Promise.all([workdir, resolve(cwd, 'reports')].map((dir) => realPlaceOf(host, dir)));
  /** Files that lie where the server may read. */
  const ownFiles = async (records: readonly RunRecord[]): Promise<string[]> => {
    const tops = await roots();
    const files: string[] = [];
    for (const { json_report_path: path } of records) {
      if (path === '') continue;
      const real = await realPlaceOf(host, resolve(cwd, path));
      if (tops.some((top) => within(top, real)) && (await host.files.stat(real))?.isFile) files.push(real);
    }
    return files;
  };
  return async (runId: string, records: readonly RunRecord[]): Promise<SiteInput | undefined> => {
    const before = known.get(runId);
    if (before) return before;
    const files = await ownFiles(records);
    if (files.length === 0) return undefined;
    const { inputs } = await readSiteInputs(host, cwd, files).catch(() => ({ inputs: [] }));
    // A later run may have written to the same place.
    const own = inputs.find(({ document }) => document.cases.some(({ report }) => report?.run.id === runId));
    if (own) known.set(runId, own);
    return own;
  };
}

export function createRuns(
  environment: ResolvedEnvironment,
  workdir: string,
  isHidden: (run: Pick<RunRecord, 'started_at'>) => boolean,
): Runs {
  const { host } = environment;
  const path = join(workdir, 'registry', 'runs.jsonl');
  const report = createReports(environment, workdir);
  const suites = createSavedSuites(environment, workdir, MAX_RUNS);
  let mark = '';
  let records: readonly RunRecord[] = [];
  let site: { readonly mark: string; readonly made: Promise<Site> } | undefined;
  const read = async (): Promise<void> => {
    const stat = await host.files.stat(path);
    const now = stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    if (now === mark) return;
    const text = stat === undefined ? '' : (await host.files.read(path, MAX_LIST_BYTES)).toString('utf8');
    records = recordsOf(text).reverse();
    mark = now;
  };
  const current = async (): Promise<readonly RunRecord[]> => {
    await read();
    return records.filter((record) => !isHidden(record));
  };
  const make = async (): Promise<Site> => {
    const inputs = (await suites.inputs()).filter(
      ({ document: { startedAt } }) => !isHidden({ started_at: startedAt }),
    );
    const ofSuites = new Set(inputs.flatMap(({ document }) => document.cases.map(({ report }) => report?.run.id)));
    const others = [...byRun(await current())].filter(([id]) => !ofSuites.has(id));
    for (const [id, own] of others.slice(0, MAX_RUNS)) {
      const input = await report(id, own);
      if (input) inputs.push(input);
    }
    return { ...siteOf(inputs, 'latest'), served: true };
  };
  return {
    records: current,
    async find(runId) {
      const own = (await current()).filter((record) => record.run_id === runId);
      return own.length === 0 ? undefined : report(runId, own);
    },
    async site() {
      // A run may be hidden although nothing was written since.
      const now = `${(await current()).length} ${mark} ${await suites.mark()}`;
      if (site?.mark !== now) site = { mark: now, made: make() };
      return site.made;
    },
  };
}
