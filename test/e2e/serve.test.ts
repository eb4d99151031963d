import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StartedCli, startCli } from './support/cli.ts';

const KERNELS = ['debian-12-6.1', 'debian-13-6.12'];
const examples = join(import.meta.dirname, '../../examples');
const KEY = 'a key of this test alone';
const LIMIT_MS = 100_000;

let dir = '';
const servers: StartedCli[] = [];

interface Status {
  readonly job_id: string;
  readonly state: string;
  readonly cause?: string;
  readonly profile_statuses: Readonly<Record<string, string>>;
  readonly result?: { readonly exit_code: number; readonly report: { readonly targets: readonly object[] } };
}

/** Starts a server in the directory. @returns its address once it listens */
async function serve(more: Readonly<Record<string, string>> = {}): Promise<{ server: StartedCli; url: string }> {
  const env = {
    BPFCOMPAT_API_WRITE_KEY: KEY,
    BPFCOMPAT_API_MAX_ACTIVE_VALIDATE_JOBS: '1',
    BPFCOMPAT_API_SHUTDOWN_DRAIN_TIMEOUT: '90s',
    ...more,
  };
  const server = startCli(['serve', '--addr', '127.0.0.1:0', '--offline'], { cwd: dir, env, limitMs: 280_000 });
  servers.push(server);
  await server.said(/"msg":"listening"/, LIMIT_MS);
  return { server, url: /"url":"([^"]+)"/.exec(server.stderr())?.[1] ?? '' };
}

async function api<T>(url: string, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`, { ...init, headers: { 'x-api-key': KEY } });
  return (await response.json()) as T;
}

/** @param more fields of the form */
function form(object: string, more: Readonly<Record<string, string>> = {}): RequestInit {
  const body = new FormData();
  body.set('artifact_file', new Blob([readFileSync(join(examples, object))]), object);
  body.set('profiles', KERNELS.join());
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return { method: 'POST', body };
}

function suiteForm(): RequestInit {
  const body = new FormData();
  const cases = [
    '{name: good, artifact: ../simple-pass/simple_pass.bpf.o}',
    '{name: gone, artifact: ../fentry-unlink/fentry_unlink.bpf.o}',
  ];
  const text = `name: two\ndefaults: {kernels: [debian-13-7.3]}\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`;
  body.set('suite_file', new Blob([text]), 'suite.yaml');
  for (const object of ['simple-pass/simple_pass.bpf.o', 'fentry-unlink/fentry_unlink.bpf.o'])
    body.append('suite_files', new Blob([readFileSync(join(examples, object))]), basename(object));
  return { method: 'POST', body };
}

const status = (url: string, id: string): Promise<Status> => api(url, `validate/status?job_id=${id}`);

/** Waits for a state; each event is one. */
async function until(url: string, id: string, fits: (job: Status) => boolean): Promise<Status> {
  const response = await fetch(`${url}/api/v1/validate/${id}/events`, { headers: { 'x-api-key': KEY } });
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString('utf8');
    const states = [...text.matchAll(/^data: (.*)\n/gm)].map(([, data = '']) => JSON.parse(data) as Status);
    const found = states.find(fits);
    if (found) return found;
  }
  throw new Error(`no such state came:\n${text}`);
}

/** A test that keeps its guest for longer than this test needs. */
const SLOW = 'name: slow\nfunctional_tests:\n  - name: t\n    command: sleep 60\n    timeout: 90s\n';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-serve-'));
});
afterAll(() => {
  for (const { child } of servers) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

test('objects are checked on real kernels, a job is canceled, and a killed server loses nothing', async () => {
  const first = await serve();
  const { url } = first;
  const failing = await api<NonNullable<Status['result']>>(
    url,
    'validate',
    form('fentry-unlink/fentry_unlink.bpf.o', { profiles: 'debian-12-6.1,debian-13-7.3' }),
  );
  expect(failing.exit_code).toBe(2);
  expect(failing.report.targets).toMatchObject([
    { profile_id: 'debian-12-6.1', status: 'pass' },
    { profile_id: 'debian-13-7.3', status: 'fail' },
  ]);
  expect(JSON.stringify(failing)).not.toContain(dir);

  const start = (object: string, more?: Readonly<Record<string, string>>) =>
    api<{ job_id: string }>(url, 'validate/start', form(object, more)).then(({ job_id: id }) => id);
  const slow = await start('simple-pass/simple_pass.bpf.o', { manifest_text: SLOW, profiles: 'debian-12-6.1' });
  await until(url, slow, (job) => job.profile_statuses['debian-12-6.1'] === 'running');
  await api(url, `validate/${slow}`, { method: 'DELETE' });
  expect(await until(url, slow, ({ state }) => state === 'failed')).toMatchObject({ cause: 'canceled' });

  const runs = await start('simple-pass/simple_pass.bpf.o', { manifest_text: SLOW, profiles: 'debian-12-6.1' });
  const waits = await start('simple-pass/simple_pass.bpf.o');
  await until(url, runs, (job) => job.profile_statuses['debian-12-6.1'] === 'running');
  first.server.child.kill('SIGKILL');
  await first.server.ended;

  const second = await serve();
  expect(await status(second.url, runs)).toMatchObject({ state: 'failed', cause: 'restart' });
  expect(await status(second.url, slow)).toMatchObject({ state: 'failed', cause: 'canceled' });
  await until(second.url, waits, ({ state }) => state === 'completed');
  expect(await status(second.url, waits)).toMatchObject({
    profile_statuses: { 'debian-12-6.1': 'pass', 'debian-13-6.12': 'pass' },
    result: { exit_code: 0 },
  });
  const { records } = await api<{ records: readonly object[] }>(second.url, 'history/runs');
  expect(records).toHaveLength(2);

  // A suite: its cases are followed one by one, and shown as one run with its evidence.
  const suite = await api<{ job_id: string }>(second.url, 'validate/start', suiteForm());
  const ended = await until(second.url, suite.job_id, ({ state }) => state === 'completed' || state === 'failed');
  expect(ended).toMatchObject({
    state: 'completed',
    cells: expect.arrayContaining([
      { name: 'good', profile: 'debian-13-7.3', status: 'pass' },
      { name: 'gone', profile: 'debian-13-7.3', status: 'fail' },
    ]),
  });
  expect((await status(second.url, suite.job_id)).result).toMatchObject({ exit_code: 2, report: { name: 'two' } });
  const page = await fetch(`${second.url}/jobs/${suite.job_id}`, { headers: { 'x-api-key': KEY } });
  const [, link = ''] = /href="(\.\.\/results\/runs\/[^"]+)"/.exec(await page.text()) ?? [];
  const run = new URL(link, `${second.url}/jobs/`);
  const shown = await (await fetch(run, { headers: { 'x-api-key': KEY } })).text();
  expect(shown).toMatch(/good[\s\S]*gone|gone[\s\S]*good/);
  const archive = await fetch(run.href.replace(/\.html$/, '.tar.gz'), { headers: { 'x-api-key': KEY } });
  const files = execFileSync('tar', ['tzf', '-'], {
    input: Buffer.from(await archive.arrayBuffer()),
    encoding: 'utf8',
  });
  expect(files).toMatch(/^report\.json\ncase-1\.json\ncase-2\.json\n/);
  expect(files.match(/targets\/debian-13-7\.3\/validator-result\.json/g)).toHaveLength(2);

  // A signal takes no more jobs and lets the last one end.
  const last = await api<{ job_id: string }>(second.url, 'validate/start', form('simple-pass/simple_pass.bpf.o'));
  await until(second.url, last.job_id, ({ state }) => state === 'running');
  second.server.child.kill('SIGTERM');
  expect(await second.server.ended).toMatchObject({ code: 0 });
  const job = readFileSync(join(dir, '.bpfcompat/jobs', last.job_id, 'job.json'), 'utf8');
  expect(JSON.parse(job)).toMatchObject({ state: 'completed', exit_code: 0 });
  expect(readdirSync(join(dir, '.bpfcompat/runs')).length).toBeGreaterThanOrEqual(3);
}, 280_000);

test('a server that is killed in the middle of ten jobs loses none of them', async () => {
  const active = { BPFCOMPAT_API_MAX_ACTIVE_VALIDATE_JOBS: '2' };
  const first = await serve(active);
  const start = () =>
    api<{ job_id: string }>(
      first.url,
      'validate/start',
      form('simple-pass/simple_pass.bpf.o', { profiles: 'debian-12-6.1' }),
    ).then(({ job_id: id }) => id);
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(await start());
  const statesAt = (url: string) => Promise.all(ids.map((id) => status(url, id).then(({ state }) => state)));
  await until(first.url, ids[1] ?? '', ({ state }) => state === 'completed');
  await until(first.url, ids[3] ?? '', ({ state }) => state === 'running' || state === 'completed');
  const before = await statesAt(first.url);
  first.server.child.kill('SIGKILL');
  await first.server.ended;
  const second = await serve(active);
  for (const id of ids) await until(second.url, id, ({ state }) => state === 'completed' || state === 'failed');
  const after = await Promise.all(ids.map((id) => status(second.url, id)));
  // Between the last look and the signal a job may have ended or begun; two run at most.
  const broken = after.filter(({ state }) => state === 'failed');
  expect(broken.length).toBeLessThanOrEqual(2);
  for (const { cause } of broken) expect(cause).toBe('restart');
  for (const [index, { state, result }] of after.entries()) {
    if (before[index] === 'completed') expect(state).toBe('completed');
    if (state === 'completed') expect(result?.exit_code).toBe(0);
  }
  expect(before.filter((state) => state === 'queued').length).toBeGreaterThan(0);
  second.server.child.kill('SIGTERM');
  expect(await second.server.ended).toMatchObject({ code: 0 });
}, 280_000);
