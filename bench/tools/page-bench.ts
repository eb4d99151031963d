// How long the pages of large results take to make, and how large they are.
import { readFileSync } from 'node:fs';
import { siteFiles } from '../../src/site/pages.ts';
import { siteOf } from '../../src/site/site.ts';
import { wideInput } from '../../test/site/site-runs.ts';

export interface PageFacts {
  /** Milliseconds of each turn. */
  readonly times: readonly number[];
  readonly bytes: number;
}

/** @param path which page; the first that fits */
function measurePage(objects: number, kernels: number, path: RegExp, turns: number): PageFacts {
  const texts = { css: readFileSync('web/page.css', 'utf8'), script: readFileSync('web/page.js', 'utf8') };
  const files = siteFiles(siteOf([wideInput(objects, kernels)], 'latest'), texts);
  const name = [...files.keys()].find((one) => path.test(one)) ?? '';
  let page = '';
  const times = Array.from({ length: turns }, () => {
    const begin = performance.now();
    page = files.get(name)?.() ?? '';
    return performance.now() - begin;
  });
  const cells = page.match(/<td class="\w"><a/g)?.length;
  if (cells !== objects * kernels) throw new Error(`the page ${name} has ${cells} cells, not ${objects * kernels}`);
  return { times, bytes: Buffer.byteLength(page) };
}

/** The page of a run of 30 objects on 20 kernels, and the grid of 200 on 60. */
export function measurePages(turns: number): { readonly run: PageFacts; readonly grid: PageFacts } {
  return {
    run: measurePage(30, 20, /^runs\/latest\/[^/]+\.html$/, turns),
    grid: measurePage(200, 60, /^index\.html$/, turns),
  };
}
