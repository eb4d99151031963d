import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ON_THIS_MACHINE } from '../action/support/kernels.ts';
import { type ResultsService, startResultsService } from '../action/support/results-service.ts';
import { annotationsOf, type Job, makeJob, nodeVersions, runAction } from '../action/support/runner.ts';
import { unzip } from '../action/support/zip.ts';
import { example, ROOT } from './support/places.ts';

// The bundle as a runner starts it, with the real clients, on both versions of Node.js.
const KERNEL = 'debian-12-6.1';
let service: ResultsService;

beforeAll(async () => {
  service = await startResultsService();
});
afterAll(() => service.close());

function jobWith(...examples: string[]): Job {
  const job = makeJob();
  for (const name of examples) copyFileSync(example(name), join(job.workspace, `${name}.bpf.o`));
  return job;
}

describe.each(nodeVersions())('$name', ({ node }) => {
  test('a pass: exit code 0, outputs, summary, evidence with its digests; post reports what it saves', async () => {
    const job = jobWith('simple-pass');
    const inputs = { artifact: 'simple-pass.bpf.o', kernels: KERNEL };
    const { main, post } = await runAction({ job, node, service, env: ON_THIS_MACHINE, inputs });
    expect(main.exitCode, main.log).toBe(0);
    expect(main.outputs).toMatchObject({
      result: 'pass',
      'exit-code': '0',
      total: '1',
      passed: '1',
      failed: '0',
      errored: '0',
      'report-json': join(job.workspace, 'reports/bpfcompat.json'),
      'cache-hit': 'true',
      accelerator: 'tcg',
    });
    for (const name of [
      'report-json',
      'report-markdown',
      'report-junit',
      'report-sarif',
      'report-badge',
      'summary-file',
    ]) {
      expect(existsSync(main.outputs[name] ?? ''), name).toBe(true);
    }
    expect(annotationsOf(main, 'error')).toEqual([]);
    expect(annotationsOf(main, 'warning')).toEqual([]);
    expect(main.summary).toContain('simple-pass');
    expect(main.summary).toContain(main.outputs['artifact-url'] ?? '-');
    // What the phase after the job must know was written before anything else.
    expect(main.state['isPost']).toBe('true');

    const files = unzip(service.artifacts.find(({ id }) => String(id) === main.outputs['artifact-id'])?.zip as Buffer);
    const manifest = JSON.parse(String(files.get('manifest.json')));
    expect(manifest.files.length).toBe(files.size - 1);
    for (const { path, sha256 } of manifest.files) {
      expect(
        createHash('sha256')
          .update(files.get(path) as Buffer)
          .digest('hex'),
        path,
      ).toBe(sha256);
    }
    for (const [path, bytes] of files) {
      expect(bytes.includes(job.workspace) || bytes.includes(job.temp), `${path} names a directory`).toBe(false);
    }
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'reports/report.json',
        'reports/junit.xml',
        `cells/simple-pass.bpf.o/${KERNEL}/validator-result.json`,
      ]),
    );

    const end = await post();
    expect(end.exitCode, end.log).toBe(0);
    expect(annotationsOf(end, 'warning')).toEqual([]);
    // The store of this machine may be without packages, and only they are saved: action-cache.test.ts has one with them.
    const [, how] = /debian-12-6\.1: (.*)/.exec(end.log) ?? [];
    expect(how).toMatch(/^(?:saved|is in the cache already|was stored before, without its packages: nothing to save)$/);
    expect(service.caches).toHaveLength(how?.startsWith('was stored') ? 0 : 1);
    expect(existsSync(main.outputs['summary-file'] ?? '')).toBe(false);
  });

  test('a gate failure: exit code 2, outputs that later steps can read, one annotation on the line', async () => {
    const job = jobWith('core-relocation-fail', 'simple-pass');
    const inputs = { artifact: '*.bpf.o', kernels: KERNEL };
    const { main } = await runAction({ job, node, service, env: ON_THIS_MACHINE, inputs });
    expect(main.exitCode, main.log).toBe(2);
    expect(main.outputs).toMatchObject({ result: 'fail', 'exit-code': '2', total: '2', passed: '1', failed: '1' });
    const errors = main.commands.filter(({ name }) => name === 'error');
    expect(errors).toHaveLength(2);
    expect(errors[0]?.properties['title']).toContain('bpfcompat_no_such_structure');
    expect(errors[1]?.data).toMatch(/1 of 2 checks failed/);
    expect(main.summary).toMatch(/^## ❌/);
    const files = unzip(service.artifacts.find(({ id }) => String(id) === main.outputs['artifact-id'])?.zip as Buffer);
    const { cells } = JSON.parse(String(files.get('manifest.json')));
    const failing = cells.filter(({ reproduce }: { reproduce?: string }) => reproduce);
    expect(failing.map(({ reproduce }: { reproduce: string }) => reproduce)).toEqual([
      `bpfcompat test --artifact core-relocation-fail.bpf.o --kernels ${KERNEL} --out again.json`,
    ]);
  });

  test('an infrastructure error says that there is no verdict, and is not an incompatibility', async () => {
    const job = jobWith('simple-pass');
    const { main } = await runAction({
      job,
      node,
      service,
      env: { ...ON_THIS_MACHINE, BPFCOMPAT_QEMU: '/bin/false' },
      inputs: { artifact: 'simple-pass.bpf.o', kernels: KERNEL },
    });
    expect(main.exitCode, main.log).toBe(1);
    expect(main.outputs).toMatchObject({ result: 'error', 'exit-code': '1' });
    expect(annotationsOf(main, 'error').join()).toMatch(
      /BPFCOMPAT_QEMU=\/bin\/false --version failed.*unset the variable/,
    );
    expect(main.summary).toMatch(/^## ⚠️ .*inconclusive/);
    expect(main.summary).not.toMatch(/❌|incompatible/);
  });
});

test('a suite: its own words decide, its name is in the evidence', async () => {
  const job = jobWith('simple-pass');
  writeFileSync(
    join(job.workspace, 'suite.yaml'),
    [
      'name: agent',
      'defaults: {timeout: 77s, concurrency: 1}',
      'cases:',
      '  - name: one',
      '    artifact: simple-pass.bpf.o',
      '    matrix: m.yaml',
      '',
    ].join('\n'),
  );
  writeFileSync(join(job.workspace, 'm.yaml'), `name: m\nprofiles:\n  - id: ${KERNEL}\n    required: true\n`);
  const inputs = { suite: 'suite.yaml', artifact: 'not-there.bpf.o' };
  const { main } = await runAction({ job, service, env: ON_THIS_MACHINE, inputs });
  expect(main.exitCode, main.log).toBe(0);
  expect(main.outputs['report-json']).toBe(join(job.workspace, 'reports/bpfcompat-suite.json'));
  expect(service.artifacts.at(-1)?.name).toBe('bpfcompat-agent');
});

test('annotations stay within what GitHub shows, whatever breaks', async () => {
  const job = makeJob();
  mkdirSync(join(job.workspace, 'build'));
  for (let index = 0; index < 14; index++) {
    copyFileSync(example('core-relocation-fail'), join(job.workspace, `build/probe${index}.bpf.o`));
  }
  const inputs = { artifact: 'build/*.bpf.o', kernels: KERNEL };
  const { main } = await runAction({ job, service, env: ON_THIS_MACHINE, inputs });
  expect(main.exitCode, main.log).toBe(2);
  const errors = annotationsOf(main, 'error');
  expect(errors.length).toBeLessThanOrEqual(10);
  const titles = main.commands.filter(({ name }) => name === 'error').map(({ properties }) => properties['title']);
  expect(titles.join('\n')).toMatch(/and \d+ more/);
  for (const text of errors) expect(text.length).toBeLessThan(4096);
});

test('the smallest workflow: an object and nothing else takes the matrix quick', async () => {
  const job = jobWith('simple-pass');
  const { main } = await runAction({ job, service, env: ON_THIS_MACHINE, inputs: { artifact: 'simple-pass.bpf.o' } });
  expect(main.exitCode, main.log).toBe(0);
  expect(main.outputs['total']).toBe('4');
  const report = JSON.parse(readFileSync(main.outputs['report-json'] ?? '', 'utf8'));
  expect(report.matrix.name).toBe('quick');
});

test('require-kvm: KVM, or no verdict and a reason; never emulation', async () => {
  const job = jobWith('simple-pass');
  const inputs = { artifact: 'simple-pass.bpf.o', kernels: KERNEL, 'require-kvm': 'true', cache: 'false' };
  const { main } = await runAction({ job, service, env: { ...ON_THIS_MACHINE, BPFCOMPAT_ACCEL: '' }, inputs });
  if (main.exitCode === 0) expect(main.outputs['accelerator']).toBe('kvm');
  else expect(annotationsOf(main, 'error').join(), main.log).toMatch(/kvm/i);
  expect(main.log).not.toContain('guests run with tcg');
});

test('a program of the user runs instead of ours, and learns no secret', async () => {
  const job = jobWith('simple-pass');
  const seen = join(job.temp, 'seen');
  writeFileSync(join(job.workspace, 'mine'), `#!/bin/sh\nenv >${seen}\nexec ${join(ROOT, 'bin/bpfcompat')} "$@"\n`, {
    mode: 0o755,
  });
  const inputs = {
    artifact: 'simple-pass.bpf.o',
    kernels: KERNEL,
    binary: 'mine',
    cache: 'false',
    'github-token': 'x',
  };
  const { main } = await runAction({ job, service, env: ON_THIS_MACHINE, inputs });
  expect(main.exitCode, main.log).toBe(0);
  expect(main.outputs).toMatchObject({ result: 'pass', total: '1' });
  expect(readFileSync(seen, 'utf8')).not.toMatch(/ACTIONS_RUNTIME_TOKEN|INPUT_|ACTIONS_RESULTS_URL/);
});

test('a program that writes no report: the report of an earlier step does not pass for its own', async () => {
  const job = jobWith('simple-pass');
  const inputs = { artifact: 'simple-pass.bpf.o', kernels: KERNEL, cache: 'false', 'upload-evidence': 'false' };
  const first = await runAction({ job, env: ON_THIS_MACHINE, inputs });
  expect(first.main.exitCode, first.main.log).toBe(0);
  writeFileSync(join(job.workspace, 'mine'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { main } = await runAction({ job, env: ON_THIS_MACHINE, inputs: { ...inputs, binary: 'mine' } });
  expect(main.exitCode).toBe(1);
  expect(main.outputs['result']).toBe('error');
  expect(annotationsOf(main, 'error').join()).toMatch(/wrote no report/);
});

test('what is wrong with an input stands in the summary, in words of a workflow', async () => {
  const inputs = { artifact: 'gone.bpf.o', kernels: KERNEL };
  const { main } = await runAction({ job: makeJob(), env: ON_THIS_MACHINE, inputs });
  expect(main.exitCode).toBe(1);
  expect(main.summary).toMatch(/inconclusive.*input artifact \S*gone\.bpf\.o: there is no such file/s);
});
