import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { at } from '../site/site-runs.ts';
import { saveRuns } from './saved-runs.ts';
import { KEY, objectForm, serverLab } from './server-lab.ts';

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-server-pages-'));
saveRuns(join(dir, '.bpfcompat'), [at(placedRun(PLACE), 1), at(placedRun(PLACE, 2), 2)]);
afterAll(() => rmSync(dir, { recursive: true }));

const OPEN = { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: '1', BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: '1' };
const RUN = at(placedRun(PLACE), 1).runId;
const NEWER = at(placedRun(PLACE, 2), 2).runId;
const PAGES = [
  '/results/index.html',
  `/results/runs/latest/${RUN}.html`,
  `/results/diffs/${RUN}..${NEWER}.html`,
  `/results/diffs/${NEWER}..${RUN}.html`,
];

describe('pages with results', () => {
  test.each(PAGES)('%s shows them to who may read, and nothing of them to others', async (url) => {
    await using open = await serverLab({ env: OPEN, dir });
    const shown = await open.inject({ method: 'GET', url });
    expect([shown.statusCode, shown.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(shown.body).toMatch(/\bconn\b/);
    await using closed = await serverLab({ dir });
    const locked = await closed.inject({ method: 'GET', url });
    expect(locked.statusCode).toBe(200);
    expect(locked.body).toContain('An API key is needed');
    expect(locked.body).not.toMatch(/\bconn\b/);
    const withKey = await closed.inject({ method: 'GET', url, headers: { 'x-api-key': KEY } });
    expect(withKey.body).toBe(shown.body);
    expect((await closed.inject({ method: 'GET', url, headers: { 'x-api-key': 'wrong' } })).statusCode).toBe(401);
  });

  test('JSON beside them is 401 without a credential, style and script are for everybody', async () => {
    await using closed = await serverLab({ dir });
    expect((await closed.inject({ method: 'GET', url: '/results/index.json' })).statusCode).toBe(401);
    const { body } = await closed.inject({ method: 'GET', url: '/' });
    expect(body).not.toMatch(/\bconn\b/);
    const assets = [...body.matchAll(/(?:href|src)="(results\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(assets).toHaveLength(2);
    for (const path of assets) {
      const asset = await closed.inject({ method: 'GET', url: `/${path}` });
      expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });

  test.each([
    ['/results', '/results/index.html'],
    ['/demo-result', '/results/index.html'],
    [`/results?run_id=${RUN}`, `/results/runs/latest/${RUN}.html`],
    [`/results/compare?base=${RUN}&head=${NEWER}`, `/results/diffs/${RUN}..${NEWER}.html`],
  ])('%s leads to %s', async (url, to) => {
    await using open = await serverLab({ env: OPEN, dir });
    const { statusCode, headers } = await open.inject({ method: 'GET', url });
    expect([Math.floor(statusCode / 100), headers.location]).toEqual([3, to]);
  });

  test.each([
    '/results/..%2f..%2fetc/passwd',
    '/results/../registry/runs.jsonl',
    '/results/compare?base=x&head=//evil.example',
    '/jobs/x',
    '/results?run_id=x',
  ])('nothing is at %s', async (url) => {
    await using open = await serverLab({ env: OPEN, dir });
    expect((await open.inject({ method: 'GET', url })).statusCode).toBe(404);
  });
});

describe('the form', () => {
  test('starts a job for who may, and says what is wrong on a page', async () => {
    await using open = await serverLab({ env: OPEN, dir });
    const form = objectForm();
    const started = await open.inject({ method: 'POST', url: '/', ...form });
    expect([started.statusCode, started.headers.location]).toEqual([
      303,
      expect.stringMatching(/^\/jobs\/job-[0-9a-f]{32}$/),
    ]);
    expect((await open.inject({ method: 'GET', url: String(started.headers.location) })).body).toContain(
      'my-prog.bpf.o',
    );
    const wrong = await open.inject({ method: 'POST', url: '/', ...objectForm(['profiles', '<b>']) });
    expect([wrong.statusCode, wrong.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    await using closed = await serverLab({ dir });
    expect((await closed.inject({ method: 'POST', url: '/', ...form })).statusCode).toBe(401);
  });

  test('is not taken from other sites, nor under a name of theirs', async () => {
    await using open = await serverLab({ env: OPEN, dir });
    const { headers, payload } = objectForm();
    for (const [more, code] of [
      [{ origin: 'https://evil.example' }, 'origin_not_allowed'],
      [{ origin: 'null' }, 'origin_not_allowed'],
      [{ 'sec-fetch-site': 'cross-site' }, 'origin_not_allowed'],
      [{ host: 'evil.example' }, 'host_not_allowed'],
    ] as const) {
      const response = await open.inject({
        method: 'POST',
        url: '/api/v1/validate/start',
        payload,
        headers: { ...headers, ...more },
      });
      expect([response.statusCode, response.json().code]).toEqual([403, code]);
    }
    const own = { ...headers, origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await open.inject({ method: 'POST', url: '/', payload, headers: own })).statusCode).toBe(303);
  });
});

test.each([
  // No one named the server: it is called by addresses, which no page of another site can stand behind.
  [[], '192.0.2.7:8080', 200],
  [[], '[2001:db8::1]:8080', 200],
  [[], 'rebound.evil.example', 403],
  [[], '192.0.2.7.evil.example', 403],
  [[], '', 403],
  [['--host-name', 'compat.example.org'], 'Compat.Example.Org:443', 200],
  [['--host-name', 'compat.example.org'], '192.0.2.7', 403],
] as const)('beyond this machine, with %j, %j gets %i', async (names, host, status) => {
  await using lab = await serverLab({ args: ['--addr', '0.0.0.0:8080', '--behind-proxy', ...names] });
  const { statusCode, body } = await lab.inject({ method: 'GET', url: '/api/v1/health', headers: { host } });
  expect(statusCode).toBe(status);
  if (status === 403) expect(body).toContain('serve --host-name');
});

describe('the public demo', () => {
  test('shows no result that is older than a day, in whatever it was', async () => {
    const own = mkdtempSync(join(tmpdir(), 'bpfcompat-server-demo-'));
    const run = at(placedRun(PLACE), 1);
    const shown = async (lab: Awaited<ReturnType<typeof serverLab>>) => (await lab.services.runs.site()).runs.length;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(run.startedAt) + 3_600_000 });
    try {
      saveRuns(join(own, '.bpfcompat'), [run]);
      await using demo = await serverLab({ args: ['--public-demo'], dir: own });
      expect(await shown(demo)).toBe(1);
      vi.setSystemTime(Date.parse(run.startedAt) + 25 * 3_600_000);
      expect(await shown(demo)).toBe(0);
      const suites = join(own, '.bpfcompat/suites');
      mkdirSync(suites);
      copyFileSync(join(own, '.bpfcompat/runs', run.runId, 'report.json'), join(suites, `job-${'0'.repeat(32)}.json`));
      expect(await shown(demo)).toBe(0);
      await using other = await serverLab({ dir: own });
      expect(await shown(other)).toBe(1);
    } finally {
      vi.useRealTimers();
      rmSync(own, { recursive: true });
    }
  });

  test('does not start where objects could be executed, whatever else is said', async () => {
    for (const word of ['true', '1', 'T'])
      await expect(
        serverLab({ args: ['--public-demo'], env: { BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE: word } }),
      ).rejects.toMatchObject({ code: 'execute_enabled' });
  });

  test('is one set of switches, whatever the environment says', async () => {
    const env = {
      BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE: 'true',
      BPFCOMPAT_API_ENABLE_METRICS: 'true',
      BPFCOMPAT_API_MAX_VALIDATE_PROFILES: '200',
      BPFCOMPAT_API_MAX_VALIDATE_TIMEOUT: '2h',
      BPFCOMPAT_MAX_OBJECT_BYTES: '134217728',
    };
    await using lab = await serverLab({ args: ['--public-demo'], env });
    const { json } = await lab.inject({ method: 'GET', url: '/api/v1/config' });
    expect(json()).toEqual({
      write_api_key_configured: true,
      write_identity_verifier_enabled: false,
      write_require_identity: false,
      allow_anonymous_validate: true,
      allow_anonymous_read: true,
      allow_anonymous_write: false,
      allow_anonymous_runtime_delivery: true,
      registry_require_identity: false,
      registry_enabled: false,
      runtime_execute_enabled: false,
      runtime_execute_kill_switch: false,
      runtime_execute_approval_configured: false,
      fetch_internal_hosts: false,
      public_demo: true,
      offline: true,
      metrics: false,
    });
    const { env: bounds, jobsPerCaller } = lab.services.settings;
    const { profiles, timeoutMs, objectBytes, activeJobs } = bounds;
    expect({ jobsPerCaller, profiles, timeoutMs, objectBytes, activeJobs }).toEqual({
      jobsPerCaller: 1,
      profiles: 5,
      timeoutMs: 300_000,
      objectBytes: 4_194_304,
      activeJobs: 2,
    });
  });
});

test('an address of many dots costs nothing', async () => {
  await using open = await serverLab({ env: OPEN, dir });
  const start = process.cpuUsage();
  for (let nth = 0; nth < 4; nth++)
    expect((await open.inject({ method: 'GET', url: `/results/diffs/${'.'.repeat(15_000)}` })).statusCode).toBe(404);
  expect(process.cpuUsage(start).user).toBeLessThan(1_500_000);
});

test('addresses with nothing at them count for the limit of requests', async () => {
  await using lab = await serverLab({ args: ['--rate-limit', '3', '--behind-proxy', '--host-name', '127.0.0.1'] });
  const codes: number[] = [];
  for (let nth = 0; nth < 5; nth++) codes.push((await lab.inject({ method: 'GET', url: `/x${nth}` })).statusCode);
  expect(codes).toEqual([404, 404, 404, 429, 429]);
  expect((await lab.inject({ method: 'GET', url: '/api/v1/health' })).headers['x-ratelimit-limit']).toBe('3');
});
