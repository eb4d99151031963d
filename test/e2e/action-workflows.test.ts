import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ON_THIS_MACHINE } from '../action/support/kernels.ts';
import { type ResultsService, startResultsService } from '../action/support/results-service.ts';
import { makeJob, runAction } from '../action/support/runner.ts';
import { makeRepository, runWorkflow } from '../action/support/workflow.ts';
import { unzip } from '../action/support/zip.ts';
import { bpfcompat } from './support/cli.ts';
import { example, ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// The files in examples/workflows, run as they are: what users copy is what is tested.
let service: ResultsService;

beforeAll(async () => {
  service = await startResultsService();
});
afterAll(() => service.close());

const workflow = (name: string): string => join(ROOT, 'examples/workflows', name);

function writeSuite(dir: string): void {
  mkdirSync(join(dir, 'compat'));
  mkdirSync(join(dir, 'build'));
  copyFileSync(example('simple-pass'), join(dir, 'build/good.bpf.o'));
  copyFileSync(example('core-relocation-fail'), join(dir, 'build/bad.bpf.o'));
  const cases = ['good', 'bad'].flatMap((name) => [
    `  - name: ${name}`,
    `    artifact: ../build/${name}.bpf.o`,
    '    matrix: quick',
  ]);
  writeFileSync(join(dir, 'compat/suite.yaml'), ['name: agent', 'cases:', ...cases, ''].join('\n'));
}

test('smallest.yml: an object and nothing else', async () => {
  const repository = makeRepository((dir) => {
    mkdirSync(join(dir, 'build'));
    copyFileSync(example('simple-pass'), join(dir, 'build/my.bpf.o'));
  });
  const [job] = await runWorkflow(workflow('smallest.yml'), { repository, service, env: ON_THIS_MACHINE });
  expect(job?.success, job?.steps[0]?.log).toBe(true);
  expect(job?.steps[0]?.outputs).toMatchObject({ result: 'pass', total: '4', passed: '4' });
});

test('cli.yml: the program is built, in PATH, and writes its report', async () => {
  const repository = makeRepository((dir) => {
    mkdirSync(join(dir, 'build'));
    copyFileSync(example('simple-pass'), join(dir, 'build/my.bpf.o'));
  });
  const [job] = await runWorkflow(workflow('cli.yml'), { repository, service, env: ON_THIS_MACHINE });
  expect(job?.success, job?.log).toBe(true);
  const report = JSON.parse(readFileSync(join(job?.workspace ?? '', 'report.json'), 'utf8'));
  expect(report.summary).toMatchObject({ status: 'pass' });
});

// Three runs on four kernels.
test('baseline.yml: what failed before passes, what is new fails', async () => {
  const objects = (dir: string, ...names: string[]): void => {
    mkdirSync(join(dir, 'build'));
    for (const name of names) copyFileSync(example(name), join(dir, `build/${name}.bpf.o`));
  };
  const main = scratchDir();
  objects(main, 'simple-pass', 'core-relocation-fail');
  mkdirSync(join(main, 'compat'));
  // The command of the workflow's own comment.
  const [, command = ''] = /^# +bpfcompat (.*)$/m.exec(readFileSync(workflow('baseline.yml'), 'utf8')) ?? [];
  const words = command.split(' ').map((word) => word.replaceAll("'", ''));
  expect((await bpfcompat(words, { cwd: main })).code).toBe(2);

  const run = async (...more: string[]) => {
    const repository = makeRepository((dir) => {
      objects(dir, 'simple-pass', 'core-relocation-fail', ...more);
      mkdirSync(join(dir, 'compat'));
      copyFileSync(join(main, 'compat/baseline.json'), join(dir, 'compat/baseline.json'));
      writeFileSync(join(dir, 'Makefile'), 'all:\n');
    });
    const [job] = await runWorkflow(workflow('baseline.yml'), { repository, service, env: ON_THIS_MACHINE });
    return job;
  };
  const known = await run();
  expect(known?.success, known?.steps[0]?.log).toBe(true);
  expect(known?.steps[0]?.outputs).toMatchObject({ result: 'pass', failed: '4', regressions: '0' });
  const worse = await run('fentry-unlink');
  expect(worse?.steps[0]?.exitCode, worse?.steps[0]?.log).toBe(2);
  expect(worse?.steps[0]?.outputs).toMatchObject({ result: 'fail', total: '12', failed: '5' });
}, 400_000);

test('suite.yml: the step fails, what comes after it still has the outputs', async () => {
  const repository = makeRepository(writeSuite);
  const uploads: string[] = [];
  const [job] = await runWorkflow(workflow('suite.yml'), {
    repository,
    service,
    env: ON_THIS_MACHINE,
    actions: {
      'github/codeql-action/upload-sarif@': ({ sarif_file: file = '' }) => {
        expect(existsSync(file)).toBe(true);
        uploads.push(JSON.parse(readFileSync(file, 'utf8')).version);
      },
    },
  });
  expect(job?.success).toBe(false);
  expect(job?.steps[0]?.exitCode, job?.steps[0]?.log).toBe(2);
  expect(job?.steps[0]?.outputs).toMatchObject({ result: 'fail', total: '8', passed: '4', failed: '4' });
  expect(uploads).toEqual(['2.1.0']);
});

test('sharded.yml: plan, shards, and one verdict that is that of one machine', async () => {
  const repository = makeRepository(writeSuite);
  const options = { repository, service, env: ON_THIS_MACHINE };
  const jobs = await runWorkflow(workflow('sharded.yml'), options);
  const shards = jobs.filter(({ name }) => name === 'shard');
  expect(shards.length).toBeGreaterThan(1);
  for (const { success, steps } of shards) expect(success, steps[0]?.log).toBe(true);
  const verdict = jobs.at(-1);
  expect(verdict?.name).toBe('verdict');
  expect(verdict?.steps[0]?.exitCode, verdict?.steps[0]?.log).toBe(2);
  expect(verdict?.steps[0]?.outputs).toMatchObject({
    result: 'fail',
    total: '8',
    passed: '4',
    failed: '4',
    errored: '0',
  });

  // A shard that never came back is a failure that names what is missing, never green.
  const job = makeJob();
  const back = service.artifacts.filter(({ name }) => /^shard-[1-9]/.test(name));
  for (const { name, zip } of back) {
    writeFileSync(join(job.workspace, `${name}.json`), unzip(zip).get('reports/report.json') ?? '');
  }
  const { main } = await runAction({ job, inputs: { mode: 'merge', reports: 'shard-*.json', 'fail-on': 'never' } });
  expect(main.exitCode, main.log).toBe(1);
  expect(main.outputs['result']).toBe('error');
  expect(Number(main.outputs['errored'])).toBeGreaterThan(0);
  expect(main.log).toMatch(/shard 1\/\d.*missing|missing.*shard 1|shard 1/i);
});
