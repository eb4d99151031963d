import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createHost } from '../../src/host/create-host.ts';
import { CancelledError, HostError } from '../../src/model/errors.ts';
import { createJobStore } from '../../src/server/job-store.ts';
import type { JobRunner } from '../../src/server/jobs.ts';
import { createKept } from '../../src/server/kept.ts';
import { eventually } from '../fixtures/eventually.ts';
import { KEY, objectForm, type Part, type ServerLab, serverLab } from './server-lab.ts';

const DONE = { runId: 'r', exitCode: 2, json: '', markdown: '' };

/** A runner whose jobs end on demand, or canceled. */
function blockedRunner() {
  const started: { readonly id: string; end: (error?: Error) => void }[] = [];
  const run: JobRunner = (job, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new CancelledError()));
      started.push({ id: job.job_id, end: (error) => (error ? reject(error) : resolve(DONE)) });
    });
  return { run, started };
}

async function start({ inject }: ServerLab) {
  const { headers, payload } = objectForm();
  return inject({ method: 'POST', url: '/api/v1/validate/start', headers: { ...headers, 'x-api-key': KEY }, payload });
}

async function status({ inject }: ServerLab, id: string) {
  const response = await inject({
    method: 'GET',
    url: `/api/v1/validate/status?job_id=${id}`,
    headers: { 'x-api-key': KEY },
  });
  return response.json();
}

function cancel({ inject }: ServerLab, id: string) {
  return inject({ method: 'DELETE', url: `/api/v1/validate/${id}`, headers: { 'x-api-key': KEY } });
}

const ONE = { BPFCOMPAT_API_MAX_ACTIVE_VALIDATE_JOBS: '1', BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS: '1' };

describe('a queue of one', () => {
  test('runs one job, holds one, and says when to come back with a third', async () => {
    const { run, started } = blockedRunner();
    await using lab = await serverLab({ env: ONE, run });
    const [first, second] = [(await start(lab)).json().job_id, (await start(lab)).json().job_id];
    await eventually(async () =>
      expect(await status(lab, first)).toMatchObject({ state: 'running', stage: 'prepare_run' }),
    );
    expect(await status(lab, second)).toMatchObject({ state: 'queued', percent: 0 });
    const third = await start(lab);
    expect([third.statusCode, third.json().code, Number(third.headers['retry-after'])]).toEqual([
      429,
      'queue_full',
      15,
    ]);
    started[0]?.end();
    await eventually(async () => expect(await status(lab, second)).toMatchObject({ state: 'running' }));
    expect(await status(lab, first)).toMatchObject({ state: 'completed', percent: 100, run_id: 'r' });
    started[1]?.end(new HostError('qemu_missing', 'there is no QEMU in /usr/local/bin/qemu'));
    await eventually(async () => expect(await status(lab, second)).toMatchObject({ state: 'failed', cause: 'host' }));
    expect((await status(lab, second)).error).toBe('there is no QEMU in qemu');
    const left = (id: string) => readdirSync(lab.services.store.dir(id));
    await eventually(() => expect([first, second].map(left)).toEqual([['job.json'], ['job.json']]));
  });

  test('a job is canceled while it runs and while it waits, once', async () => {
    const { run } = blockedRunner();
    await using lab = await serverLab({ env: ONE, run });
    const [first, second] = [(await start(lab)).json().job_id, (await start(lab)).json().job_id];
    expect((await cancel(lab, second)).json()).toMatchObject({ state: 'failed', cause: 'canceled' });
    expect((await cancel(lab, first)).statusCode).toBe(202);
    await eventually(async () =>
      expect(await status(lab, first)).toMatchObject({ state: 'failed', cause: 'canceled' }),
    );
    expect((await cancel(lab, first)).statusCode).toBe(409);
    expect((await cancel(lab, `job-${'0'.repeat(32)}`)).statusCode).toBe(404);
  });
});

test('a server that begins again runs what waited and reports what ran', async () => {
  const { run } = blockedRunner();
  await using lab = await serverLab({ env: ONE, run });
  const [first, second] = [(await start(lab)).json().job_id, (await start(lab)).json().job_id];
  // The first server is gone without a word.
  const other = blockedRunner();
  await using next = await serverLab({ env: ONE, run: other.run, dir: lab.dir });
  await next.services.jobs.restore();
  expect(await status(next, first)).toMatchObject({ state: 'failed', cause: 'restart' });
  expect(readdirSync(next.services.store.dir(first))).toEqual(['job.json']);
  await eventually(() => expect(other.started.map(({ id }) => id)).toEqual([second]));
});

test.each(['../../kept', '..', '/kept'])(
  'a job of a work directory that names %s is none, and removes nothing',
  async (name) => {
    const { run } = blockedRunner();
    await using lab = await serverLab({ run });
    const id: string = (await start(lab)).json().job_id;
    await eventually(async () => expect(await status(lab, id)).toMatchObject({ state: 'running' }));
    const file = join(lab.services.store.dir(id), 'job.json');
    writeFileSync(join(lab.services.settings.workdir, 'kept'), '');
    const job = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...job, state: 'running', request: { ...job.request, artifact: name } }));
    await using next = await serverLab({ run, dir: lab.dir });
    await next.services.jobs.restore();
    expect(existsSync(join(lab.services.settings.workdir, 'kept'))).toBe(true);
    expect((await status(next, id)).code).toBe('job_unknown');
  },
);

test('the report of a job is read in the work directory alone, whatever its file says', async () => {
  await using lab = await serverLab({ run: async () => DONE });
  const id: string = (await start(lab)).json().job_id;
  await eventually(async () => expect(await status(lab, id)).toMatchObject({ state: 'completed' }));
  const { workdir } = lab.services.settings;
  const file = join(lab.services.store.dir(id), 'job.json');
  const job = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(join(lab.dir, 'outside.json'), '{"secret":1}');
  writeFileSync(join(workdir, 'inside.json'), '{"own":1}');
  symlinkSync(join(lab.dir, 'outside.json'), join(workdir, 'link.json'));
  const resultWith = async (json: string) => {
    writeFileSync(file, JSON.stringify({ ...job, json }));
    await using next = await serverLab({ dir: lab.dir });
    await next.services.jobs.restore();
    return (await status(next, id)).result?.report;
  };
  expect(await resultWith(join(workdir, 'inside.json'))).toEqual({ own: 1 });
  expect(await resultWith(join(lab.dir, 'outside.json'))).toBeUndefined();
  expect(await resultWith(join(workdir, 'link.json'))).toBeUndefined();
  expect(await resultWith(`${workdir}/../outside.json`)).toBeUndefined();
});

test('a server that ends takes no job, waits, and ends what takes too long', async () => {
  const { run, started } = blockedRunner();
  await using lab = await serverLab({ env: { BPFCOMPAT_API_MAX_ACTIVE_VALIDATE_JOBS: '2' }, run });
  const [first, second] = [(await start(lab)).json().job_id, (await start(lab)).json().job_id];
  await eventually(() => expect(started).toHaveLength(2));
  started[0]?.end();
  await eventually(async () => expect(await status(lab, first)).toMatchObject({ state: 'completed' }));
  const drained = lab.services.jobs.drain(100);
  expect((await start(lab)).json().code).toBe('stopping');
  expect((await lab.inject({ method: 'GET', url: '/readyz' })).statusCode).toBe(503);
  await drained;
  expect(await status(lab, second)).toMatchObject({ state: 'failed', cause: 'stopping' });
});

test('a request that is wrong leaves nothing behind', async () => {
  await using lab = await serverLab();
  const send = async (...more: Part[]) => {
    const { headers, payload } = objectForm(...more);
    const response = await lab.inject({
      method: 'POST',
      url: '/api/validate',
      headers: { ...headers, 'x-api-key': KEY },
      payload,
    });
    return [response.statusCode, response.json().code];
  };
  expect(await send(['profiles', 'debian-12-6.9'])).toEqual([400, 'unknown_profile']);
  expect(await send(['required_profiles', 'debian-13-6.12'])).toEqual([400, 'required_profile_missing']);
  expect(await send(['optional_profiles', 'debian-12-6.9'])).toEqual([400, 'unknown_profile']);
  expect(await send(['required_profiles', 'debian-12-6.1'], ['optional_profiles', 'debian-12-6.1'])).toEqual([
    400,
    'bad_form',
  ]);
  expect(await send(['timeout', 'soon'])).toEqual([400, 'bad_form']);
  expect(await send(['workdir', '/etc'])).toEqual([400, 'bad_form']);
  expect(await send(['artifact_name', '../../x'])).toEqual([400, 'bad_form']);
  expect(await send(['manifest_text', 'programs: 7'])).toEqual([400, 'manifest_invalid']);
  expect(await send(['manifest_text', 'name: x\nassets: [/etc/passwd]\n'])).toEqual([422, 'assets_not_supported']);
  expect(await createHost({ env: {} }).files.list(lab.services.store.dir(''))).toEqual([]);
});

test('kernels that may fail do not decide; those that are not chosen are no error', async () => {
  const { run, started } = blockedRunner();
  await using lab = await serverLab({ run });
  const more: Part[] = [
    ['profiles', 'debian-13-6.12'],
    ['optional_profiles', 'debian-13-6.12,debian-11-5.10'],
  ];
  const { headers, payload } = objectForm(...more);
  const own = { ...headers, 'x-api-key': KEY };
  const { json } = await lab.inject({ method: 'POST', url: '/api/v1/validate/start', headers: own, payload });
  const text = readFileSync(join(lab.services.store.dir(json().job_id), 'matrix.yaml'), 'utf8');
  expect(parse(text).profiles).toEqual([
    { id: 'debian-12-6.1', required: true },
    { id: 'debian-13-6.12', required: false },
  ]);
  await eventually(() => expect(started).toHaveLength(1));
  started[0]?.end();
});

test('a form that is broken or cut off is an error of its sender', async () => {
  await using lab = await serverLab();
  const { headers, payload } = objectForm();
  const send = async (type: string, bytes: Buffer) => {
    const own = { 'content-type': type, 'x-api-key': KEY };
    return (await lab.inject({ method: 'POST', url: '/api/v1/validate/start', headers: own, payload: bytes }))
      .statusCode;
  };
  expect(await send('multipart/form-data', payload)).toBe(400);
  expect(await send(headers['content-type'], payload.subarray(0, 700))).toBe(400);
  expect(await send('application/json', Buffer.from('{}'))).toBe(415);
});

test('an object that is too large or none is turned away while it arrives', async () => {
  await using lab = await serverLab({ env: { BPFCOMPAT_MAX_OBJECT_BYTES: '1024' } });
  const { headers, payload } = objectForm();
  const response = await lab.inject({
    method: 'POST',
    url: '/api/validate',
    headers: { ...headers, 'x-api-key': KEY },
    payload,
  });
  expect([response.statusCode, response.json().code]).toEqual([413, 'too_large']);
  expect(await createHost({ env: {} }).files.list(lab.services.store.dir(''))).toEqual([]);
});

/** For what goes over a real connection. */
test('fields are in memory, and have a bound together', async () => {
  await using lab = await serverLab();
  const many = Array.from({ length: 3 }, (): Part => ['profiles', 'x'.repeat(200 * 1024)]);
  const { headers, payload } = objectForm(...many);
  const own = { ...headers, 'x-api-key': KEY };
  const response = await lab.inject({ method: 'POST', url: '/api/v1/validate/start', headers: own, payload });
  expect([response.statusCode, response.json().code]).toEqual([413, 'too_large']);
  expect(await createHost({ env: {} }).files.list(lab.services.store.dir(''))).toEqual([]);
});

test('a connection that goes on to serve requests has no listener of those that ended', async () => {
  const env = { BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE: 'true' };
  await using lab = await serverLab({ run: async () => DONE, env });
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = lab.app.server.address() as AddressInfo;
  const { headers, payload } = objectForm();
  const head = Object.entries({ host: `127.0.0.1:${port}`, 'content-length': payload.length, ...headers });
  const lines = ['POST /api/v1/validate HTTP/1.1', ...head.map(([name, value]) => `${name}: ${value}`), '', ''];
  const served = new Promise<Socket>((resolve) => lab.app.server.once('connection', resolve));
  const socket = connect(port, '127.0.0.1');
  const listeners: number[] = [];
  for (let n = 0; n < 12; n++) {
    socket.write(Buffer.concat([Buffer.from(lines.join('\r\n')), payload]));
    await once(socket, 'data');
    listeners.push((await served).listenerCount('close'));
  }
  socket.destroy();
  expect(listeners.at(-1)).toBe(listeners[0]);
});

test('streams that wait for each other on one connection all end with it', async () => {
  await using lab = await serverLab({ run: blockedRunner().run });
  const id = (await start(lab)).json().job_id;
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = lab.app.server.address() as AddressInfo;
  const request = `GET /api/v1/validate/${id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: ${KEY}\r\n\r\n`;
  const open = async (streams: number) => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write(request.repeat(streams));
    const [text] = await once(socket, 'data');
    return { socket, status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]) };
  };
  const first = await open(4);
  expect(first.status).toBe(200);
  await eventually(async () => {
    const one = await open(1);
    one.socket.destroy();
    expect(one.status).toBe(429);
  });
  first.socket.destroy();
  await eventually(async () => {
    const [one, other] = [await open(1), await open(1)];
    one.socket.destroy();
    other.socket.destroy();
    expect([one.status, other.status]).toEqual([200, 200]);
  });
});

test('the demo removes a run with its job, other servers keep it', async () => {
  for (const args of [['--public-demo'], []]) {
    await using lab = await serverLab({ args, run: async () => DONE });
    const id = (await start(lab)).json().job_id;
    await eventually(async () => expect(await status(lab, id)).toMatchObject({ state: 'completed' }));
    const report = join(lab.services.settings.workdir, 'runs', DONE.runId, 'report.json');
    mkdirSync(dirname(report), { recursive: true });
    writeFileSync(report, '{}');
    await lab.services.jobs.forget(() => true);
    expect(existsSync(report)).toBe(args.length === 0);
  }
});

test('what is kept in memory has a bound', () => {
  const kept = createKept<number>(2);
  kept.set('a', 1);
  kept.set('b', 2);
  expect(kept.get('a')).toBe(1);
  kept.set('c', 3);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([1, undefined, 3]);
});

test('of more than 200 jobs the oldest that have ended are forgotten, and half-written ones are not jobs', async () => {
  const run: JobRunner = async () => DONE;
  await using lab = await serverLab({ env: { BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS: '256' }, run });
  const first = (await start(lab)).json().job_id;
  await eventually(async () => expect(await status(lab, first)).toMatchObject({ state: 'completed' }));
  const { jobs, store } = lab.services;
  const job = jobs.get(first);
  if (job === undefined) throw new Error('it is there');
  for (let index = 0; index < 200; index++) {
    const id = `job-${index.toString(16).padStart(32, '0')}`;
    await store.makeDir(id);
    await jobs.submit({ ...job, job_id: id, state: 'completed' });
  }
  await nextTurn();
  expect(jobs.get(first)).toBeUndefined();
  await store.makeDir(`job-${'e'.repeat(32)}`);
  const again = createJobStore(createHost({ env: {} }), lab.services.settings.workdir);
  expect(await again.load()).toHaveLength(200);
});
