import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharesRam } from '../../src/guests/snapshot/devices.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Host, HostFiles } from '../../src/host/host.ts';
import type { RunEvent, RunReport } from '../../src/index.ts';
import { type Checked, check } from './support/check.ts';
import { type CliEnd, type StartedCli, startCli } from './support/cli.ts';
import { confusionObject, example, fixture, ROOT } from './support/places.ts';
import { privateCache } from './support/private-cache.ts';
import { alive, descendants, type ProcessId } from './support/processes.ts';
import { readReport } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';
import { templatesOf } from './support/templates.ts';

/** Whether it is memory of a guest that this process made. */
const ramOf = (name: string, pid: number | undefined): boolean =>
  name.startsWith('bpfcompat-ram-') && name.includes(`-${pid}-`);

// Saved guests: one per kernel whoever wants it, never trusted when damaged, and not needed for a verdict.
const scratch = scratchDir();
const OLD = 'debian-11-5.10';
const NEW = 'debian-13-7.3';
const SIMPLE = example('simple-pass');
const PATIENCE_MS = 60_000;

// Stand-ins for QEMU must be within reach of the user that QEMU runs as.
chmodSync(scratch, 0o755);

const emptyCache = (kernels: readonly string[]): string => privateCache(mkdtempSync(join(scratch, 'cache-')), kernels);

/** Polls until `look` is true. */
async function until(what: string, look: () => boolean, limitMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!look()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(20);
  }
}

/** The program at work in a directory of its own. */
interface Started extends StartedCli {
  readonly dir: string;
  readonly tmp: string;
}

function start(cache: string, kernels: readonly string[], object = SIMPLE): Started {
  const dir = mkdtempSync(join(scratch, 'cli-'));
  const tmp = join(dir, 'tmp');
  mkdirSync(tmp);
  const args = ['test', '--artifact', object, '--kernels', kernels.join(','), '--out', 'report.json', '--offline'];
  const run = startCli(args, { cwd: dir, env: { TMPDIR: tmp, BPFCOMPAT_CACHE_DIR: cache } });
  return { ...run, dir, tmp };
}

const isMachine = ({ command }: ProcessId): boolean => /^\S*qemu-system/.test(command);
const machinesOf = (run: StartedCli): ProcessId[] => descendants(run.child.pid ?? 0).filter(isMachine);
/** Makes a saved guest, instead of running as the copy of one. */
const makesTemplate = ({ command }: ProcessId): boolean => command.includes('share=on');

/** It passed, in copies of saved guests. */
function expectCopies(ended: CliEnd, dir: string): void {
  expect(ended.code, ended.stderr).toBe(0);
  for (const target of readReport(join(dir, 'report.json')).targets ?? []) {
    expect(target).toMatchObject({ status: 'pass', guest: { isolation: 'cell' } });
    expect(target.retried_after).toBeUndefined();
  }
}

async function runWhole(cache: string, kernels: readonly string[]): Promise<void> {
  const run = start(cache, kernels);
  expectCopies(await run.ended, run.dir);
}

/** Every part that was begun is finished. */
function expectWhole(cache: string, count: number): void {
  const names = templatesOf(cache).names();
  expect(names).toHaveLength(count);
  for (const name of names) {
    expect(readdirSync(join(cache, 'templates', name)).sort()).toEqual(['kernel', 'meta.json', 'ram', 'state', 'used']);
  }
}

describe('three programs that want the same saved guests at once', () => {
  const kernels = [OLD, NEW];
  const cache = emptyCache(kernels);
  const makers = new Set<string>();
  let runs: Started[];
  let ends: CliEnd[];
  beforeAll(async () => {
    runs = [0, 1, 2].map(() => start(cache, kernels));
    let busy = true;
    const watching = (async () => {
      while (busy) {
        const machines = runs.flatMap(machinesOf).filter(makesTemplate);
        for (const { pid, started } of machines) makers.add(`${pid} ${started}`);
        await sleep(100);
      }
    })();
    ends = await Promise.all(runs.map(({ ended }) => ended));
    busy = false;
    await watching;
  });

  test('all pass, in copies', () => {
    for (const [index, ended] of ends.entries()) expectCopies(ended, runs[index]?.dir ?? '');
  });

  test('each is made once', () => {
    expect(makers.size).toBe(kernels.length);
    expectWhole(cache, kernels.length);
  });

  test('and used as it is by the next', async () => {
    const { makings } = templatesOf(cache);
    const before = makings();
    await runWhole(cache, kernels);
    expect(makings()).toEqual(before);
  });
});

describe('a kernel that one object is tested on', () => {
  const cache = emptyCache([OLD]);
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const missing = confusionObject('attach_fentry_missing');

  /** Runs it, and what its machines were: `saving` a guest, `named` if that read names before, or a `copy`. */
  async function machinesFor(object: string, status: string): Promise<string[]> {
    const machines: string[] = [];
    const real = createHost({ env });
    const start: Host['start'] = (command, args, options) => {
      const line = args.join(' ');
      if (line.includes('share=on')) machines.push(line.includes('bpfcompat_saved=1') ? 'named' : 'saving');
      else if (line.includes('-incoming')) machines.push('copy');
      return real.start(command, args, options);
    };
    const { report } = await check(scratch, [object], { kernels: [OLD], host: { ...real, start } });
    expect(report.results).toMatchObject([{ outcome: { status }, guest: { isolation: 'cell' } }]);
    expect(report.notes).toEqual([]);
    return machines;
  }

  test('has one machine: the guest that was booted to be saved responds; then come copies', async () => {
    expect(await machinesFor(SIMPLE, 'pass')).toEqual(['saving']);
    expect(readdirSync('/dev/shm').filter((name) => ramOf(name, process.pid))).toEqual([]);
    expect(await machinesFor(SIMPLE, 'pass')).toEqual(['copy']);
  });

  test('reads its names ahead only once an object has looked for some', async () => {
    expect(await machinesFor(missing, 'fail')).toEqual(['copy']);
    expect(await machinesFor(missing, 'fail')).toEqual(['named']);
    expect(await machinesFor(missing, 'fail')).toEqual(['copy']);
    expectWhole(cache, 1);
  });
});

describe('a saved guest that is not whole', () => {
  const cache = emptyCache([OLD]);
  const templates = templatesOf(cache);

  test('because its maker was killed is made anew; nothing of the maker is left', async () => {
    const maker = start(cache, [OLD]);
    await until('a saved guest being made', () => machinesOf(maker).some(makesTemplate));
    await sleep(500);
    const children = descendants(maker.child.pid ?? 0);
    maker.child.kill('SIGKILL');
    await maker.ended;
    await until('the end of its machine', () => alive(children).length === 0, 5000);
    expect(templates.names()).toHaveLength(1);
    expect(existsSync(templates.file('meta.json'))).toBe(false);
    await runWhole(cache, [OLD]);
    expectWhole(cache, 1);
    expect(readdirSync('/dev/shm').filter((name) => ramOf(name, maker.child.pid))).toEqual([]);
  });

  test.each([
    ['ram', 20 * 1024 * 1024],
    ['ram', 250 * 1024 * 1024 + 5],
    ['state', 5000],
    ['kernel', 5000],
  ] as const)('because a bit of its %s flipped (byte %d) is made anew', async (file, at) => {
    const [before] = templates.makings();
    const damaged = openSync(templates.file(file), 'r+');
    const byte = Buffer.alloc(1);
    readSync(damaged, byte, 0, 1, at);
    writeSync(damaged, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
    await runWhole(cache, [OLD]);
    expect(templates.makings()).not.toEqual([before]);
    expectWhole(cache, 1);
  });
});

describe('Ctrl-C', () => {
  const cache = emptyCache([NEW]);

  async function interrupted(run: Started): Promise<void> {
    const children = descendants(run.child.pid ?? 0);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 1, signal: null });
    await until('the end of every machine', () => alive(children).length === 0, 5000);
    expect(readdirSync(run.tmp)).toEqual([]);
    expect(existsSync(join(run.dir, '.bpfcompat'))).toBe(false);
  }

  test('while a guest is being saved leaves nothing of it', async () => {
    const run = start(cache, [NEW]);
    await until('a saved guest being made', () => machinesOf(run).some(makesTemplate));
    await sleep(300);
    await interrupted(run);
    expect(templatesOf(cache).names()).toEqual([]);
  });

  test('while copies run leaves the saved guest as it is', async () => {
    await runWhole(cache, [NEW]);
    const { makings } = templatesOf(cache);
    const before = makings();
    const run = start(cache, [NEW], fixture('endless'));
    await run.said(/: testing \(booted/, PATIENCE_MS);
    expect(machinesOf(run)).toHaveLength(1);
    await interrupted(run);
    await runWhole(cache, [NEW]);
    expect(makings()).toEqual(before);
  });
});

describe('a copy whose QEMU was taken over', () => {
  const cache = emptyCache([NEW]);
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const ram = (): string => templatesOf(cache).file('ram');
  beforeAll(() => runWhole(cache, [NEW]));

  /** Descriptors of a process that lead to files of the saved guest, and whether it may write through them. */
  function held({ pid }: ProcessId): { readonly path: string; readonly writable: boolean }[] {
    const fds = `/proc/${pid}/fd`;
    return readdirSync(fds).flatMap((fd) => {
      const path = readlinkSync(join(fds, fd));
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      return path.startsWith(cache) ? [{ path, writable: (Number.parseInt(flags, 8) & 3) !== 0 }] : [];
    });
  }

  test('has nothing open for writing that other copies read, where QEMU can do without', async () => {
    const run = start(cache, [NEW], fixture('endless'));
    await run.said(/: testing \(booted/, PATIENCE_MS);
    const [machine = expect.fail('no machine')] = machinesOf(run);
    const files = held(machine);
    expect(files.map(({ path }) => path)).toContain(templatesOf(cache).file('kernel'));
    // Older ones insist on writing; whether they did is reported by the times of the file.
    const reported = spawnSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }).stdout;
    const shares = sharesRam(/version (\S+)/.exec(reported)?.[1] ?? '');
    expect(files.filter(({ writable }) => writable).map(({ path }) => path)).toEqual(shares ? [] : [ram()]);
    expect(statSync(ram()).mode & 0o777).toBe(shares ? 0o444 : 0o666);
    run.child.kill('SIGINT');
    await run.ended;
  });

  test('and changed the memory of the others all the same costs no verdict: they are tried again, booted', async () => {
    const events: RunEvent[] = [];
    const { report } = await check(scratch, [SIMPLE], {
      kernels: [NEW],
      env,
      onEvent: (event) => {
        events.push(event);
        // What this process may do, who is its owner.
        if (event.type === 'cell-testing' && events.filter(({ type }) => type === 'cell-testing').length === 1) {
          chmodSync(ram(), 0o644);
          const file = openSync(ram(), 'r+');
          writeSync(file, 'W', 300 * 1024 * 1024);
          closeSync(file);
        }
      },
    });
    expect(report.results).toMatchObject([
      {
        outcome: { status: 'pass' },
        guest: { isolation: 'boot' },
        retriedAfter: expect.stringMatching(/^the saved guest of 7\.\S+ was changed while a copy of it ran/),
      },
    ]);
    const before = templatesOf(cache).makings();
    await runWhole(cache, [NEW]);
    expect(templatesOf(cache).makings()).not.toEqual(before);
    expect(readdirSync('/dev/shm').filter((name) => ramOf(name, process.pid))).toEqual([]);
  });
});

const fallbackNotes = ({ notes }: RunReport): string[] => notes.filter((note) => note.includes('booted one by one'));

/** An object passes on two kernels in guests that were booted, and one note says why. */
function expectBooted({ report, verdict }: Checked, why: RegExp): void {
  expect(verdict.status).toBe('pass');
  expect(report.results).toHaveLength(2);
  for (const result of report.results) {
    expect(result).toMatchObject({
      outcome: { status: 'pass' },
      guest: { isolation: 'boot' },
      retriedAfter: undefined,
    });
  }
  expect(fallbackNotes(report)).toEqual([expect.stringMatching(why)]);
}

describe('a machine that cannot save guests boots every one and says so once', () => {
  const kernels = [OLD, 'debian-12-6.1'];
  const inNewCache = (): Record<string, string | undefined> => ({
    ...process.env,
    BPFCOMPAT_CACHE_DIR: emptyCache(kernels),
  });

  /** A QEMU that is a script around the real one. */
  function qemu(name: string, lines: string): Record<string, string> {
    const path = join(scratch, name);
    writeFileSync(path, `#!/bin/sh\n${lines}\nexec qemu-system-x86_64 "$@"\n`);
    chmodSync(path, 0o755);
    return { BPFCOMPAT_QEMU: path };
  }

  const rejecting = (word: string): string =>
    `case "$*" in *${word}*) echo "qemu: ${word}: not supported here" >&2; exit 1;; esac`;

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'memory cannot be a file',
      qemu('no-files', rejecting('memory-backend-file')),
      /memory-backend-file: not supported/,
    ],
    ['a state is not taken back', qemu('no-incoming', rejecting('-incoming')), /-incoming: not supported/],
    [
      'a state is not taken back, and QEMU takes its time to say so',
      qemu('slow-no-incoming', rejecting('-incoming').replace('echo', 'exec 3>&- 4>&-; sleep 0.5; echo')),
      /-incoming: not supported/,
    ],
    [
      'a device cannot be saved',
      // NVMe is one that QEMU cannot: the rejection is its own.
      qemu('no-migration', 'set -- "$@" -drive if=none,id=d,driver=null-co -device nvme,serial=1,drive=d'),
      /QEMU rejected migrate: .*nvme/,
    ],
  ])('when %s', async (what, wrapper, why) => {
    const env = { ...inNewCache(), ...wrapper };
    // Nothing is taken back where the guest that was saved is used.
    if (what.startsWith('a state')) await runWhole(env['BPFCOMPAT_CACHE_DIR'] ?? '', kernels);
    expectBooted(await check(scratch, [SIMPLE], { kernels, env }), why);
  });

  /** Memory cannot be made a file; every other file can. */
  const failing =
    (code: string): HostFiles['createSparse'] =>
    (path, size, mode) =>
      path.endsWith('/ram')
        ? Promise.reject(Object.assign(new Error(`${code}: no file for memory`), { code }))
        : createHost({ env: {} }).files.createSparse(path, size, mode);

  test.each<[string, Partial<HostFiles>, RegExp]>([
    ['the disk is nearly full', { freeBytes: async () => 100 * 1024 * 1024 }, /templates has 100 MB free, .* 512 MB/],
    ['the disk is full', { createSparse: failing('ENOSPC') }, /ENOSPC/],
    ['the cache may not be written', { createSparse: failing('EROFS') }, /EROFS/],
  ])('when %s', async (_, files, why) => {
    const env = inNewCache();
    const real = createHost({ env });
    const host = { ...real, files: { ...real.files, ...files } };
    expectBooted(await check(scratch, [SIMPLE], { kernels, host }), why);
    expect(templatesOf(env['BPFCOMPAT_CACHE_DIR'] ?? '').names()).toEqual([]);
  });
});

test('a saved guest in a cache that may only be read is used all the same', async () => {
  const cache = emptyCache([OLD]);
  await runWhole(cache, [OLD]);
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const real = createHost({ env });
  const writeAtomic: HostFiles['writeAtomic'] = async (path, data) => {
    if (path.startsWith(cache))
      throw Object.assign(new Error(`EROFS: read-only file system, ${path}`), { code: 'EROFS' });
    await real.files.writeAtomic(path, data);
  };
  const host = { ...real, files: { ...real.files, writeAtomic } };
  const { report } = await check(scratch, [SIMPLE], { kernels: [OLD], host });
  expect(report.results).toMatchObject([{ outcome: { status: 'pass' }, guest: { isolation: 'cell' } }]);
  expect(report.notes).toEqual([]);
});

test('copied and booted guests give the same verdicts, cell by cell, on all examples', async () => {
  const kernels = [OLD, NEW];
  const cache = emptyCache(kernels);
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const examples = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:bpf\.o|bin)$/.test(name))
    .map((name) => join(ROOT, 'examples', name))
    .sort();
  expect(examples.length).toBeGreaterThanOrEqual(9);
  const verdicts = async (isolation: 'cell' | 'boot'): Promise<unknown[]> => {
    const { report } = await check(scratch, examples, { kernels, env, isolation });
    return report.results.map(({ cell, outcome, guest, retriedAfter }) => {
      expect(guest?.isolation).toBe(isolation);
      expect(retriedAfter).toBeUndefined();
      return { kernel: kernels[cell.target], object: report.artifacts[cell.artifact]?.basename, outcome };
    });
  };
  expect(await verdicts('cell')).toEqual(await verdicts('boot'));
});
