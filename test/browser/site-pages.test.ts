import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { siteFiles } from '../../src/site/pages.ts';
import { siteOf } from '../../src/site/site.ts';
import { largeRun, PLACE, placedRun, suiteOf } from '../fixtures/documents.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';
import { at, reportInput, runInput, suiteInput } from '../site/site-runs.ts';
import { findBrowser } from '../tools/browser.ts';

const root = join(import.meta.dirname, '..', '..');
/** Pictures to look at after a run of the tests. */
const pictures = join(root, 'build', 'screenshots');
const HOSTILE_NAME = '</title><script>document.title="owned"</script><img src=x onerror="document.title=1">';

let dir = '';
let files: string[] = [];
let browser: Browser;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-pages-'));
  const inputs = [
    runInput(at(largeRun(12, 12), 1)),
    reportInput(at(mixedRun(), 2)),
    runInput(at(quickRun(), 3)),
    suiteInput(suiteOf()),
    reportInput(at(placedRun(PLACE), 4)),
    reportInput(at(placedRun(PLACE, 2), 5)),
    reportInput(at(hostileRun(HOSTILE_NAME), 6)),
  ];
  const read = (name: string): string => readFileSync(join(root, 'web', name), 'utf8');
  const site = siteFiles(siteOf(inputs, 'latest'), { css: read('page.css'), script: read('page.js') });
  for (const [path, text] of site) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text());
  }
  files = [...site.keys()];
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox', '--disable-gpu'] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** One page of each kind. */
const KINDS = {
  index: /^index\.html$/,
  run: /^runs\/latest\/20260301T100100Z.*\.html$/,
  suite: /^runs\/latest\/20260102.*\.html$/,
  object: /^objects\/conn\.html$/,
  kernel: /^kernels\/debian-12-6\.1\.html$/,
  diff: /^diffs\/20260301T1004.*\.html$/,
} as const;

/** The cell that fails for a source line. */
function failingCell(): string {
  const { objects } = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8'));
  const conn = objects.find(({ name }: { name: string }) => name === 'conn');
  return conn.results.find(({ status }: { status: string }) => status === 'fail').page;
}

function pathOf(kind: keyof typeof KINDS | 'cell'): string {
  return kind === 'cell' ? failingCell() : (files.find((path) => KINDS[kind].test(path)) ?? '');
}

/** Opens a page from the disk. What its policy forbids, and every error of the page, is in `troubles`. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/.test(message.text())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('requestfailed', (request) => troubles.push(`${request.url()} failed`));
  await page.goto(pathToFileURL(join(dir, path)).href, { waitUntil: 'load' });
  return { page, troubles };
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds: rule and element. Its own code goes past the policy of the page. */
async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run({ preload: false })')) as AxeResult;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

describe.each([...(Object.keys(KINDS) as (keyof typeof KINDS)[]), 'cell' as const])('the page of kind %s', (kind) => {
  test.each(['light', 'dark'] as const)('is whole, styled and accessible in %s', async (colorScheme) => {
    const { page, troubles } = await open(pathOf(kind), { colorScheme, bypassCSP: true });
    const width = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
    expect(width).toBe(true);
    expect(await accessibility(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await page.screenshot({ path: join(pictures, `site-${kind}-${colorScheme}.png`) });
    await page.context().close();
  });

  test('loads its own style and script under its policy, from the disk', async () => {
    const { page, troubles } = await open(pathOf(kind));
    expect(await page.evaluate('document.styleSheets.length')).toBe(1);
    expect(await page.locator('header button').count()).toBe(1);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('says the same without a script, and fits a phone', async () => {
    const options = { javaScriptEnabled: false, viewport: { width: 390, height: 800 } };
    const { page, troubles } = await open(pathOf(kind), options);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('.needs-script:visible').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});

test('hostile names run nothing and show as they are', async () => {
  const hostile = files.filter(
    (path) => path.endsWith('.html') && readFileSync(join(dir, path), 'utf8').includes('owned'),
  );
  expect(hostile.length).toBeGreaterThan(3);
  for (const path of hostile) {
    const { page, troubles } = await open(path);
    expect(await page.title()).not.toMatch(/^(?:owned|1)$/);
    expect(await page.locator('main img').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
  }
});

test('rows can be narrowed: with the keyboard, and without a script', async () => {
  const { page } = await open('index.html');
  const rows = page.locator('.grid tbody tr:visible');
  const all = await rows.count();
  await page.locator('.filter').pressSequentially('probe-0');
  expect(await rows.count()).toBe(9);
  await page.locator('.filter').fill('');
  expect(await rows.count()).toBe(all);
  await page.context().close();

  const plain = await open('index.html', { javaScriptEnabled: false });
  const visible = plain.page.locator('.grid tbody tr:visible');
  await plain.page.locator('.bad-only').focus();
  await plain.page.keyboard.press('Space');
  expect(await visible.count()).toBeLessThan(all);
  await plain.page.context().close();
});

test('the choice of a theme is kept over pages', async () => {
  const { page } = await open('index.html', { colorScheme: 'light' });
  const background = 'getComputedStyle(document.body).backgroundColor';
  const light = await page.evaluate(background);
  await page.locator('header button').click();
  const dark = await page.evaluate(background);
  expect(dark).not.toBe(light);
  await page.locator('.grid tbody a').first().click();
  await page.locator('h1').waitFor();
  expect(await page.evaluate(background)).toBe(dark);
  await page.context().close();
});
