import { stepSummary } from '../report/summary/step-summary.ts';
import { badgeSvg } from './badge-svg.tsx';
import { cellPage } from './cell-page.tsx';
import { diffPage, diffPath } from './diff-page.tsx';
import { cellPath, kernelPath, objectPath, runPath } from './elements.tsx';
import { indexMarkdown } from './index-markdown.ts';
import { indexPage } from './index-page.tsx';
import { kernelPage } from './kernel-page.tsx';
import { objectPage } from './object-page.tsx';
import { runPage } from './run-page.tsx';
import type { PageAssets } from './shell.tsx';
import { previousRun, type Site, type SiteRun } from './site.ts';
import {
  caseDocument,
  cellDocument,
  diffDocument,
  indexJson,
  kernelDocument,
  objectJson,
  runDocument,
} from './site-json.ts';
import { shortDigest } from './slug.ts';
import { objectBadge } from './verdict.ts';

/** Style sheet and script as texts. */
export interface AssetTexts {
  readonly css: string;
  readonly script: string;
}

/** A file of a site; its text is made when it is requested. */
export type SiteFile = () => string;

function runFiles(site: Site, run: SiteRun, assets: PageAssets): [string, SiteFile][] {
  const path = runPath(site.label, run);
  const before = previousRun(site, run);
  return [
    [`${path}.html`, () => runPage(site, run, assets)],
    [`${path}.json`, () => runDocument(run)],
    [`${path}.md`, () => stepSummary(run.document)],
    ...run.caseSlugs.flatMap((slug, index): [string, SiteFile][] =>
      slug === '' ? [] : [[`runs/${site.label}/${slug}.json`, () => caseDocument(run, index)]],
    ),
    ...(before ? diffFiles(site, before, run, assets) : []),
    ...run.cells.flatMap((cell): [string, SiteFile][] => [
      [cellPath(cell), () => cellPage(site, cell, assets)],
      [`cells/${cell.id}.json`, () => cellDocument(cell)],
    ]),
  ];
}

/** The page about two runs and its document. */
function diffFiles(site: Site, base: SiteRun, head: SiteRun, assets: PageAssets): [string, SiteFile][] {
  const path = diffPath(base, head);
  return [
    [path, () => diffPage(site, base, head, assets)],
    [path.replace(/\.html$/, '.json'), () => diffDocument(base, head)],
  ];
}

/** What style sheet and script are called: a page that was cached does not meet those of another version. */
export function assetNames({ css, script }: AssetTexts): PageAssets {
  return { css: `assets/page-${shortDigest(css)}.css`, script: `assets/page-${shortDigest(script)}.js` };
}

/**
 * Every file of a site by its path, all with relative links: written to a directory they need no server. The same site
 * gives the same bytes.
 */
export function siteFiles(site: Site, texts: AssetTexts): Map<string, SiteFile> {
  const assets = assetNames(texts);
  return new Map<string, SiteFile>([
    ['index.html', () => indexPage(site, assets)],
    ['index.json', () => indexJson(site)],
    ['index.md', () => indexMarkdown(site)],
    ['latest.txt', () => `${site.label}\n`],
    [assets.css, () => texts.css],
    [assets.script, () => texts.script],
    ...site.runs.flatMap((run) => runFiles(site, run, assets)),
    ...site.objects.flatMap((object): [string, SiteFile][] => [
      [objectPath(object), () => objectPage(site, object, assets)],
      [`objects/${object.slug}.json`, () => objectJson(site, object)],
      [`objects/${object.slug}.svg`, () => badgeSvg(objectBadge(site, object))],
    ]),
    ...site.kernels.flatMap((kernel): [string, SiteFile][] => [
      [kernelPath(kernel), () => kernelPage(site, kernel, assets)],
      [`kernels/${kernel.slug}.json`, () => kernelDocument(site, kernel)],
    ]),
  ]);
}
