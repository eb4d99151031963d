import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ON_THIS_MACHINE } from '../action/support/kernels.ts';
import { faultOf, type ResultsService, startResultsService } from '../action/support/results-service.ts';
import {
  annotationsOf,
  type Job,
  makeJob,
  nodeVersions,
  runAction,
  type StepOptions,
} from '../action/support/runner.ts';
import { example } from './support/places.ts';

// What services and runners do to a step that has found something out: the verdict is never lost.
const KERNEL = 'debian-12-6.1';
describe.each(nodeVersions())('$name', ({ node }) => {
  let service: ResultsService;

  beforeAll(async () => {
    service = await startResultsService();
  });
  afterEach(() => {
    service.fault = () => undefined;
  });
  afterAll(() => service.close());

  function failingJob(): Job {
    const job = makeJob();
    copyFileSync(example('core-relocation-fail'), join(job.workspace, 'probe.bpf.o'));
    return job;
  }

  function run(more: Partial<StepOptions> = {}) {
    const inputs = { artifact: 'probe.bpf.o', kernels: KERNEL, cache: 'false', ...more.inputs };
    const env = { ...ON_THIS_MACHINE, ...more.env };
    return runAction({ job: failingJob(), node, service, ...more, env, inputs });
  }

  test('a name that is taken: the evidence goes up under another one', async () => {
    const job = failingJob();
    const first = await run({ job });
    const second = await run({ job });
    expect(first.main.exitCode, first.main.log).toBe(2);
    expect(second.main.exitCode, second.main.log).toBe(2);
    expect(service.artifacts.map(({ name }) => name)).toEqual(['bpfcompat', 'bpfcompat-retry1']);
    expect(second.main.outputs['artifact-url']).toMatch(/\/artifacts\/\d+$/);
  });

  test('a second attempt has a name of its own', async () => {
    await run({ env: { GITHUB_RUN_ATTEMPT: '2' }, inputs: { 'evidence-name': 'proof' } });
    expect(service.artifacts.at(-1)?.name).toBe('proof-a2');
  });

  test.each([
    ['the upload is refused', { 'blob:PUT': { status: 403, body: {} } }],
    [
      'the service refuses the artifact',
      { CreateArtifact: { status: 403, body: { code: 'permission_denied', msg: 'no' } } },
    ],
    [
      'the end of the upload fails',
      { FinalizeArtifact: { status: 400, body: { code: 'invalid_argument', msg: 'no' } } },
    ],
  ] as const)('when %s, the verdict, the outputs and the summary stand', async (_what, faults) => {
    service.fault = ({ method }) => faultOf(faults, method);
    const { main } = await run();
    expect(main.exitCode, main.log).toBe(2);
    expect(main.outputs).toMatchObject({ result: 'fail', 'exit-code': '2', 'artifact-id': '', 'artifact-url': '' });
    expect(annotationsOf(main, 'warning').join()).toMatch(/evidence upload failed.*the verdict does not depend on it/);
    expect(main.summary).toMatch(/^## ❌/);
  });

  test('no service at all (a runner of somebody else): the step works', async () => {
    const { main } = await runAction({
      job: failingJob(),
      node,
      env: ON_THIS_MACHINE,
      inputs: { artifact: 'probe.bpf.o', kernels: KERNEL },
    });
    expect(main.exitCode, main.log).toBe(2);
    expect(annotationsOf(main, 'warning')).toEqual([]);
  });

  test('a summary beyond the limit is cut, so that GitHub shows it', async () => {
    const before = `${'x'.repeat(1024 * 1024 - 7000)}\n`;
    const { main } = await run({ summary: before });
    expect(main.exitCode).toBe(2);
    expect(Buffer.byteLength(main.summary)).toBeLessThan(1024 * 1024);
    expect(main.summary.length).toBeGreaterThan(before.length);
    expect(main.summary.slice(before.length)).toMatch(/^## ❌/);
  });

  test('the comment of a pull request: written once, kept up to date, never the reason for a failure', async () => {
    const inputs = { comment: 'true', 'github-token': 'secret' };
    const job = failingJob();
    const event = join(job.temp, 'event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    const env = { GITHUB_EVENT_PATH: event };
    const foreign = { id: 1, body: '', user: { login: 'mallory', type: 'User' } };
    await run({ job, env, inputs });
    expect(service.comments).toHaveLength(1);
    // Somebody else's comment with our marker is not ours to replace.
    foreign.body = String(service.comments[0]?.body);
    service.comments.unshift(foreign);
    copyFileSync(example('simple-pass'), join(job.workspace, 'probe.bpf.o'));
    const { main } = await run({ job, env, inputs });
    expect(main.exitCode, main.log).toBe(0);
    expect(service.comments).toHaveLength(2);
    expect(service.comments[0]?.body).toContain('bpfcompat_no_such_structure');
    expect(service.comments[1]?.body).not.toContain('bpfcompat_no_such_structure');

    service.fault = ({ method }) => (method.startsWith('rest:') ? { status: 403, body: { message: 'no' } } : undefined);
    const denied = await run({ job, env, inputs });
    expect(denied.main.exitCode).toBe(0);
    expect(annotationsOf(denied.main, 'notice').join()).toMatch(/pull-requests: write/);
  });
});
