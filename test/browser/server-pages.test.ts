import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { JobRunner } from '../../src/server/jobs.ts';
import { createAgentLab } from '../fixtures/agent-lab.ts';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { DEBIAN_12, probeOf, UBUNTU_20 } from '../fixtures/runtime-lab.ts';
import { saveRuns } from '../server/saved-runs.ts';
import { KEY, type ServerLab, serverLab } from '../server/server-lab.ts';
import { at } from '../site/site-runs.ts';
import { findBrowser } from '../tools/browser.ts';

const root = join(import.meta.dirname, '..', '..');
const pictures = join(root, 'build', 'screenshots');
const OBJECT = join(root, 'examples/simple-pass/simple_pass.bpf.o');
const RUNS = [at(placedRun(PLACE), 1), at(placedRun(PLACE, 2), 2)] as const;

let dir = '';
let browser: Browser;
/** Lets the job that runs end. */
let end: () => void = () => {};

const run: JobRunner = async (job, _signal, onEvent) => {
  const artifacts = job.request.suite ? ['first <b>case', 'second'] : ['a'];
  onEvent({ type: 'run-start', runId: RUNS[0].runId, artifacts, targets: ['debian-12-6.1'], cells: 1 });
  onEvent({ type: 'cell-start', artifact: 0, target: 0 });
  await new Promise<void>((resolve) => {
    end = resolve;
  });
  return { runId: RUNS[0].runId, exitCode: 2, json: '', markdown: '' };
};

async function listening(env: Record<string, string>, matrix?: string): Promise<{ lab: ServerLab; url: string }> {
  const own = matrix === undefined ? {} : { args: ['--matrix', matrix], online: true };
  const lab = await serverLab({ env, dir, run, ...own });
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  return { lab, url: `http://127.0.0.1:${(lab.app.server.address() as AddressInfo).port}` };
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-server-browser-'));
  saveRuns(join(dir, '.bpfcompat'), RUNS);
  mkdirSync(pictures, { recursive: true });
  browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function newPage(options: BrowserContextOptions = {}): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  return { page, troubles };
}

async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run({ preload: false })')) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

const OPEN = { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: '1', BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: '1' };

test.each(['light', 'dark'] as const)(
  'a check is started and followed in %s, with pages that everybody can use',
  async (colorScheme) => {
    const { lab, url } = await listening(OPEN);
    const { page, troubles } = await newPage({ colorScheme, bypassCSP: true });
    await page.goto(url);
    expect(await accessibility(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, `server-start-${colorScheme}.png`) });
    await page.locator('input[name=artifact_file]').setInputFiles(OBJECT);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.locator('tr[data-profile="debian-12-6.1"] td.u').waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, `server-job-${colorScheme}.png`) });
    end();
    await page.getByRole('link', { name: 'The report' }).click();
    await page.locator('h1.verdict').waitFor();
    expect(troubles).toEqual([]);
    await page.context().close();
    await lab[Symbol.asyncDispose]();
  },
);

const SUITE = Buffer.from(
  'name: net\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n  - {name: a, artifact: build/simple_pass.bpf.o}\n',
);
const suiteFile = { name: 'suite.yaml', mimeType: 'application/yaml', buffer: SUITE };

test.each([true, false])('a suite is started and its cases come one by one (script: %s)', async (javaScriptEnabled) => {
  const { lab, url } = await listening(OPEN);
  const { page, troubles } = await newPage({ javaScriptEnabled, bypassCSP: javaScriptEnabled });
  await page.goto(url);
  await page.getByText('A suite instead').click();
  await page.locator('input[name=suite_file]').setInputFiles(suiteFile);
  await page.getByRole('button', { name: 'Check the suite' }).click();
  // What is missing is said on a page; without the objects the browser sends nothing.
  expect(await page.locator('input[name=suite_files]:invalid').count()).toBe(1);
  await page.locator('input[name=suite_files]').setInputFiles({ ...suiteFile, name: 'other.yaml' });
  await page.getByRole('button', { name: 'Check the suite' }).click();
  await page.getByText('no case names "other.yaml"').waitFor();
  if (javaScriptEnabled) await page.screenshot({ path: join(pictures, 'server-error-light.png') });
  await page.goto(url);
  await page.getByText('A suite instead').click();
  await page.locator('input[name=suite_file]').setInputFiles(suiteFile);
  await page.locator('input[name=suite_files]').setInputFiles(OBJECT);
  if (javaScriptEnabled) expect(await accessibility(page)).toEqual([]);
  await page.getByRole('button', { name: 'Check the suite' }).click();
  await page.locator('table.cells td.u').waitFor();
  expect(await page.locator('table.cells tbody th').textContent()).toBe('first <b>case');
  if (javaScriptEnabled) {
    expect(await accessibility(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'server-suite-light.png') });
  }
  end();
  await page.getByRole('link', { name: 'The report' }).waitFor();
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

test('a page that opens with a key has its breadcrumb, too', async () => {
  const { lab, url } = await listening({});
  const { page, troubles } = await newPage();
  await page.goto(`${url}/results/runs/latest/${RUNS[1].runId}.html`);
  const way = page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link');
  const locked = await way.count();
  await page.locator('input[type=password]').fill(KEY);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('button', { name: 'Copy as Markdown' }).waitFor();
  const hrefs = await way.evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  expect(hrefs.length).toBeGreaterThan(locked);
  // Whichever page was there before: the way leads through the results, and each step of it is there.
  const steps = hrefs.map((href) => new URL(href ?? '', page.url()).href);
  expect(steps).toContain(`${url}/results/index.html`);
  for (const step of steps) {
    expect((await fetch(step, { headers: { 'X-API-Key': KEY } })).status, step).toBe(200);
  }
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

test('a run is copied as Markdown, and its evidence is saved, with a key', async () => {
  const { lab, url } = await listening({});
  const { page, troubles } = await newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${url}/results/runs/latest/${RUNS[1].runId}.html`);
  await page.locator('input[type=password]').fill(KEY);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain(`Run: \`${RUNS[1].runId}`);
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Evidence' }).click();
  expect((await saved).suggestedFilename()).toBe(`${RUNS[1].runId}.tar.gz`);
  const names = execFileSync('tar', ['tzf', (await (await saved).path()) ?? ''], { encoding: 'utf8' });
  expect(names).toBe('report.json\n');
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

/** A matrix, so that there are sets to choose whatever the store of this machine has. */
function writeKernels(): void {
  const ids = ['debian-12-6.1', 'ubuntu-24.04-6.8', 'rocky-9-5.14'];
  const rows = ids.map((id) => `  - {id: ${id}, required: ${id !== 'rocky-9-5.14'}}\n`);
  writeFileSync(join(dir, 'kernels.yaml'), `name: kernels\nprofiles:\n${rows.join('')}`);
}

const chosen = (page: Page, name: string) =>
  page.locator(`input[name=${name}]:checked`).evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value')));

test.each(['light', 'dark'] as const)('kernels are chosen by set, by filter and one by one, in %s', async (scheme) => {
  writeKernels();
  const { lab, url } = await listening(OPEN, 'kernels.yaml');
  const { page, troubles } = await newPage({ colorScheme: scheme });
  await page.goto(url);
  expect(await chosen(page, 'profiles')).toEqual(['debian-12-6.1', 'rocky-9-5.14', 'ubuntu-24.04-6.8']);
  expect(await chosen(page, 'optional_profiles')).toEqual(['rocky-9-5.14']);
  await page.getByRole('link', { name: 'Ubuntu LTS (1)' }).click();
  expect(await chosen(page, 'profiles')).toEqual(['ubuntu-24.04-6.8']);
  // The page stayed as it was.
  expect(page.url()).toBe(`${url}/`);
  await page.getByText('1 chosen').waitFor();
  await page.getByLabel('Show only').fill('rocky');
  expect(await page.locator('.choose tbody tr:visible').count()).toBe(1);
  await page.getByLabel('rocky-9-5.14', { exact: true }).check();
  await page.getByLabel('rocky-9-5.14 may fail').uncheck();
  await page.getByText('2 chosen').waitFor();
  await page.screenshot({ path: join(pictures, `server-kernels-filter-${scheme}.png`), fullPage: true });
  await page.getByLabel('Show only').fill('');
  await page.getByLabel('ubuntu-24.04-6.8 may fail').check();
  await page.locator('input[name=artifact_file]').setInputFiles(OBJECT);
  await page.screenshot({ path: join(pictures, `server-kernels-${scheme}.png`), fullPage: true });
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.locator('tr[data-profile="debian-12-6.1"] td.u').waitFor();
  const { store } = lab.services;
  const id = page.url().split('/').at(-1) ?? '';
  const { profiles } = parse(readFileSync(join(store.dir(id), 'matrix.yaml'), 'utf8'));
  expect(profiles).toEqual([
    { id: 'rocky-9-5.14', required: true },
    { id: 'ubuntu-24.04-6.8', required: false },
  ]);
  end();
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

test('a set is a link without a script, and everybody can use the form on a phone', async () => {
  writeKernels();
  const { lab, url } = await listening(OPEN, 'kernels.yaml');
  const bare = await newPage({ javaScriptEnabled: false });
  await bare.page.goto(url);
  await bare.page.getByRole('link', { name: 'RHEL and alike (1)' }).click();
  expect(await chosen(bare.page, 'profiles')).toEqual(['rocky-9-5.14']);
  expect(await bare.page.locator('[aria-current]').textContent()).toBe('RHEL and alike (1)');
  await bare.page.getByRole('link', { name: 'none' }).click();
  expect(await chosen(bare.page, 'profiles')).toEqual([]);
  await bare.page.context().close();
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, troubles } = await newPage({ colorScheme, bypassCSP: true, viewport: { width: 390, height: 844 } });
    await page.goto(`${url}/?preset=rhel-like`);
    expect(await accessibility(page)).toEqual([]);
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(pictures, `server-kernels-phone-${colorScheme}.png`), fullPage: true });
    expect(troubles).toEqual([]);
    await page.context().close();
  }
  await lab[Symbol.asyncDispose]();
});

test('the same works without a script, under the policy', async () => {
  const { lab, url } = await listening(OPEN);
  const { page, troubles } = await newPage({ javaScriptEnabled: false });
  await page.goto(url);
  await page.locator('input[name=artifact_file]').setInputFiles(OBJECT);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.locator('tr[data-profile="debian-12-6.1"] td.u').waitFor();
  end();
  // The page loads itself again.
  await page.getByRole('link', { name: 'The report' }).waitFor();
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

test('with a key, results are shown and a check is started where no one may without', async () => {
  const { lab, url } = await listening({});
  const { page, troubles } = await newPage();
  await page.goto(`${url}/results`);
  await page.locator('input[type=password]').fill(KEY);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.locator('.grid').waitFor();
  await page.goto(url);
  await page.locator('h2:has-text("Results") + ul').waitFor();
  await page.locator('input[name=artifact_file]').setInputFiles(OBJECT);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.locator('tr[data-profile="debian-12-6.1"] td.u').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  end();
  await page.locator('.job:not([data-events])').waitFor();
  expect(troubles).toEqual([]);
  await page.context().close();
  await lab[Symbol.asyncDispose]();
});

test.each([
  ['light', true],
  ['dark', true],
  ['light', false],
] as const)(
  'a build is selected and fetched for a host, in %s (script: %s)',
  async (colorScheme, javaScriptEnabled) => {
    using agent = await createAgentLab();
    const env = {
      BPFCOMPAT_TRUST_FILE: join(agent.cwd, 'trust.yaml'),
      BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY: '1',
    };
    await using lab = await serverLab({ env, dir: agent.cwd });
    await lab.app.listen({ host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${(lab.app.server.address() as AddressInfo).port}`;
    const { page, troubles } = await newPage({ colorScheme, javaScriptEnabled, bypassCSP: javaScriptEnabled });
    const look = async (name: string): Promise<void> => {
      await page.screenshot({ path: join(pictures, `server-runtime-${name}-${colorScheme}.png`), fullPage: true });
      if (javaScriptEnabled) expect(await accessibility(page)).toEqual([]);
    };
    const probe = (kernel: typeof DEBIAN_12) => {
      const buffer = Buffer.from(JSON.stringify(probeOf(kernel)));
      return { name: 'host.json', mimeType: 'application/json', buffer };
    };
    await page.goto(url);
    await page.getByRole('link', { name: 'Which build of an object fits a host' }).click();
    await page.getByText('experimental: a decision and proof flow').waitFor();
    expect(await page.getByText(/execute/i).count()).toBe(0);
    await look('form');
    await page.getByLabel('Artifact').fill('conn');
    await page.locator('input[name=host_probe]').setInputFiles(probe(UBUNTU_20));
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('heading', { name: 'No build of conn may be used on this host' }).waitFor();
    await look('none');
    await page.getByRole('link', { name: 'Decide for another host' }).click();
    await page.getByLabel('Artifact').fill('conn');
    await page.locator('input[name=host_probe]').setInputFiles(probe(DEBIAN_12));
    await page.getByLabel('select, and fetch').check();
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('heading', { name: 'A build of conn fits this host' }).waitFor();
    await page.getByText('conn-1.0.0.bpf.o').waitFor();
    await look('fetched');
    expect(troubles).toEqual([]);
    await page.context().close();
  },
);

test('the machine of the server is shown with a key', async () => {
  using agent = await createAgentLab();
  await using lab = await serverLab({ env: { BPFCOMPAT_TRUST_FILE: join(agent.cwd, 'trust.yaml') }, dir: agent.cwd });
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  const { page, troubles } = await newPage();
  await page.goto(`http://127.0.0.1:${(lab.app.server.address() as AddressInfo).port}/runtime`);
  expect(await page.getByText('digest of the probe').count()).toBe(0);
  await page.locator('input[type=password]').fill(KEY);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('digest of the probe').waitFor();
  await page.getByLabel('Artifact').fill('other');
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByRole('heading', { name: 'No build of other may be used on this host' }).waitFor();
  expect(troubles).toEqual([]);
  await page.context().close();
});

/** Pages besides those that the tests above go through, with how they begin. */
const OTHERS = [
  ['locked', '/results/index.html', 'An API key is needed', false],
  ['start-locked', '/', 'Check an object on real kernels', false],
  ['results', '/results/index.html', 'INCOMPATIBLE', true],
  ['run', `/results/runs/latest/${RUNS[1].runId}.html`, 'INCOMPATIBLE', true],
  ['diff', `/results/diffs/${RUNS[1].runId}..${RUNS[0].runId}.html`, 'NEW FAILURE', true],
  ['no-job', `/jobs/job-${'0'.repeat(32)}`, 'Not found', true],
  ['no-page', '/results/cells/none.html', 'Not found', true],
] as const;

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(OTHERS)('the page %s is whole and accessible, and says the same without a script', async (...row) => {
    const [name, path, begins, isOpen] = row;
    const { lab, url } = await listening(isOpen ? OPEN : {});
    const { page, troubles } = await newPage({ colorScheme, bypassCSP: true });
    await page.goto(`${url}${path}`);
    expect(await page.locator('h1').textContent()).toContain(begins);
    expect(await accessibility(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.screenshot({ path: join(pictures, `server-${name}-${colorScheme}.png`), fullPage: true });
    const bare = await newPage({ colorScheme, javaScriptEnabled: false });
    await bare.page.goto(`${url}${path}`);
    expect(await bare.page.locator('h1').textContent()).toContain(begins);
    expect(await bare.page.locator('.needs-script:visible').count()).toBe(0);
    expect([...troubles, ...bare.troubles]).toEqual([]);
    await bare.page.context().close();
    await page.context().close();
    await lab[Symbol.asyncDispose]();
  });

  test('a check that has ended says how, and the first page which kernels fail', async () => {
    const { lab, url } = await listening(OPEN);
    const { page, troubles } = await newPage({ colorScheme, bypassCSP: true });
    await page.goto(url);
    // On the first page already: the kernel, as a link to what it said.
    await page
      .locator('.runs li')
      .first()
      .getByRole('link', { name: /^conn on Debian/ })
      .first()
      .waitFor();
    await page.locator('input[name=artifact_file]').setInputFiles(OBJECT);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.locator('tr[data-profile="debian-12-6.1"] td.u').waitFor();
    end();
    await page.getByRole('link', { name: 'The report' }).waitFor();
    expect(await page.locator('h1').textContent()).toBe('INCOMPATIBLE simple_pass.bpf.o');
    expect(await accessibility(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, `server-ended-${colorScheme}.png`), fullPage: true });
    expect(troubles).toEqual([]);
    await page.context().close();
    await lab[Symbol.asyncDispose]();
  });
});
