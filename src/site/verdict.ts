import { type BadgeFacts, badgeFacts } from '../report/badge.ts';
import { countsOfCells } from '../report/document-cells.ts';
import { plural } from '../report/style.ts';
import { verdictText } from '../report/summary/verdict-text.ts';
import type { Site, SiteCell, SiteObject, SiteRun } from './site.ts';

export interface Headline {
  readonly status: 'pass' | 'fail' | 'error';
  readonly text: string;
}

const WORDS = { pass: 'COMPATIBLE', fail: 'INCOMPATIBLE', error: 'INCONCLUSIVE' } as const;

export function statusWord(status: Headline['status']): string {
  return WORDS[status];
}

/** What decides about some cells that are of several runs. A policy that never fails a run makes no failure a pass. */
function statusOf(cells: readonly SiteCell[]): Headline['status'] {
  const deciding = cells.filter(({ decides, excused }) => decides || excused);
  if (deciding.some(({ target }) => target.status === 'fail')) return 'fail';
  if (deciding.length > 0) return 'error';
  return cells.some(({ target }) => target.status === 'pass') ? 'pass' : 'error';
}

/** @param unstarted how many of the newest cases could not start: what is shown of them is older, and makes no pass */
export function headlineOf(cells: readonly SiteCell[], unstarted = 0): Headline {
  const seen = statusOf(cells);
  const status = seen === 'pass' && unstarted > 0 ? 'error' : seen;
  return { status, text: verdictText({ status, notRun: [] }, countsOfCells(cells, unstarted)) };
}

/** Of everything that the site has. */
export function siteHeadline(site: Site): Headline {
  return headlineOf(latestCells(site), site.unstarted.size);
}

function unstartedOf({ unstarted }: Pick<Site, 'unstarted'>, { name }: SiteObject): number {
  return unstarted.has(name) ? 1 : 0;
}

/** Of one object over the kernels it was tested on last. */
export function objectHeadline(site: Pick<Site, 'unstarted'>, object: SiteObject): Headline {
  return headlineOf([...object.latest.values()], unstartedOf(site, object));
}

/** The verdict of a run, as its own report has it. */
export function runHeadline({ document, cells }: SiteRun): Headline {
  const broken = document.cases.filter(({ error }) => error !== '').length;
  return { status: document.status, text: verdictText(document, countsOfCells(cells, broken)) };
}

/** The newest result of every object on every kernel. */
export function latestCells({ objects }: Pick<Site, 'objects'>): SiteCell[] {
  return objects.flatMap(({ latest }) => [...latest.values()]);
}

/** Badge of one object over the kernels it was tested on last. */
export function objectBadge(site: Pick<Site, 'unstarted'>, object: SiteObject): BadgeFacts {
  const { status } = objectHeadline(site, object);
  return badgeFacts(status, countsOfCells([...object.latest.values()], unstartedOf(site, object)), 'kernels');
}

/** `3 objects on 4 kernels`. */
export function sizeText(cells: readonly SiteCell[]): string {
  const objects = new Set(cells.map(({ object }) => object)).size;
  const kernels = new Set(cells.map(({ kernel }) => kernel)).size;
  return `${plural(objects, 'object')} on ${plural(kernels, 'kernel')}`;
}
