import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CancelledError, type RunReport, type SuiteReport, UsageError, watch, watchSuite } from '../../src/index.ts';
import { example } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

const scratch = scratchDir();
const KERNEL = 'debian-12-6.1';

test('a changed manifest, a removed object and a new one are noticed', async () => {
  const cwd = join(scratch, 'watched');
  mkdirSync(join(cwd, 'build'), { recursive: true });
  const put = (from: string, name: string) => copyFileSync(example(from), join(cwd, 'build', name));
  const manifest = (text: string) => writeFileSync(join(cwd, 'manifest.yaml'), text);
  put('simple-pass', 'a.bpf.o');
  put('simple-pass', 'b.bpf.o');
  manifest('name: m\n');

  const stop = new AbortController();
  const rounds: string[] = [];
  const reported = (report: RunReport): string =>
    report.results
      .map(({ cell, outcome }) => `${report.artifacts[cell.artifact]?.basename} ${outcome.status}`)
      .sort()
      .join(', ');
  const watching = watch({
    artifacts: ['build/*.bpf.o'],
    kernels: [KERNEL],
    manifest: 'manifest.yaml',
    cwd,
    signal: stop.signal,
    onResult: (report) => void rounds.push(reported(report)),
    onIdle: (problem) => void (problem !== undefined && rounds.push(String(problem))),
  });
  const ended = expect(watching).rejects.toBeInstanceOf(CancelledError);
  const next = async (act: () => void, words: string | RegExp) => {
    act();
    await expect.poll(() => rounds.splice(0).at(-1), { timeout: 60_000, interval: 100 }).toMatch(words);
  };
  await next(() => {}, 'a.bpf.o pass, b.bpf.o pass');
  // A program that no object has: every object fails.
  await next(
    () => manifest('name: m\nprograms: [{name: nothere, attach: {required: true}}]\n'),
    'a.bpf.o fail, b.bpf.o fail',
  );
  await next(() => manifest('name: [m\n'), /manifest\.yaml:1:7: .*bracket \[ that opens here/);
  await next(() => manifest('name: m\n'), 'a.bpf.o pass, b.bpf.o pass');
  await next(() => rmSync(join(cwd, 'build/a.bpf.o')), /^b\.bpf\.o pass$/);
  await next(() => rmSync(join(cwd, 'build/b.bpf.o')), /no object is left of build\/\*\.bpf\.o; waiting/);
  await next(() => put('ringbuf-modern', 'c.bpf.o'), /^c\.bpf\.o pass$/);
  stop.abort();
  await ended;
});

test('a wrong path is reported at once', async () => {
  const call = watch({ artifacts: ['nowhere/*.o'], kernels: [KERNEL], cwd: scratch, onResult: () => {} });
  await expect(call).rejects.toBeInstanceOf(UsageError);
});

test('a suite is run again when it, an object or a manifest of it changes', async () => {
  const cwd = join(scratch, 'watched-suite');
  mkdirSync(join(cwd, 'build'), { recursive: true });
  const put = (from: string) => copyFileSync(example(from), join(cwd, 'build/a.bpf.o'));
  const manifest = (text: string) => writeFileSync(join(cwd, 'a.yaml'), text);
  const suite = (...cases: string[]) =>
    writeFileSync(
      join(cwd, 'suite.yaml'),
      `name: own\ndefaults: {kernels: [${KERNEL}]}\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`,
    );
  const ONE = '{name: one, artifact: build/a.bpf.o, manifest: a.yaml}';
  put('simple-pass');
  manifest('name: m\n');
  suite(ONE);

  const stop = new AbortController();
  const rounds: string[] = [];
  const reported = (report: SuiteReport): string =>
    report.cases.map(({ name, status }) => `${name} ${status}`).join(', ');
  const watching = watchSuite({
    ...{ suite: 'suite.yaml', cwd, signal: stop.signal, offline: true },
    onResult: (report) => void rounds.push(reported(report)),
    onIdle: (problem) => void (problem !== undefined && rounds.push(String(problem))),
  });
  const ended = expect(watching).rejects.toBeInstanceOf(CancelledError);
  const next = async (act: () => void, words: string | RegExp) => {
    act();
    await expect.poll(() => rounds.splice(0).at(-1), { timeout: 60_000, interval: 100 }).toMatch(words);
  };
  await next(() => {}, 'one pass');
  await next(() => manifest('programs: [{name: nothere, attach: {required: true}}]\n'), 'one fail');
  await next(() => manifest('name: m\n'), 'one pass');
  await next(() => put('core-relocation-fail'), 'one fail');
  await next(() => suite(ONE, '{name: two, artifact: build/gone.bpf.o}'), 'one fail, two error');
  await next(() => writeFileSync(join(cwd, 'suite.yaml'), 'name: [own\n'), /suite\.yaml:1:\d+: /);
  await next(() => suite(ONE), 'one fail');
  expect(readdirSync(join(cwd, '.bpfcompat/runs'))).toHaveLength(1);
  stop.abort();
  await ended;
});

test('a suite that cannot be read is reported at once', async () => {
  const call = watchSuite({ suite: 'nowhere.yaml', cwd: scratch, onResult: () => {} });
  await expect(call).rejects.toBeInstanceOf(UsageError);
});
