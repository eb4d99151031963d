import { diffPage } from '../site/diff-page.tsx';
import { assetNames, type SiteFile, siteFiles } from '../site/pages.ts';
import type { Site } from '../site/site.ts';
import type { Services } from './services.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  md: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

export function typeOf(path: string): string {
  return TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

/** Path of the page of a run below /results/; undefined where the run is not shown. */
export function runPageOf(site: Site, runId: string): string | undefined {
  const run = site.runs.find(({ id, slug }) => id === runId || slug === runId);
  return run && `runs/${site.label}/${run.slug}.html`;
}

/** The files of all results, made when they are requested: the static site, and the differences of any two runs. */
export function createResults({
  runs,
  assets,
}: Pick<Services, 'runs' | 'assets'>): (path: string) => Promise<string | undefined> {
  let known: { readonly site: Site; readonly files: ReadonlyMap<string, SiteFile> } | undefined;
  return async (path) => {
    const site = await runs.site();
    if (known?.site !== site) known = { site, files: siteFiles(site, assets) };
    const file = known.files.get(path);
    if (file) return file();
    const [, from, to] = /^diffs\/([\w.-]{1,256}?)\.\.([\w.-]{1,256})\.html$/.exec(path) ?? [];
    const [base, head] = [from, to].map((slug) => site.runs.find((run) => run.slug === slug));
    return base && head ? diffPage(site, base, head, assetNames(assets)) : undefined;
  };
}
