import { resolve } from 'node:path';
import type { ResolvedEnvironment } from '../api/services.ts';
import { readSiteInputs } from '../api/site-inputs.ts';
import { realPlaceOf, within } from '../run/confine.ts';
import { type Site, type SiteInput, siteOf } from '../site/site.ts';
import { createKept } from './kept.ts';
import type { ListIndex } from './list-index.ts';
import { createSavedSuites } from './saved-suites.ts';
import type { RunRecord } from './schemas.ts';

/** Runs that pages show; of suites as many. */
const MAX_RUNS = 200;
/** Reports that stay in memory: those of the pages, and as many others. */
const MAX_KNOWN = 2 * MAX_RUNS;

/** The finished runs of a work directory, whoever ran them. */
export interface Runs {
  /** The report of a run; undefined where there is none, or where it is gone. */
  find(runId: string): Promise<SiteInput | undefined>;
  /** What pages are made of; the same object until there is another run. */
  site(): Promise<Site>;
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
  return async (runId: string, records: () => Promise<readonly RunRecord[]>): Promise<SiteInput | undefined> => {
    const before = known.get(runId);
    if (before) return before;
    const files = await ownFiles(await records());
    if (files.length === 0) return undefined;
    const { inputs } = await readSiteInputs(host, cwd, files).catch(() => ({ inputs: [] }));
    // A later run may have written to the same place.
    const own = inputs.find(({ document }) => document.cases.some(({ report }) => report?.run.id === runId));
    if (own) known.set(runId, own);
    return own;
  };
}

/** @param since runs that began earlier are not shown (ms since 1970) */
export function createRuns(
  environment: ResolvedEnvironment,
  workdir: string,
  list: ListIndex<RunRecord>,
  since: () => number,
): Runs {
  const report = createReports(environment, workdir);
  const suites = createSavedSuites(environment, workdir, MAX_RUNS);
  let site: { readonly mark: string; readonly made: Promise<Site> } | undefined;
  const make = async (): Promise<Site> => {
    const from = since();
    const inputs = (await suites.inputs()).filter(({ document }) => (Date.parse(document.startedAt) || 0) > from);
    const ofSuites = new Set(inputs.flatMap(({ document }) => document.cases.map(({ report }) => report?.run.id)));
    const newest = await list.newestRuns(MAX_RUNS + ofSuites.size, from);
    for (const id of newest.filter((one) => !ofSuites.has(one)).slice(0, MAX_RUNS)) {
      const input = await report(id, () => list.ofRun(id, from));
      if (input) inputs.push(input);
    }
    return { ...siteOf(inputs, 'latest'), served: true };
  };
  return {
    async find(runId) {
      const own = await list.ofRun(runId, since());
      return own.length === 0 ? undefined : report(runId, async () => own);
    },
    async site() {
      const now = `${await list.mark(since())} ${await suites.mark()}`;
      if (site?.mark !== now) site = { mark: now, made: make() };
      return site.made;
    },
  };
}
