import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancelledError, type RunEvent, validate } from '../../src/index.ts';
import { bpfcompat, type CliEnd, type StartedCli, startCli } from './support/cli.ts';
import { example, fixture } from './support/places.ts';
import { privateCache } from './support/private-cache.ts';
import { alive, descendants, type ProcessId, usersOf } from './support/processes.ts';
import { scratchDir } from './support/scratch.ts';

// Ctrl-C and its relatives at every stage: over within seconds, and nothing is left behind.
const scratch = scratchDir();
const KERNEL = 'debian-12-6.1';
const PATIENCE_MS = 20_000;
/** Everything of ours must be gone after this long. */
const END_MS = 5000;
const INTERRUPTED = 'bpfcompat: cancelled; no guest and no report was left behind\n';

/** A place of its own for one run of the program. */
interface Place {
  readonly dir: string;
  readonly tmp: string;
  readonly cache: string;
}

function place(cache?: string): Place {
  const dir = mkdtempSync(join(scratch, 'place-'));
  const tmp = join(dir, 'tmp');
  mkdirSync(tmp);
  return { dir, tmp, cache: cache ?? privateCache(join(dir, 'cache'), [KERNEL]) };
}

function start({ dir, tmp, cache }: Place, object: string, env: Record<string, string> = {}): StartedCli {
  const args = ['test', '--artifact', object, '--kernels', KERNEL, '--out', 'report.json', '--markdown', 'report.md'];
  return startCli(args, {
    cwd: dir,
    env: { TMPDIR: tmp, BPFCOMPAT_CACHE_DIR: cache, ...env },
    limitMs: 60_000,
  });
}

/** Sends a signal and waits for the end. @returns the end, and how long it took from the signal on */
async function interrupt(
  run: StartedCli,
  signals: readonly NodeJS.Signals[],
): Promise<{ ended: CliEnd; children: ProcessId[]; ms: number }> {
  const children = descendants(run.child.pid ?? 0);
  const sent = performance.now();
  for (const [index, signal] of signals.entries()) {
    // Two at the same instant would be one.
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    run.child.kill(signal);
  }
  const ended = await run.ended;
  return { ended, children, ms: performance.now() - sent };
}

/** Nothing runs, no temporary file is there, and no report or run is left half done. */
async function expectNothingLeft({ dir, tmp, cache }: Place, children: readonly ProcessId[]): Promise<void> {
  // The kernel takes a moment to reap a machine with a gigabyte of memory.
  const until = performance.now() + 2000;
  const left = (): ProcessId[] => [...alive(children), ...alive(usersOf(dir)), ...alive(usersOf(cache))];
  while (left().length > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(left()).toEqual([]);
  expect(readdirSync(tmp)).toEqual([]);
  expect(existsSync(join(dir, 'report.json')) || existsSync(join(dir, 'report.md'))).toBe(false);
  expect(existsSync(join(dir, '.bpfcompat'))).toBe(false);
  if (existsSync(join(cache, 'tmp'))) expect(readdirSync(join(cache, 'tmp'))).toEqual([]);
  const temporary = readdirSync(cache, { recursive: true }).filter((name) => /\.tmp$|partial/.test(String(name)));
  expect(temporary.filter((name) => !String(name).startsWith('apt'))).toEqual([]);
}

function runsQemu(children: readonly ProcessId[]): boolean {
  return children.some(({ command }) => /qemu-system/.test(command));
}

describe('while the first guest of a kernel is being made', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async (signal) => {
    const here = place();
    const run = start(here, example('simple-pass'));
    await run.said(/: kernel .* from the store/, PATIENCE_MS);
    const until = performance.now() + PATIENCE_MS;
    while (!runsQemu(descendants(run.child.pid ?? 0)) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { ended, children, ms } = await interrupt(run, [signal]);
    expect(runsQemu(children)).toBe(true);
    expect(ended).toMatchObject({ code: 1, signal: null, stdout: '' });
    expect(ended.stderr.endsWith(INTERRUPTED)).toBe(true);
    expect(ms).toBeLessThan(END_MS);
    await expectNothingLeft(here, children);
  });
});

describe('with a guest at hand', () => {
  let cache: string;
  beforeAll(async () => {
    // Also shows that a cache that was interrupted before is as good as new.
    cache = privateCache(join(scratch, 'warm'), [KERNEL]);
    const interrupted = place(cache);
    const run = start(interrupted, example('simple-pass'));
    await run.said(/: kernel .* from the store/, PATIENCE_MS);
    const { children } = await interrupt(run, ['SIGINT']);
    await expectNothingLeft(interrupted, children);
    const whole = await start(place(cache), example('simple-pass')).ended;
    expect(whole.code, whole.stderr).toBe(0);
  });

  test.each([
    ['once', ['SIGINT']],
    ['twice in a row', ['SIGINT', 'SIGINT']],
    ['as SIGTERM', ['SIGTERM']],
  ] as const)(`Ctrl-C while the guest is running, %s`, async (_name, signals) => {
    const here = place(cache);
    const run = start(here, fixture('endless'));
    await run.said(/: testing \(booted/, PATIENCE_MS);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { ended, children, ms } = await interrupt(run, signals);
    expect(runsQemu(children)).toBe(true);
    expect(ended.stderr.endsWith(INTERRUPTED), ended.stderr).toBe(true);
    // A second signal may meet a process that is done already and on its way out, where no one listens any more.
    if (signals.length > 1 && ended.code === null) expect(ended).toMatchObject({ signal: 'SIGINT', stdout: '' });
    else expect(ended).toMatchObject({ code: 1, signal: null, stdout: '' });
    expect(ms).toBeLessThan(END_MS);
    await expectNothingLeft(here, children);
  });

  test('Ctrl-C at any moment', async () => {
    // Drawn again in every run; a failure says when it was.
    for (let round = 0; round < 8; round++) {
      const here = place(cache);
      const run = start(here, fixture('endless'));
      await run.said(/./, PATIENCE_MS);
      const delay = Math.random() * 900;
      await new Promise((resolve) => setTimeout(resolve, delay));
      const { ended, children, ms } = await interrupt(run, ['SIGINT']);
      const when = `${delay.toFixed(0)} ms after the first word: ${ended.stderr}`;
      expect(ended, when).toMatchObject({ code: 1, signal: null, stdout: '' });
      expect(ms, when).toBeLessThan(END_MS);
      await expectNothingLeft(here, children);
    }
  });

  test('a run afterwards passes, and leaves nothing but its results', async () => {
    const here = place(cache);
    const ended = await start(here, example('simple-pass')).ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(alive(usersOf(here.dir))).toEqual([]);
    expect(readdirSync(here.tmp)).toEqual([]);
    expect(readdirSync(here.dir).sort()).toEqual(['.bpfcompat', 'report.json', 'report.md', 'tmp']);
  });

  test('SIGKILL leaves no guest behind either', async () => {
    const here = place(cache);
    const run = start(here, fixture('endless'));
    await run.said(/: testing \(booted/, PATIENCE_MS);
    const { children } = await interrupt(run, ['SIGKILL']);
    expect(runsQemu(children)).toBe(true);
    const until = performance.now() + END_MS;
    while (alive(children).length > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(alive(children)).toEqual([]);
  });

  test('an AbortSignal through the library, while guests are running', async () => {
    const here = place();
    const controller = new AbortController();
    const seen: RunEvent['type'][] = [];
    const before = descendants(process.pid).map(({ pid }) => pid);
    const run = validate({
      artifacts: [fixture('endless'), example('simple-pass')],
      kernels: [KERNEL],
      cwd: here.dir,
      out: 'report.json',
      env: { ...process.env, BPFCOMPAT_CACHE_DIR: cache },
      signal: controller.signal,
      onEvent: ({ type }) => {
        seen.push(type);
        if (type === 'cell-testing') setTimeout(() => controller.abort(), 300);
      },
    });
    await expect(run).rejects.toThrow(CancelledError);
    expect(seen).toContain('cell-testing');
    expect(seen).not.toContain('run-end');
    const children = descendants(process.pid).filter(({ pid }) => !before.includes(pid));
    expect(alive(children)).toEqual([]);
    await expectNothingLeft(here, children);
  });

  test('an AbortSignal that was used already starts nothing', async () => {
    const here = place(cache);
    const run = validate({
      artifacts: [example('simple-pass')],
      kernels: [KERNEL],
      cwd: here.dir,
      env: { ...process.env, BPFCOMPAT_CACHE_DIR: cache },
      signal: AbortSignal.abort(),
    });
    await expect(run).rejects.toThrow(CancelledError);
    await expectNothingLeft(here, []);
  });
});

describe('while a kernel is being fetched', () => {
  // A mirror that takes requests and never responds.
  const mirror = createServer((socket) => socket.on('error', () => {}));
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/debian`;
  });
  afterAll(() => void mirror.close());

  test.each(['test', 'kernels fetch'] as const)('Ctrl-C in %s', async (command) => {
    const dir = mkdtempSync(join(scratch, 'empty-'));
    const here: Place = place(privateCache(join(dir, 'cache'), []));
    const env = { BPFCOMPAT_DEBIAN_MIRROR: url, BPFCOMPAT_DEBIAN_SECURITY_MIRROR: url };
    const all = { ...env, TMPDIR: here.tmp, BPFCOMPAT_CACHE_DIR: here.cache };
    const run =
      command === 'test'
        ? start(here, example('simple-pass'), env)
        : startCli(['kernels', 'fetch', '--kernels', KERNEL], { cwd: here.dir, env: all, limitMs: 60_000 });
    const connected = new Promise<void>((resolve) => mirror.once('connection', () => resolve()));
    await Promise.race([connected, run.ended]);
    const { ended, children, ms } = await interrupt(run, ['SIGINT']);
    expect(children.map(({ command: words }) => words).join('\n')).toMatch(/apt/);
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr.endsWith(INTERRUPTED)).toBe(true);
    expect(ms).toBeLessThan(END_MS);
    await expectNothingLeft(here, children);
  });

  test('what is stored is still usable offline', async () => {
    const here = place();
    const args = ['test', '--artifact', example('simple-pass'), '--kernels', KERNEL, '--out', 'r.json', '--offline'];
    const env = { TMPDIR: here.tmp, BPFCOMPAT_CACHE_DIR: here.cache, BPFCOMPAT_DEBIAN_MIRROR: url };
    expect((await bpfcompat([...args, '--isolation', 'boot'], { cwd: here.dir, env })).code).toBe(0);
  });
});
