import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/model/errors.ts';
import type { JobRecord } from '../../src/server/job.ts';
import type { JobRunner } from '../../src/server/jobs.ts';
import { suiteOptions } from '../../src/server/run-job.ts';
import { eventually } from '../fixtures/eventually.ts';
import { formOf, KEY, OBJECT, type Part, type ServerLab, serverLab } from './server-lab.ts';

const OBJECT_BYTES = readFileSync(OBJECT);

let lab: ServerLab;
/** The job that ran last. */
let ran: JobRecord | undefined;
const run: JobRunner = async (job) => {
  ran = job;
  return { runId: '', exitCode: 0, json: '', markdown: '' };
};

beforeAll(async () => {
  lab = await serverLab({ run });
});
afterAll(() => lab[Symbol.asyncDispose]());

const suite = (cases: string, defaults = '{kernels: [debian-12-6.1]}') =>
  `name: net\ndefaults: ${defaults}\ncases:\n${cases}`;

async function send(parts: readonly Part[], headers: Record<string, string> = { 'x-api-key': KEY }, to = lab) {
  const form = formOf(parts);
  const request = { method: 'POST', url: '/api/v1/validate/start', payload: form.payload } as const;
  const { statusCode, json } = await to.inject({ ...request, headers: { ...form.headers, ...headers } });
  return { status: statusCode, ...(json() as { code?: string; error?: string; job_id?: string }) };
}

const parts = (text: string, ...names: string[]): Part[] => [
  ['suite_file', Buffer.from(text), 'my suite.yaml'],
  ...names.map((name): Part => ['suite_files', OBJECT_BYTES, name]),
];

test('a suite is laid out as its paths say, and its files go when it has ended', async () => {
  const cases = '  - {name: a, artifact: ../../build/one.bpf.o}\n  - {name: b, artifact: two.bpf.o, timeout: 999h}\n';
  const wrong = await send(parts(suite(cases), 'one.bpf.o', 'two.bpf.o'));
  expect([wrong.status, wrong.code]).toEqual([400, 'suite_invalid']);
  const { status, job_id: id = '' } = await send(
    parts(suite(cases.replace('999h', '9h')), 'one.bpf.o', 'sub/two.bpf.o'),
  );
  expect(status).toBe(202);
  await eventually(() => expect(lab.services.jobs.get(id)).toMatchObject({ state: 'completed' }));
  expect(ran?.request).toMatchObject({
    artifact: 'my-suite.yaml',
    // The longest that the server allows, and the guests that a suite has by default.
    timeoutMs: 900_000,
    concurrency: 2,
    suite: [
      expect.stringMatching(/^(?:d\/){6}build\/one\.bpf\.o$/),
      expect.stringMatching(/^(?:d\/){8}two/),
      expect.any(String),
    ],
  });
  const options = ran && suiteOptions(ran, lab.services);
  const { workdir } = lab.services.settings;
  expect(options).toMatchObject({ out: join(workdir, 'suites', `${id}.json`), workDir: workdir });
  expect(options?.suite.startsWith(join(workdir, 'suites', id))).toBe(true);
  await eventually(() => {
    const left = readdirSync(join(workdir, 'suites', id), { recursive: true, withFileTypes: true });
    expect(left.filter((one) => one.isFile())).toEqual([]);
  });
});

const ONE = '  - {name: a, artifact: one.bpf.o}\n';
describe('what a suite cannot have here is said for the case', () => {
  test.each([
    ['leads out', '  - {name: a, artifact: ../../../../../../../../../etc/passwd}\n', 422, 'path_outside'],
    ['is absolute', '  - {name: a, artifact: /etc/passwd}\n', 422, 'path_outside'],
    ['is written elsewhere', '  - {name: a, artifact: one.bpf.o, out: /tmp/x.json}\n', 422, 'path_outside'],
    ['has a command', '  - {name: a, artifact: one.bpf.o, command: id}\n', 422, 'case_not_supported'],
    ['has an image', '  - {name: a, artifact: "oci://ghcr.io/owner/x:v1"}\n', 422, 'case_not_supported'],
    ['has an image by its tag', '  - {name: a, artifact: "127.0.0.1:5000/x:v1"}\n', 422, 'case_not_supported'],
    ['has assets', '  - {name: a, artifact: one.bpf.o, assets: [x]}\n', 422, 'case_not_supported'],
    ['has a baseline', '  - {name: a, artifact: one.bpf.o, baseline: x.json}\n', 422, 'case_not_supported'],
    ['has a matrix file', '  - {name: a, artifact: one.bpf.o, matrix: m.yaml}\n', 422, 'case_not_supported'],
    ['has no object', '  - {name: a, artifact: two.bpf.o}\n', 400, 'file_unused'],
    [
      'has a kernel of nobody',
      '  - {name: a, artifact: one.bpf.o, kernels: [debian-12-6.9]}\n',
      400,
      'unknown_profile',
    ],
    [
      'has two files of one name',
      '  - {name: a, artifact: one.bpf.o}\n  - {name: b, artifact: x/one.bpf.o}\n',
      400,
      'bad_form',
    ],
    ['has a file above another', '  - {name: a, artifact: one.bpf.o, manifest: one.bpf.o/m.yaml}\n', 400, 'bad_form'],
    ['has its own file as an object', '  - {name: a, artifact: suite.yaml}\n', 400, 'bad_form'],
    ['is no YAML', '  - {name: a, artifact: one.bpf.o', 400, 'suite_invalid'],
  ] as const)('%s', async (_what, cases, status, code) => {
    const response = await send(parts(suite(cases), 'one.bpf.o'));
    expect([response.status, response.code]).toEqual([status, code]);
    expect(response.error).toMatch(/suite|case|"a"/);
    expect(response.error).not.toContain(lab.dir);
  });

  test('its objects are not sent, or twice, or beside another object', async () => {
    expect(await send(parts(suite(ONE)))).toMatchObject({ status: 400, code: 'artifact_missing' });
    expect(await send(parts(suite(ONE), 'one.bpf.o', 'one.bpf.o'))).toMatchObject({ status: 400, code: 'bad_form' });
    const both: Part[] = [...parts(suite(ONE), 'one.bpf.o'), ['artifact_file', OBJECT_BYTES, 'x.bpf.o']];
    expect(await send(both)).toMatchObject({ status: 400, code: 'bad_form' });
    expect(await send([...parts(suite(ONE), 'one.bpf.o'), ['profiles', 'debian-12-6.1']])).toMatchObject({
      status: 400,
      error: expect.stringContaining('profiles: the suite says this for each case'),
    });
  });

  test('nothing of them is left', () => {
    const { workdir } = lab.services.settings;
    expect(readdirSync(join(workdir, 'suites'))).toHaveLength(1);
    expect(readdirSync(join(workdir, 'jobs'))).toHaveLength(1);
  });
});

test('kernels of all cases together are as many as one job may have', async () => {
  await using few = await serverLab({ run, env: { BPFCOMPAT_API_MAX_VALIDATE_PROFILES: '2' } });
  const of = (kernels: string) => send(parts(suite(ONE, `{${kernels}}`), 'one.bpf.o'), { 'x-api-key': KEY }, few);
  expect(await of('matrix: quick')).toMatchObject({ status: 400, code: 'too_many_profiles' });
  expect(await of('kernels: [debian-12-6.1]')).toMatchObject({ status: 202 });
  const cases = '  - {name: a, artifact: one.bpf.o}\n  - {name: b, artifact: one.bpf.o, kernels: [debian-11-5.10]}\n';
  expect(await send(parts(suite(cases), 'one.bpf.o'), { 'x-api-key': KEY }, few)).toMatchObject({ status: 202 });
});

test('a suite has the kernels and matrices of the server, as one object has', async () => {
  mkdirSync(join(lab.dir, 'matrices/profiles'), { recursive: true });
  writeFileSync(join(lab.dir, 'matrices/own.yaml'), 'name: own\nprofiles: [{id: debian-12-6.1}]\n');
  const profile = 'id: mine\ndistro: debian\nversion: "12"\nkernel_family: "6.1"\narch: x86_64\nrunner: vm\n';
  writeFileSync(join(lab.dir, 'matrices/profiles/mine.yaml'), profile);
  await using fresh = await serverLab({ dir: lab.dir, run });
  expect(await send(parts(suite(ONE, '{matrix: own}'), 'one.bpf.o'), { 'x-api-key': KEY }, fresh)).toMatchObject({
    status: 202,
  });
  const { job_id: id = '', ...response } = await send(
    parts(suite(ONE, '{kernels: [mine]}'), 'one.bpf.o'),
    { 'x-api-key': KEY },
    fresh,
  );
  expect(response).toMatchObject({ status: 202 });
  const job = fresh.services.jobs.get(id);
  expect(job && suiteOptions(job, fresh.services)).toMatchObject({ workspace: lab.dir });
  const unknown = await send(parts(suite(ONE, '{matrix: other}'), 'one.bpf.o'), { 'x-api-key': KEY }, fresh);
  expect(unknown).toMatchObject({ status: 400, code: 'case_invalid', error: expect.stringContaining('other') });
  expect(unknown.error).not.toContain(lab.dir);
});

test('an object whose sender gives it no file name is one', async () => {
  const head = `--b\r\ncontent-disposition: form-data; name="artifact_file"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head), OBJECT_BYTES, Buffer.from('\r\n--b--\r\n')]);
  const headers = { 'x-api-key': KEY, 'content-type': 'multipart/form-data; boundary=b' };
  const response = await lab.inject({ method: 'POST', url: '/api/v1/validate/start', headers, payload });
  expect(response.statusCode).toBe(202);
  await eventually(() => expect(ran?.request.artifact).toBe('object.bpf.o'));
});

test('commands without a credential are not run out of a suite, and the demo takes none', async () => {
  await using open = await serverLab({ run, env: { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' } });
  const test = '  - {name: a, artifact: one.bpf.o, test: {mode: behavior, command: id}}\n';
  expect(await send(parts(suite(test), 'one.bpf.o'), {}, open)).toMatchObject({ code: 'commands_not_allowed' });
  const manifest = '  - {name: a, artifact: one.bpf.o, manifest: m.yaml}\n';
  const text = Buffer.from('name: x\nfunctional_tests:\n  - name: t\n    command: id\n');
  const sent: Part[] = [...parts(suite(manifest), 'one.bpf.o'), ['suite_files', text, 'm.yaml']];
  expect(await send(sent, {}, open)).toMatchObject({ code: 'commands_not_allowed' });
  expect(await send(parts(suite(ONE), 'one.bpf.o'), {}, open)).toMatchObject({ status: 202 });
  await using demo = await serverLab({ run, args: ['--public-demo'] });
  expect(await send(parts(suite(ONE), 'one.bpf.o'), {}, demo)).toMatchObject({ code: 'suites_not_supported' });
});

test('a job that names files of a suite elsewhere is none', async () => {
  await using own = await serverLab({ run: () => new Promise(() => {}) });
  const { job_id: id = '' } = await send(parts(suite(ONE), 'one.bpf.o'), { 'x-api-key': KEY }, own);
  const file = join(own.services.store.dir(id), 'job.json');
  await eventually(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ state: 'running' }));
  const job = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(join(own.dir, 'kept'), '');
  writeFileSync(file, JSON.stringify({ ...job, request: { ...job.request, suite: ['../../../kept'] } }));
  await using next = await serverLab({ run, dir: own.dir });
  await next.services.jobs.restore();
  expect(next.services.jobs.get(id)).toBeUndefined();
  expect(existsSync(join(own.dir, 'kept'))).toBe(true);
});

test.each([
  ['its directory', ''],
  ['a part of it', 'd/d'],
])('what a job removes of its suite is never behind a link: %s', async (_what, part) => {
  await using own = await serverLab({ run: () => new Promise(() => {}) });
  const { job_id: id = '' } = await send(parts(suite(ONE), 'one.bpf.o'), { 'x-api-key': KEY }, own);
  const file = join(own.services.store.dir(id), 'job.json');
  await eventually(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ state: 'running' }));
  const job = JSON.parse(readFileSync(file, 'utf8'));
  mkdirSync(join(own.dir, 'home/kept'), { recursive: true });
  const link = join(own.services.store.suiteDir(id), part);
  rmSync(link, { recursive: true });
  symlinkSync(join(own.dir, 'home'), link);
  const names = [join(part, 'kept')];
  await own.services.store.dropUploads({ ...job, request: { ...job.request, suite: names } });
  expect(existsSync(join(own.dir, 'home/kept'))).toBe(true);
});

describe('what a suite costs', () => {
  const anonymous = { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true', BPFCOMPAT_API_MAX_ANONYMOUS_CELLS: '3' };
  const cases = (count: number) =>
    Array.from({ length: count }, (_, n) => `  - {name: c${n}, artifact: one.bpf.o}\n`).join('');

  test('is bounded without a credential alone, in cells', async () => {
    await using open = await serverLab({ run, env: anonymous });
    const few = await send(parts(suite(cases(3)), 'one.bpf.o'), {}, open);
    expect(few).toMatchObject({ status: 202 });
    expect(open.services.jobs.get(few.job_id ?? '')?.request.limitMs).toBe(1_800_000);
    const many = parts(suite(cases(4)), 'one.bpf.o');
    expect(await send(many, {}, open)).toMatchObject({ status: 422, code: 'too_many_cells' });
    const known = await send(many, { 'x-api-key': KEY }, open);
    expect(known).toMatchObject({ status: 202 });
    expect(open.services.jobs.get(known.job_id ?? '')?.request.limitMs).toBeUndefined();
  });

  test('is bounded in time as well: what takes longer is ended, and says so', async () => {
    const slow: JobRunner = (_job, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new CancelledError())));
    await using open = await serverLab({ run: slow, env: anonymous });
    const { job_id: id = '' } = await send(parts(suite(cases(1)), 'one.bpf.o'), {}, open);
    await eventually(() => expect(open.services.jobs.get(id)?.state).toBe('running'));
    await open.services.jobs.cancel(id);
    const job = open.services.jobs.get(id);
    const other = id.replace(/.$/, (last) => (last === '1' ? '2' : '1'));
    await open.services.store.makeDir(other);
    await open.services.jobs.submit({
      ...(job as JobRecord),
      job_id: other,
      state: 'queued',
      request: { ...(job as JobRecord).request, limitMs: 20 },
    });
    await eventually(() =>
      expect(open.services.jobs.get(other)).toMatchObject({
        state: 'failed',
        cause: 'limit',
        error: expect.stringContaining('credential'),
      }),
    );
  });
});

test('the newest suites are kept, and what came to no document goes with its job', async () => {
  const env = { BPFCOMPAT_API_KEPT_SUITES: '2' };
  let nth = 0;
  const documents: JobRunner = async (job) => {
    const { store } = own.services;
    if (nth++ < 3) {
      writeFileSync(`${store.suiteDir(job.job_id)}.json`, '{}');
      writeFileSync(`${store.suiteDir(job.job_id)}.md`, '');
      const at = new Date(Date.now() - 1_000_000 + nth * 1000);
      utimesSync(`${store.suiteDir(job.job_id)}.json`, at, at);
    }
    return { runId: '', exitCode: 0, json: '', markdown: '' };
  };
  await using own = await serverLab({ run: documents, env });
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) {
    const { job_id: id = '' } = await send(parts(suite(ONE), 'one.bpf.o'), { 'x-api-key': KEY }, own);
    await eventually(() => expect(own.services.jobs.get(id)?.state).toBe('completed'));
    ids.push(id);
  }
  const top = join(own.services.settings.workdir, 'suites');
  const left = () => ids.map((id) => ['', '.json', '.md'].filter((end) => existsSync(join(top, `${id}${end}`))));
  expect(left()).toEqual([[], [], ['', '.json', '.md'], [''], ['']]);
  await own.services.jobs.forget(() => true);
  expect(left()).toEqual([[], [], ['', '.json', '.md'], [], []]);
});

test('suites without a credential take no place of the others, and one that is an error takes none', async () => {
  const env = { BPFCOMPAT_API_KEPT_SUITES: '1', BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' };
  const documents: JobRunner = async (job) => {
    writeFileSync(`${own.services.store.suiteDir(job.job_id)}.json`, '{}');
    return { runId: '', exitCode: 0, json: '', markdown: '' };
  };
  await using own = await serverLab({ run: documents, env });
  const run = async (headers: Record<string, string>): Promise<string> => {
    const { job_id: id = '' } = await send(parts(suite(ONE), 'one.bpf.o'), headers, own);
    await eventually(() => expect(own.services.jobs.get(id)?.state).toBe('completed'));
    return id;
  };
  const ours = await run({ 'x-api-key': KEY });
  const theirs = [await run({}), await run({})];
  await send(parts(suite(ONE), 'other.bpf.o'), {}, own);
  await send(parts(suite(ONE), 'other.bpf.o'), { 'x-api-key': KEY }, own);
  const left = readdirSync(join(own.services.settings.workdir, 'suites')).filter((name) => name.endsWith('.json'));
  expect(left.sort()).toEqual([`${ours}.json`, `${theirs[1]}.json`].sort());
});
