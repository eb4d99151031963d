import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { documentOf, largeRun } from '../fixtures/documents.ts';
import { renderedDom, screenshot } from '../tools/browser.ts';
import { githubPage } from '../tools/github-page.ts';

/** Pictures to look at after a run of the tests. */
const pictures = join(import.meta.dirname, '..', '..', 'build', 'screenshots');
const links = { evidence: 'https://github.com/o/r/actions/runs/1/artifacts/2' };
const WIDTH = 990;
const HEIGHT = 1600;

describe.each([
  [2, 4],
  [6, 12],
  [30, 20],
])('%i objects on %i kernels in a browser', (objects, kernels) => {
  const page = githubPage(stepSummary(documentOf(largeRun(objects, kernels)), { links }));

  test('nothing has to be scrolled sideways, and what is folded is folded', async () => {
    const dom = await renderedDom(page);
    const tables = [...dom.matchAll(/<table[^>]* data-width="(\d+)" data-room="(\d+)"/g)];
    const shown = tables.filter(([, width]) => Number(width) > 0);
    expect(shown.length).toBeGreaterThan(0);
    for (const [, width, room] of shown) expect(Number(width)).toBeLessThanOrEqual(Number(room));
    expect(dom.match(/<h2>/g)).toHaveLength(1);
    expect(dom).toContain('<details');
  });

  test('it can be looked at', async () => {
    mkdirSync(pictures, { recursive: true });
    const file = join(pictures, `summary-${objects}x${kernels}.png`);
    await screenshot(page, file, HEIGHT);
    const picture = readFileSync(file);
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([WIDTH, HEIGHT]);
    // A blank page of that size has a few kilobytes.
    expect(picture.length).toBeGreaterThan(40_000);
  });
});
